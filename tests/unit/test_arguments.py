"""Which arguments fit a schema, and what the model is told about those that do not."""

import socket
import time

import pytest

from gatehouse.domain.arguments import MAX_PROBLEMS, Schemas, UnusableSchema, compiled
from gatehouse.domain.json_values import JsonObject, JsonValue

SECRET = "s3cr3t-value"
SCHEMA: JsonObject = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "minLength": 3, "maxLength": 5, "pattern": "^[a-z]*$"},
        "limit": {"type": "integer", "minimum": 1, "maximum": 9, "multipleOf": 2},
        "ratio": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        "kind": {"enum": ["a", "b"]},
        "one": {"const": 1},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2, "uniqueItems": True},
        "nested": {"type": "object", "required": ["x"], "minProperties": 1, "maxProperties": 2},
        "either": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "never": False,
    },
    "required": ["id"],
    "additionalProperties": False,
}


def nested(depth: int) -> JsonValue:
    value: JsonValue = 1
    for _ in range(depth):
        value = {"a": value}
    return value


def problems(value: JsonValue) -> tuple[str, ...]:
    return compiled(SCHEMA).problems(value, name="arguments")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"id": 7}, "arguments.id must be of type string"),
        ({"id": "ab"}, "arguments.id must have at least 3 characters"),
        ({"id": "abcdef"}, "arguments.id must have at most 5 characters"),
        ({"id": "ABC"}, "arguments.id does not match the pattern ^[a-z]*$"),
        ({"limit": 0}, "arguments.limit must be at least 1"),
        ({"limit": 10}, "arguments.limit must be at most 9"),
        ({"limit": 3}, "arguments.limit must be a multiple of 2"),
        ({"limit": True}, "arguments.limit must be of type integer"),
        ({"ratio": 0}, "arguments.ratio must be more than 0"),
        ({"ratio": 1}, "arguments.ratio must be less than 1"),
        ({"kind": SECRET}, "arguments.kind is none of the values that the schema lists"),
        ({"one": SECRET}, "arguments.one is not the value that the schema demands"),
        ({"tags": ["a", 1]}, "arguments.tags[1] must be of type string"),
        ({"tags": ["a", "b", "c"]}, "arguments.tags must have at most 2 items"),
        ({"tags": ["a", "a"]}, "arguments.tags must not hold the same item twice"),
        ({"nested": {"y": 1}}, "arguments.nested lacks 'x'"),
        ({"either": 1}, "arguments.either fits none of the alternatives"),
        ({"never": 1}, "arguments.never is not allowed"),
        ({"extra": SECRET}, "arguments may not have 'extra'"),
    ],
)
def test_each_problem_is_one_sentence_that_says_where(
    changes: dict[str, JsonValue], sentence: str
) -> None:
    assert problems({"id": "abc", **changes}) == (sentence,)


def test_what_fits_has_no_problems() -> None:
    assert problems({"id": "abc", "limit": 2, "tags": ["x"], "either": None}) == ()


def test_a_missing_argument_is_named() -> None:
    assert problems({}) == ("arguments lacks 'id'",)


def test_no_problem_repeats_a_value() -> None:
    hostile: JsonValue = {
        "id": SECRET,
        "limit": SECRET,
        "kind": SECRET,
        "tags": [SECRET, [SECRET], 1],
        "nested": {SECRET[:0] + "y": SECRET},
        "either": [SECRET],
        "never": SECRET,
    }
    assert len(problems(hostile)) > 5
    assert SECRET not in "\n".join(problems(hostile))


def test_names_from_strangers_are_shortened_and_printable() -> None:
    [problem] = problems({"id": "abc", "x" * 65 + "\n\x1b[31m": 1})
    assert problem == f"arguments may not have '{'x' * 64}...'"
    [problem] = problems({"id": "abc", "a\nb\u202ec": 1})
    assert problem == "arguments may not have 'a?b?c'"


def test_the_list_of_problems_is_bounded() -> None:
    schema: JsonObject = {"items": {"type": "string"}}
    assert len(compiled(schema).problems([1] * 1000, name="x")) == MAX_PROBLEMS


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"$ref": "http://127.0.0.1:9/schema.json"},
        {"$ref": "https://example.com/schema.json"},
        {"$ref": "file:///etc/passwd"},
        {"$ref": "#/$defs/nowhere"},
        {"$dynamicAnchor": "x", "$dynamicRef": "#x"},
        {"properties": {"a": {"$id": "https://example.com/a", "$ref": "#/b"}}},
        {"$schema": "http://json-schema.org/draft-07/schema#"},
        {"$schema": "https://example.com/mine"},
        {"properties": {"a": {"pattern": "(?=a)b"}}},
        {"properties": {"a": {"pattern": "(a)\\1"}}},
        {"properties": {"a": {"pattern": "(a{1000}){1000}"}}},
    ],
)
def test_what_is_no_schema_of_ours_is_refused(schema: JsonObject) -> None:
    with pytest.raises(UnusableSchema):
        compiled(schema)


def test_no_schema_is_fetched_not_even_to_refuse_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(UnusableSchema):
            compiled({"$ref": f"http://127.0.0.1:{port}/schema.json"})
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_the_dialect_may_be_named() -> None:
    compiled({"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"})


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"properties": {"a": {"pattern": "^(a+)+$"}}}, {"a": "a" * 100_000 + "b"}),
        ({"$ref": "#"}, {}),
        ({"allOf": [{"$ref": "#"}]}, {}),
        ({"allOf": [{"$ref": "#"}, {"$ref": "#"}]}, {}),
        (
            {"properties": {"a": {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}}},
            nested(60),
        ),
        (
            {"items": {"allOf": [{"type": "integer"}] * 10_000}},
            [1] * 10_000,
        ),
        (
            {
                "$defs": {
                    f"d{i}": {"allOf": [{"$ref": f"#/$defs/d{i + 1}"}] * 2} for i in range(40)
                }
                | {"d40": {"type": "object"}},
                "$ref": "#/$defs/d0",
            },
            {},
        ),
    ],
)
def test_costly_schemas_cost_little(schema: JsonObject, value: JsonValue) -> None:
    started = time.process_time()
    compiled(schema).problems(value, name="arguments")
    assert time.process_time() - started < 1


def test_a_recursive_schema_checks_deep_values() -> None:
    tree: JsonObject = {
        "$anchor": "node",
        "type": "object",
        "properties": {
            "kids": {"type": "array", "items": {"$ref": "#node"}},
            "twin": {"$ref": "#"},
            "size": {"$ref": "#/$defs/si~1ze%20x"},
        },
        "$defs": {"si/ze x": {"type": "integer"}},
    }
    node: JsonValue = {"size": "x"}
    for _ in range(20):
        node = {"kids": [node, node][:1], "twin": {"size": 1}}
    [problem] = compiled(tree).problems(node, name="arguments")
    assert problem == "arguments" + ".kids[0]" * 20 + ".size must be of type integer"


def test_a_large_plain_value_may_be_checked() -> None:
    schema: JsonObject = {"items": {"type": "integer"}}
    assert compiled(schema).problems(list(range(50_000)), name="arguments") == ()


def test_many_patterns_over_many_members_are_too_much_without_any_reference() -> None:
    patterns: JsonObject = {f"^{number}": {"type": "string"} for number in range(400)}
    schema = compiled({"patternProperties": patterns})
    few = {f"member{number}": "" for number in range(10)}
    many = {f"member{number}": "" for number in range(400)}
    assert schema.problems(few, name="arguments") == ()
    assert schema.problems(many, name="arguments") == ("arguments would take too long to check",)


def test_a_schema_is_compiled_once_and_the_oldest_are_dropped() -> None:
    schemas = Schemas(limit=2)
    first = schemas.of("d1", "input", SCHEMA)
    assert schemas.of("d1", "input", SCHEMA) is first
    schemas.of("d1", "output", {})
    assert schemas.of("d1", "input", SCHEMA) is first
    schemas.of("d2", "input", {})
    assert set(schemas.kept) == {("d1", "input"), ("d2", "input")}


def test_input_and_output_of_one_tool_are_told_apart() -> None:
    schemas = Schemas()
    assert schemas.of("d1", "input", {}).problems(1, name="x") == ()
    assert schemas.of("d1", "output", {"type": "string"}).problems(1, name="x") != ()
