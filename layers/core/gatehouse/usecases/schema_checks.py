"""Hold a call's arguments, and its upstream's answer, to the schemas of its tool."""

from functools import partial

from gatehouse.domain.arguments import Schemas, UnusableSchema
from gatehouse.domain.errors import ToolRefused
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.tool_results import Conforms
from gatehouse.domain.tools import Tool


def require_fitting(schemas: Schemas, tool: Tool, arguments: JsonObject) -> None:
    """Raise `ToolRefused`, which names what does not fit and repeats none of it."""
    try:
        schema = schemas.of(tool.digest, "input", tool.definition.input_schema)
    except UnusableSchema as error:
        message = "This tool's input schema cannot be used; its owner has to repair it"
        raise ToolRefused(message, code="unusable_schema") from error
    if problems := schema.problems(arguments, name="arguments"):
        listed = "\n".join(f"- {problem}" for problem in problems)
        message = f"The arguments do not fit the tool's input schema:\n{listed}"
        raise ToolRefused(message, code="invalid_arguments")


def output_check(schemas: Schemas, tool: Tool) -> Conforms | None:
    """Return what says what is wrong with an answer; None for a tool that declares no output."""
    declared = tool.definition.output_schema
    if declared is None:
        return None
    try:
        schema = schemas.of(tool.digest, "output", declared)
    except UnusableSchema:
        return lambda _value: ("the output schema itself cannot be used",)
    return partial(schema.problems, name="answer")
