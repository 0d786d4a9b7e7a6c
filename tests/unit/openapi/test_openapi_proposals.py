"""OpenAPI documents become proposals of tools, or a refusal with its reason."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.openapi.document import InvalidDocument, read_document
from gatehouse.domain.openapi.proposals import Proposal, Wanted, proposals
from gatehouse.domain.tools import AuthStrategy, BodyEncoding, ToolDefinition
from gatehouse.domain.upstreams import UpstreamPolicy

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=12,
)
WORDS = st.sampled_from(
    "paths get post parameters requestBody content schema $ref #/paths in name query path "  # noqa: SIM905
    "required properties type object array security servers url components responses 200 "
    "application/json style deepObject explode allOf".split()
)
NEARLY = st.recursive(
    JSON_VALUES | WORDS,
    lambda inner: (
        st.dictionaries(WORDS | st.just("/x/{id}"), inner, max_size=4) | st.lists(inner, max_size=3)
    ),
    max_leaves=25,
)


def proposed(data: bytes, **wanted: Any) -> tuple[Proposal, ...]:
    how: dict[str, Any] = {"policy": UpstreamPolicy(), "is_late": lambda: False, **wanted}
    return tuple(proposals(read_document(data), Wanted(**how)))


def document(operation: dict[str, Any], *, path: str = "/pets", **more: Any) -> bytes:
    whole = {
        "openapi": "3.0.3",
        "servers": [{"url": "https://api.example.com/v1/"}],
        "paths": {path: {"post": operation}},
    }
    return json.dumps(whole | more).encode()


def tool(data: bytes) -> ToolDefinition:
    (only,) = proposed(data)
    assert only.definition is not None, only.refusal
    return only.definition


def parameter(place: str, name: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"in": place, "name": name, "schema": schema, **more}


def test_an_operation_becomes_a_tool_with_every_part_in_its_place() -> None:
    operation = {
        "operationId": "pets.update",
        "summary": "Change a pet",
        "parameters": [
            parameter("path", "pet-id", {"type": "string"}, required=True),
            parameter("query", "filter[age]", {"type": "integer"}),
            parameter("header", "X-Trace", {"type": "string"}),
            parameter("header", "Authorization", {"type": "string"}),
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}},
        },
    }
    pet = {"type": "object", "properties": {"mother": {"$ref": "#/components/schemas/Pet"}}}
    made = tool(document(operation, path="/pets/{pet-id}", components={"schemas": {"Pet": pet}}))

    assert (made.name, made.base_url) == ("pets_update", "https://api.example.com")
    assert made.endpoint_path == "/v1/pets/{pet-id}"
    assert made.query_template == {"filter[age]": "{filter_age}"}
    assert made.headers_template == {"X-Trace": "{X-Trace}"}
    assert made.body_template == "{body}"
    assert made.input_schema["required"] == ["pet-id", "body"]
    assert made.input_schema["$defs"] == {
        "Pet": {"type": "object", "properties": {"mother": {"$ref": "#/$defs/Pet"}}}
    }


def test_nullable_and_exclusive_bounds_of_3_0_become_those_of_json_schema() -> None:
    schema = {"type": "integer", "nullable": True, "minimum": 3, "exclusiveMinimum": True}
    made = tool(document({"parameters": [parameter("query", "n", schema)]}))
    assert made.input_schema["properties"] == {
        "n": {"type": ["integer", "null"], "exclusiveMinimum": 3}
    }


def test_an_exploded_array_is_repeated_and_any_other_is_a_joined_text() -> None:
    array = {"type": "array", "items": {"type": "string"}}
    repeated = parameter("query", "a", array)
    joined = parameter("query", "b", array, explode=False)
    made = tool(document({"parameters": [repeated, joined]}))
    properties: Any = made.input_schema["properties"]
    assert (properties["a"]["type"], properties["b"]["type"]) == ("array", "string")


def test_a_deep_object_becomes_an_argument_for_each_property() -> None:
    created = {"type": "object", "properties": {"gt": {"type": "integer"}}}
    made = tool(
        document({"parameters": [parameter("query", "created", created, style="deepObject")]})
    )
    assert made.query_template == {"created[gt]": "{created_gt}"}


def test_a_reserved_header_is_left_out_with_a_note() -> None:
    (only,) = proposed(document({"parameters": [parameter("header", "Host", {})]}))
    assert only.definition is not None
    assert only.definition.headers_template == {}
    assert "only Gatehouse sets" in only.notes[0]


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        ({"parameters": [parameter("cookie", "sid", {}, required=True)]}, "cookie"),
        ({"requestBody": {"content": {"multipart/form-data": {}}}}, "tools send JSON"),
        ({"parameters": [{"$ref": "https://evil.example/x"}]}, "outside of the document"),
        ({"parameters": [{"$ref": "#/nowhere"}]}, "not there"),
        ({"servers": [{"url": "http://api.example.com"}]}, "https"),
        ({"servers": [{"url": "/v2"}]}, "relative"),
        ({"servers": [{"url": "https://10.0.0.1"}]}, "public"),
    ],
)
def test_what_cannot_be_said_refuses_the_operation_by_name(
    operation: dict[str, Any], reason: str
) -> None:
    (only,) = proposed(document(operation))
    assert only.definition is None
    assert reason in (only.refusal or "")


def test_a_relative_server_is_resolved_against_the_documents_address() -> None:
    data = document({"servers": [{"url": "../v2"}]})
    (only,) = proposed(data, document_url="https://docs.example.com/api/openapi.json")
    assert only.definition is not None
    assert only.definition.base_url == "https://docs.example.com"
    assert only.definition.endpoint_path == "/v2/pets"


@pytest.mark.parametrize(
    ("scheme", "strategy", "noted"),
    [
        ({"type": "http", "scheme": "bearer"}, AuthStrategy.STATIC_BEARER, False),
        ({"type": "oauth2"}, AuthStrategy.STATIC_BEARER, False),
        ({"type": "apiKey", "in": "header", "name": "X-Key"}, AuthStrategy.NONE, True),
    ],
)
def test_a_security_scheme_becomes_a_strategy_or_a_choice(
    scheme: dict[str, str], strategy: AuthStrategy, *, noted: bool
) -> None:
    components = {"securitySchemes": {"s": scheme}}
    (only,) = proposed(document({"security": [{"s": []}]}, components=components))
    assert only.definition is not None
    assert only.definition.auth_strategy is strategy
    assert any("needs a choice" in note for note in only.notes) is noted


def test_equal_names_are_told_apart() -> None:
    paths = {"/a": {"get": {"operationId": "x"}}, "/b": {"get": {"operationId": "x"}}}
    found = proposed(document({}, paths=paths))
    assert [item.name for item in found] == ["x", "x_2"]


def test_yaml_is_read_with_dates_as_texts_and_numbers_as_names() -> None:
    data = b"""
openapi: 3.1.0
servers: [{url: https://api.example.com}]
paths:
  /day:
    get:
      parameters: [{in: query, name: on, schema: {type: string, default: 2026-01-01}}]
      responses:
        200: {content: {application/json: {schema: {type: object}}}}
"""
    made = tool(data)
    assert made.input_schema["properties"] == {"on": {"type": "string", "default": "2026-01-01"}}
    assert made.output_schema == {"type": "object"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"openapi: 3.0.0\na: &a [1]\nb: *a\n", "aliases"),
        (b"[" * 2000, "deeply"),
        (b"{" * 2000, "not JSON"),
        (b'{"swagger": "2.0"}', "does not say"),
        (b'{"openapi": "4.0"}', "3.0 and 3.1"),
        (b"!!python/object:os.system {}", "neither"),
        (b" " * (16 * 1024 * 1024 + 1), "bytes"),
    ],
)
def test_bytes_that_are_no_document_are_refused_by_name(data: bytes, reason: str) -> None:
    with pytest.raises(InvalidDocument, match=reason):
        read_document(data)


def test_when_time_is_over_the_rest_is_refused() -> None:
    (only,) = proposed(document({}), is_late=lambda: True)
    assert "took too long" in (only.refusal or "")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_document_or_refused(data: bytes) -> None:
    try:
        read_document(data)
    except InvalidDocument:
        return


@given(st.dictionaries(WORDS, NEARLY, max_size=4), NEARLY)
def test_any_document_gives_proposals_or_refusals(whole: Any, operation: Any) -> None:
    data = json.dumps({"paths": {"/x/{id}": {"get": operation, "post": whole}}, **whole})
    document_like = json.loads(data) | {"openapi": "3.0.0"}
    for item in proposed(json.dumps(document_like).encode()):
        assert (item.definition is None) == (item.refusal is not None)


@given(st.lists(NEARLY, max_size=3), NEARLY, NEARLY, NEARLY)
def test_any_operation_gives_a_proposal_or_a_refusal(a: Any, b: Any, c: Any, d: Any) -> None:
    operation = {"parameters": a, "requestBody": b, "security": c, "responses": d}
    (only,) = proposed(document(operation))
    assert (only.definition is None) == (only.refusal is not None)


FORM_TYPE = "application/x-www-form-urlencoded"


def form(schema: dict[str, Any], **media: Any) -> dict[str, Any]:
    return {"requestBody": {"content": {FORM_TYPE: {"schema": schema, **media}}}}


def test_each_field_of_a_form_is_an_argument_of_its_own() -> None:
    schema = {
        "type": "object",
        "required": ["To"],
        "properties": {
            "To": {"type": "string", "description": "Whom"},
            "expand": {"type": "array", "items": {"type": "string"}},
            "meta": {"type": "object", "additionalProperties": {"type": "string"}},
            "id": {"type": "string", "readOnly": True},
        },
    }
    made = tool(document(form(schema, encoding={"expand": {"style": "deepObject"}})))
    assert made.body_encoding is BodyEncoding.FORM
    assert made.body_template == {"To": "{To}", "expand[]": "{expand}", "meta": "{meta}"}
    assert made.input_schema["required"] == ["To"]
    properties = made.input_schema["properties"]
    assert isinstance(properties, dict)
    assert properties.keys() == {"To", "expand", "meta"}
    assert properties["To"] == {"type": "string", "description": "Whom"}


def test_a_form_whose_fields_are_not_listed_is_one_argument() -> None:
    choice = {"anyOf": [{"required": ["a"]}], "properties": {"a": {"type": "string"}}}
    for schema in ({"type": "object"}, choice):
        made = tool(document(form(schema)))
        assert (made.body_template, made.body_encoding) == ("{body}", BodyEncoding.FORM)


def test_json_is_sent_where_a_form_could_be_too() -> None:
    both = form({"type": "object", "properties": {"a": {}}})
    both["requestBody"]["content"]["application/json; charset=utf-8"] = {"schema": {}}
    made = tool(document(both))
    assert (made.body_template, made.body_encoding) == ("{body}", BodyEncoding.JSON)
