"""Which tools may be registered."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.origins import origin_problem
from gatehouse.domain.shown_text import hidden_character
from gatehouse.domain.templates import RESERVED_VARIABLES
from gatehouse.domain.tool_rules import field_errors
from gatehouse.domain.tools import AuthStrategy, BodyEncoding, HttpMethod, ToolDefinition
from gatehouse.domain.upstreams import UpstreamPolicy
from tests.samples import LOOKUP

DEEP: dict[str, Any] = {"type": "object"}
for _ in range(12):
    DEEP = {"type": "object", "properties": {"x": {"allOf": [DEEP]}}}


def wrong(
    definition: ToolDefinition = LOOKUP,
    *,
    secret: str | None = None,
    keeps_secret: bool = False,
    allow_insecure: bool = False,
    **changes: object,
) -> list[str]:
    """The fields that are refused."""
    changed = replace(definition, **changes)  # type: ignore[arg-type]
    upstreams = UpstreamPolicy(allow_local_http=allow_insecure)
    errors = field_errors(changed, secret=secret, keeps_secret=keeps_secret, upstreams=upstreams)
    return sorted({error.field for error in errors})


def test_a_good_tool_is_accepted() -> None:
    assert wrong() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "two words"),
        ("name", "n" * 65),
        ("name", "naïve"),
        ("name", "a\n"),
        ("description", ""),
        ("description", " \n"),
        ("description", "d" * 2001),
        ("description", "ignore\u200bthis"),
        ("description", "tag \U000e0041"),
        ("description", "right to left \u202e"),
        ("description", "bell \x07"),
        ("title", ""),
        ("title", "t" * 201),
        ("title", "a\u2060b"),
        ("input_schema", {}),
        ("input_schema", {"type": "array"}),
        ("input_schema", {"type": ["object", "null"]}),
        ("input_schema", {"type": "object", "properties": {"contact_id": {"type": "nothing"}}}),
        ("input_schema", {"type": "object", "$schema": "http://json-schema.org/draft-07/schema#"}),
        ("input_schema", {"type": "object", "$ref": "https://example.com/schema"}),
        ("input_schema", {"type": "object", "$ref": "file:///etc/passwd"}),
        ("input_schema", {"type": "object", "$dynamicRef": "#x"}),
        ("input_schema", {"type": "object", "x-mcp-header": "Region"}),
        ("input_schema", {"type": "object", "description": "x" * 64 * 1024}),
        ("input_schema", {"type": "object", "description": "hidden \u200d"}),
        ("input_schema", DEEP),
        ("output_schema", {"type": "string"}),
        ("output_schema", {"type": "object", "minProperties": -1}),
        ("allowed_roles", tuple("abcdefghijklmnopqrstuvwxyz0123456789")),
        ("timeout_seconds", 0),
        ("timeout_seconds", 21),
        ("deduplicate_seconds", -1),
        ("deduplicate_seconds", 3601),
    ],
)
def test_a_wrong_field_is_named(field: str, value: object) -> None:
    changes: dict[str, Any] = {field: value}
    if field == "input_schema":
        changes |= {"endpoint_path": "/", "query_template": {}}
    assert wrong(**changes) == [field]


def test_a_schema_that_could_be_fetched_is_not(tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    file.write_text("{}")
    schema = {"type": "object", "properties": {"contact_id": {"$ref": file.as_uri()}}}
    assert wrong(input_schema=schema, query_template={}) == ["input_schema"]


def test_wording_may_have_lines_and_any_script() -> None:
    assert wrong(description="Zwei\nZeilen\tmit Tab: 日本語, العربية, 🙂") == []


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.com",
        "https://API.Example.com:443",
        "https://api.example.com:8443",
        "https://93.184.215.14",
        "https://localhost.example",
    ],
)
def test_an_https_origin_may_be_called(url: str) -> None:
    assert wrong(base_url=url) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com",
        "ftp://api.example.com",
        "https://api.example.com/",
        "https://api.example.com/v1",
        "https://api.example.com?x=1",
        "https://api.example.com#x",
        "https://user@api.example.com",
        "https://user:pass@api.example.com",
        "https://api.example.com:",
        "https://api.example.com:0",
        "https://api.example.com:22",
        "https://api.example.com:65536",
        "https://api.example.com\\@evil.example",
        "https://api.example.com\n",
        "https://a b.example.com",
        "https://-a.example.com",
        "https://a..example.com",
        "https://example.com.",
        "https://" + "a" * 64 + ".com",
        "https://127.0.0.1",
        "https://10.0.0.1",
        "https://169.254.169.254",
        "https://100.64.0.1",
        "https://2130706433",
        "https://0x7f.1",
        "https://127.1",
        "https://0177.0.0.1",
        "https://[::1]",
        "https://{host}.example.com",
        "https://exämple.com",
        "https://",
        "",
        "http://127.0.0.1:8080",
    ],
)
def test_anything_but_a_public_https_origin_is_refused(url: str) -> None:
    assert wrong(base_url=url) == ["base_url"]


def test_only_a_developers_machine_may_call_itself_without_tls() -> None:
    assert wrong(base_url="http://127.0.0.1:8080", allow_insecure=True) == []
    for url in (
        "http://127.0.0.1",
        "http://127.0.0.1:80",
        "http://localhost:8080",
        "http://127.0.0.2:8080",
        "http://api.example.com:8080",
        "https://127.0.0.1:8080",
    ):
        assert wrong(base_url=url, allow_insecure=True) == ["base_url"]


@given(st.text(max_size=40))
def test_whatever_passes_as_an_origin_has_no_other_reading(rest: str) -> None:
    url = "https://" + rest
    if origin_problem(url, UpstreamPolicy()) is None:
        assert not set(rest) & set('/?#@\\%[]{}<>" \t\r\n')
        assert replace(LOOKUP, base_url=url).origin == url.lower()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "v1",
        "v1/{contact_id}",
        "//v1",
        "/v1//x",
        "/v1?x=1",
        "/v1#x",
        "/v1/../x",
        "/v1/.",
        "/%2e%2E/x",
        "/%252e%252e/x",
        "/.%2e/x",
        "/v1\\x",
        "/v1/%zz",
        "/with space",
        "/ümlaut",
        "/{nobody}",
        "/{contact_id",
        "/{}",
        "/{member.password}",
        "/{contact_id}\n",
        "/" + "x" * 2048,
    ],
)
def test_a_wrong_path_is_named(path: str) -> None:
    assert wrong(endpoint_path=path) == ["endpoint_path"]


@pytest.mark.parametrize(
    "path", ["/", "/v1/contacts/{contact_id}", "/a{contact_id}.json", "/x/%20/~", "/{member.id}/"]
)
def test_a_path_may_name_arguments_and_reserved_variables(path: str) -> None:
    assert wrong(endpoint_path=path) == []


@pytest.mark.parametrize(
    "name",
    [
        "Host",
        "host",
        "AUTHORIZATION",
        "Cookie",
        "Content-Length",
        "Transfer-Encoding",
        "Connection",
        "Keep-Alive",
        "Proxy-Authorization",
        "TE",
        "Trailer",
        "Upgrade",
        "Expect",
        "X-Tengine-Member-Id",
        "x_tengine_member_id",
        "X-Tengine-Anything",
        "X-Forwarded-For",
        "Forwarded",
        "Traceparent",
        "bad name",
        "bad\r\nname",
        "",
    ],
)
def test_a_header_that_only_the_system_sets_is_refused(name: str) -> None:
    assert wrong(headers_template={name: "x"}) == [f"headers_template.{name}"]


def test_headers_are_told_apart_without_case() -> None:
    assert wrong(headers_template={"X-Org": "a", "x-org": "b"}) == ["headers_template.x-org"]


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\0", "ü", "{nobody}", "{", "}"])
def test_a_header_value_is_plain_text_with_known_variables(value: str) -> None:
    assert wrong(headers_template={"X-Org": value}) == ["headers_template.X-Org"]


def test_templates_name_known_variables_only() -> None:
    assert wrong(query_template={"q": "{nobody}"}) == ["query_template.q"]
    post = replace(LOOKUP, http_method=HttpMethod.POST)
    assert wrong(post, body_template={"a": [{"b": "{nobody}"}]}) == ["body_template"]
    assert wrong(post, body_template={"a": [{"b": "{contact_id} {request.id}"}]}) == []
    assert wrong(post, body_template="{") == ["body_template"]
    form = replace(post, body_encoding=BodyEncoding.FORM)
    assert wrong(form, body_template=["{contact_id}"]) == ["body_template"]
    assert wrong(form, body_template={"a": "{contact_id}"}) == []


def test_a_get_request_has_no_body() -> None:
    assert wrong(body_template={"a": 1}) == ["body_template"]


@pytest.mark.parametrize("name", sorted(RESERVED_VARIABLES))
def test_an_argument_may_not_be_called_like_a_reserved_variable(name: str) -> None:
    schema = {"type": "object", "properties": {"contact_id": {}, "fields": {}, name: {}}}
    assert wrong(input_schema=schema) == [f"input_schema.properties.{name}"]


def test_annotations_are_those_of_mcp() -> None:
    good = {"title": "Look up", "readOnlyHint": True, "openWorldHint": False}
    assert wrong(annotations=good) == []
    for bad in ({"readOnlyHint": "yes"}, {"trusted": True}, {"title": ""}, {"title": True}):
        assert wrong(annotations=bad) == [f"annotations.{next(iter(bad))}"]


@pytest.mark.parametrize("strategy", [AuthStrategy.STATIC_BEARER, AuthStrategy.HMAC_SIGNATURE])
def test_a_strategy_with_a_secret_needs_one(strategy: AuthStrategy) -> None:
    assert wrong(auth_strategy=strategy) == ["encrypted_auth_secret"]
    assert wrong(auth_strategy=strategy, keeps_secret=True) == []
    assert wrong(auth_strategy=strategy, secret="s" * 16) == []


def test_a_strategy_without_a_secret_takes_none() -> None:
    assert wrong(secret="s" * 16) == ["encrypted_auth_secret"]


@pytest.mark.parametrize("secret", ["", "a b", "a\n", "ü" * 20, "s" * 1025, "a\0" * 16])
@pytest.mark.parametrize("strategy", [AuthStrategy.STATIC_BEARER, AuthStrategy.HMAC_SIGNATURE])
def test_a_secret_is_visible_ascii(strategy: AuthStrategy, secret: str) -> None:
    assert wrong(auth_strategy=strategy, secret=secret) == ["encrypted_auth_secret"]


def test_a_signing_secret_has_sixteen_characters() -> None:
    short = "s" * 15
    assert wrong(auth_strategy=AuthStrategy.HMAC_SIGNATURE, secret=short) == [
        "encrypted_auth_secret"
    ]
    assert wrong(auth_strategy=AuthStrategy.STATIC_BEARER, secret=short) == []


def test_a_definition_that_would_not_fit_is_refused() -> None:
    post = replace(LOOKUP, http_method=HttpMethod.POST)
    assert wrong(post, body_template={"text": "x" * 256 * 1024}) == ["body_template"]


def test_everything_wrong_is_told_at_once() -> None:
    assert wrong(
        name="",
        description="",
        base_url="",
        endpoint_path="",
        auth_strategy=AuthStrategy.HMAC_SIGNATURE,
        timeout_seconds=0,
    ) == [
        "base_url",
        "description",
        "encrypted_auth_secret",
        "endpoint_path",
        "name",
        "timeout_seconds",
    ]


@given(st.text(st.characters(categories=("Cc", "Cf", "Co")), min_size=1))
def test_no_invisible_character_passes_but_for_lines_and_tabs(text: str) -> None:
    assert (hidden_character(text) is None) == (set(text) <= {"\n", "\t"})


@pytest.mark.parametrize(
    "base_url",
    ["https://API.example.com", "https://a.example/x", "https://[::1", "https://a\t.example", "x"],
)
def test_an_origin_is_all_of_what_is_stored_so_that_all_of_it_is_judged(base_url: str) -> None:
    assert replace(LOOKUP, base_url=base_url).origin == base_url.lower()
