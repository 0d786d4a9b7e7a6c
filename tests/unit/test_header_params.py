"""Which arguments are headers too, and when both say the same."""

import pytest

from gatehouse.domain.header_params import HeaderParam, InvalidHeaderParam, header_params
from gatehouse.domain.json_values import JsonObject, JsonValue

REGION: JsonObject = {"type": "string", "x-mcp-header": "Region"}


def test_declarations_are_found_along_properties() -> None:
    schema: JsonObject = {
        "properties": {
            "region": REGION,
            "page": {"properties": {"size": {"type": "integer", "x-mcp-header": "Page-Size"}}},
            "note": {"type": "string", "default": {"x-mcp-header": "not a declaration"}},
        }
    }
    assert header_params(schema) == (
        HeaderParam(path=("region",), name="Region", type="string"),
        HeaderParam(path=("page", "size"), name="Page-Size", type="integer"),
    )


@pytest.mark.parametrize(
    "schema",
    [
        {"x-mcp-header": "Root", "type": "string"},
        {"properties": {"a": {"type": "number", "x-mcp-header": "A"}}},
        {"properties": {"a": {"type": ["string"], "x-mcp-header": "A"}}},
        {"properties": {"a": {"x-mcp-header": "A"}}},
        {"properties": {"a": {"type": "string", "x-mcp-header": ""}}},
        {"properties": {"a": {"type": "string", "x-mcp-header": "A B"}}},
        {"properties": {"a": {"type": "string", "x-mcp-header": "A\r\nB"}}},
        {"properties": {"a": {"type": "string", "x-mcp-header": 1}}},
        {"properties": {"a": REGION, "b": {"type": "string", "x-mcp-header": "REGION"}}},
        {"anyOf": [{"properties": {"a": REGION}}]},
        {"properties": {"a": {"items": REGION}}},
        {"$defs": {"a": REGION}},
        {"if": {"properties": {"a": REGION}}},
        {"patternProperties": {"a": REGION}},
    ],
)
def test_what_clients_would_drop_is_refused(schema: JsonObject) -> None:
    with pytest.raises(InvalidHeaderParam):
        header_params(schema)


@pytest.mark.parametrize(
    ("text", "value", "agrees"),
    [
        ("eu", "eu", True),
        ("EU", "eu", False),
        ("", "", True),
        ("true", True, True),
        ("True", True, False),
        ("false", False, True),
        ("1", True, False),
        ("42", 42, True),
        ("42.0", 42, True),
        ("42", 42.0, True),
        ("42.5", 42, False),
        ("4e1", 40, False),
        ("-7", -7, True),
        ("042", 42, True),
        ("9007199254740991", 2**53 - 1, True),
        ("9007199254740992", 2**53, False),
        ("x", None, False),
        ("{}", {}, False),
        ("null", None, False),
    ],
)
def test_header_and_argument_are_compared_by_type(
    text: str,
    value: JsonValue,
    agrees: bool,  # noqa: FBT001
) -> None:
    assert HeaderParam(path=("a",), name="A", type="string").agrees(text, value) is agrees


def test_an_argument_is_found_at_its_path_or_absent() -> None:
    param = HeaderParam(path=("a", "b"), name="A", type="string")
    assert param.value({"a": {"b": "x"}}) == "x"
    assert param.value({"a": "x"}) is None
    assert param.value({}) is None
