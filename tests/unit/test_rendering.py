"""What one call becomes: exact requests, and what no argument can do to them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast
from urllib.parse import parse_qsl, unquote

import can_ada
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gatehouse.domain.calls import Invocation
from gatehouse.domain.errors import ToolRefused
from gatehouse.domain.ids import request_id
from gatehouse.domain.members import MemberIdentity
from gatehouse.domain.outbound_headers import is_reserved_header
from gatehouse.domain.rendering import render
from gatehouse.domain.requests import OutboundRequest
from gatehouse.domain.tools import HttpMethod, InjectedIdentity, ToolDefinition
from gatehouse.domain.version import VERSION
from tests.samples import ADA, INTEGRATION_ID, LOOKUP, NOW, PROJECT_ID, stored

REQUEST_ID = request_id(NOW * 1000, 0)
PLAIN = replace(LOOKUP, query_template={}, endpoint_path="/v1/things")
POST = replace(PLAIN, http_method=HttpMethod.POST)


def rendered(
    definition: ToolDefinition,
    arguments: Mapping[str, Any] | None = None,
    member: MemberIdentity | None = None,
) -> OutboundRequest:
    invocation = Invocation(
        request_id=REQUEST_ID,
        tool=stored(definition),
        integration_id=INTEGRATION_ID,
        member=member,
        arguments=arguments or {},
    )
    return render(invocation, timestamp=NOW)


def target(definition: ToolDefinition, arguments: Mapping[str, Any] | None = None) -> str:
    return rendered(definition, arguments).target


def body(definition: ToolDefinition, arguments: Mapping[str, Any] | None = None) -> Any:
    return json.loads(rendered(definition, arguments).body)


def headers(
    definition: ToolDefinition,
    arguments: Mapping[str, Any] | None = None,
    member: MemberIdentity | None = None,
) -> dict[str, str]:
    return dict(rendered(definition, arguments, member).headers)


def test_a_get_is_rendered_to_the_last_byte() -> None:
    request = rendered(LOOKUP, {"contact_id": "a/b c", "fields": "x,y"})
    assert request == OutboundRequest(
        method="GET",
        origin="https://api.example.com",
        target="/v1/contacts/a%2Fb%20c?fields=x%2Cy",
        headers=(
            ("Accept", "application/json, text/*;q=0.9, */*;q=0.5"),
            ("User-Agent", f"gatehouse/{VERSION}"),
            ("X-Tengine-Project-Id", PROJECT_ID),
            ("X-Tengine-Integration-Id", INTEGRATION_ID),
            ("X-Tengine-Request-Id", REQUEST_ID),
            ("X-Tengine-Timestamp", str(NOW)),
        ),
        body=b"",
    )


# --- path ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "",
        ".",
        "..",
        "%2e",
        "%2E%2e",
        ".%2e",
        "a\0b",
        "a\nb",
        "a\x7fb",
        "a\x85b",
        "%00",
        "%0a",
    ],
)
def test_a_path_value_that_could_mean_another_path_is_refused(value: str) -> None:
    with pytest.raises(ToolRefused) as refusal:
        rendered(LOOKUP, {"contact_id": value})
    assert refusal.value.code == "unusable_argument"
    assert "contact_id" in str(refusal.value)


@pytest.mark.parametrize(
    ("value", "segment"),
    [
        ("../x", "..%2Fx"),
        ("a?b#c", "a%3Fb%23c"),
        ("100%", "100%25"),
        ("é", "%C3%A9"),
        ("a\\b", "a%5Cb"),
        (";x=1", "%3Bx%3D1"),
        ("~._-", "~._-"),
        (7, "7"),
        (1.5, "1.5"),
        (True, "true"),
        (["a", 1], "%5B%22a%22%2C1%5D"),
        ("...", "..."),
    ],
)
def test_a_path_value_stays_one_segment(value: object, segment: str) -> None:
    assert target(LOOKUP, {"contact_id": value}) == f"/v1/contacts/{segment}"


@pytest.mark.parametrize("arguments", [{}, {"contact_id": None}])
def test_a_missing_path_argument_is_refused_by_name(arguments: dict[str, Any]) -> None:
    with pytest.raises(ToolRefused, match="contact_id") as refusal:
        rendered(LOOKUP, arguments)
    assert refusal.value.code == "missing_argument"


def test_values_cannot_make_a_dot_segment_together() -> None:
    pair = replace(PLAIN, endpoint_path="/v1/{a}{b}/x")
    assert target(pair, {"a": "%2", "b": "f"}) == "/v1/%252f/x"
    with pytest.raises(ToolRefused):
        rendered(pair, {"a": "%2", "b": "e"})
    with pytest.raises(ToolRefused):
        rendered(replace(PLAIN, endpoint_path="/v1/.{a}{b}/x"), {"a": "%2", "b": "E"})


def test_a_template_cannot_hold_a_dot_segment() -> None:
    with pytest.raises(ToolRefused):
        rendered(replace(PLAIN, endpoint_path="/v1/../admin"))
    with pytest.raises(ToolRefused):
        rendered(replace(PLAIN, endpoint_path="/v1/%2e%2E/admin"))


def test_what_a_template_writes_cannot_end_the_path() -> None:
    assert target(replace(PLAIN, endpoint_path="/a?b#c d/é%2F{{x}}")) == (
        "/a%3Fb%23c%20d/%C3%A9%2F%7Bx%7D"
    )


def test_a_member_in_the_path_is_required() -> None:
    mine = replace(PLAIN, endpoint_path="/users/{member.id}")
    assert rendered(mine, member=ADA).target == "/users/ada"
    with pytest.raises(ToolRefused, match="Member context required"):
        rendered(mine)


# --- query --------------------------------------------------------------------------------------


def test_absent_and_null_arguments_drop_their_query_entry() -> None:
    definition = replace(
        PLAIN, query_template={"a": "{x}", "b": "{x}-{y}", "c": "fixed", "d": "{member.id}"}
    )
    assert target(definition) == "/v1/things?c=fixed"
    assert target(definition, {"x": 1, "y": None}) == "/v1/things?a=1&c=fixed"
    assert target(definition, {"x": "", "y": "&"}) == "/v1/things?a=&b=-%26&c=fixed"


def test_an_array_of_scalars_repeats_its_parameter() -> None:
    definition = replace(PLAIN, query_template={"tag": "{tags}", "all": "x{tags}"})
    assert target(definition, {"tags": ["a&b", 2, None, True]}) == (
        "/v1/things?tag=a%26b&tag=2&tag=true&all=x%5B%22a%26b%22%2C2%2Cnull%2Ctrue%5D"
    )
    assert target(replace(PLAIN, query_template={"tag": "{tags}"}), {"tags": []}) == "/v1/things"
    nested = target(replace(PLAIN, query_template={"tag": "{tags}"}), {"tags": [{"a": 1}]})
    assert nested == "/v1/things?tag=%5B%7B%22a%22%3A1%7D%5D"


@pytest.mark.parametrize("method", [HttpMethod.GET, HttpMethod.DELETE])
def test_arguments_without_a_place_form_the_query_of_a_get_or_delete(method: HttpMethod) -> None:
    definition = replace(LOOKUP, http_method=method)
    request = rendered(definition, {"contact_id": "c", "q": "a b", "n": 2, "none": None})
    assert request.target == "/v1/contacts/c?q=a%20b&n=2"
    assert request.body == b""


def test_an_argument_cannot_send_a_parameter_that_the_template_fixes() -> None:
    definition = replace(PLAIN, query_template={"limit": "10"})
    assert target(definition, {"limit": 1000}) == "/v1/things?limit=10"


# --- body ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH])
def test_arguments_without_a_place_form_the_body(method: HttpMethod) -> None:
    definition = replace(LOOKUP, http_method=method, headers_template={"X-Trace": "{trace}"})
    arguments = {"contact_id": "c", "fields": "f", "trace": "t", "n": 2, "deep": {"x": [None]}}
    request = rendered(definition, arguments)
    assert request.target == "/v1/contacts/c?fields=f"
    assert request.body == b'{"n":2,"deep":{"x":[null]}}'
    assert ("Content-Type", "application/json") in request.headers


def test_a_lone_placeholder_keeps_its_type_in_the_body() -> None:
    definition = replace(POST, body_template={"a": "{x}", "b": ["{x}"], "c": "{{x}}"})
    for value in (1, 1.5, True, None, "s", [1, "2"], {"k": None}):
        assert body(definition, {"x": value}) == {"a": value, "b": [value], "c": "{x}"}


def test_placeholders_within_a_string_are_written_as_text() -> None:
    definition = replace(POST, body_template={"t": "<{x}> {member.id}"})
    request = rendered(definition, {"x": "a"}, ADA)
    assert json.loads(request.body) == {"t": "<a> ada"}
    for value, text in ((1, "1"), (1.5, "1.5"), (False, "false"), ([1, "é"], '[1,"\\u00e9"]')):
        filled = body(replace(POST, body_template="<{x}>"), {"x": value})
        assert filled == f"<{text}>"


def test_absent_arguments_drop_their_members_and_items() -> None:
    definition = replace(
        POST,
        body_template={
            "a": "{x}",
            "list": ["{x}", "kept", "{y}"],
            "deep": {"b": "{x}-{y}"},
            "who": "{member.id}",
            "fixed": None,
        },
    )
    assert body(definition, {"y": 1}) == {"list": ["kept", 1], "deep": {}, "fixed": None}


def test_a_body_that_hangs_on_an_absent_argument_is_not_sent() -> None:
    request = rendered(replace(POST, body_template="{x}"))
    assert request.body == b""
    assert "Content-Type" not in dict(request.headers)


def test_with_a_body_template_other_arguments_are_not_sent() -> None:
    for definition in (POST, PLAIN):
        request = rendered(replace(definition, body_template={"a": "{x}"}), {"x": 1, "y": 2})
        assert request.body == b'{"a":1}'
        assert "?" not in request.target


def test_a_body_is_utf8() -> None:
    assert rendered(POST, {"t": "é\n"}).body == '{"t":"é\\n"}'.encode()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800"])
def test_what_is_not_json_is_refused(value: object) -> None:
    for definition in (
        POST,
        replace(POST, body_template={"a": "{x}"}),
        replace(POST, body_template={"a": "<{x}>"}),
        replace(PLAIN, query_template={"a": "{x}"}),
        replace(PLAIN, endpoint_path="/{x}"),
        replace(PLAIN, headers_template={"X-A": "{x}"}),
    ):
        with pytest.raises(ToolRefused) as refusal:
            rendered(definition, {"x": value})
        assert refusal.value.code == "unusable_argument"


# --- headers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", ["a\r\nX-Admin: 1", "a\n", "\ra", "a\0", "é", "a\tb", "\x7f", "\u2028"]
)
def test_a_header_value_that_no_header_can_carry_is_refused(value: str) -> None:
    with pytest.raises(ToolRefused) as refusal:
        rendered(replace(PLAIN, headers_template={"X-Org": "org {o}"}), {"o": value})
    assert refusal.value.code == "unusable_argument"
    assert value not in str(refusal.value)


def test_headers_are_filled_and_dropped() -> None:
    definition = replace(
        PLAIN, headers_template={"X-Org": "{o}", "X-Fixed": " f ", "X-Who": "{member.id}"}
    )
    sent = headers(definition, {"o": ["a", 1]})
    assert sent["X-Org"] == '["a",1]'
    assert sent["X-Fixed"] == "f"
    assert "X-Who" not in sent
    assert "X-Org" not in headers(definition, {"o": None})


def test_a_template_may_replace_defaults() -> None:
    definition = replace(
        POST, headers_template={"accept": "text/csv", "content-type": "application/vnd.x+json"}
    )
    names = [name.lower() for name, _ in rendered(definition).headers]
    assert names.count("accept") == names.count("content-type") == 1
    assert headers(definition)["accept"] == "text/csv"


@pytest.mark.parametrize(
    "name",
    [
        "Host",
        "content-length",
        "Transfer-Encoding",
        "Connection",
        "Upgrade",
        "TE",
        "Authorization",
        "X-Tengine-Member-Id",
        "x-tengine-anything",
        "X_Tengine_Member_Id",
        "X-Tenuo-Warrant",
        "Proxy-Authorization",
        "Accept-Encoding",
        "",
        "a b",
        "a:b",
        "a\r\nb",
        "é",
    ],
)
def test_a_template_cannot_set_what_only_the_system_sets(name: str) -> None:
    with pytest.raises(ToolRefused) as refusal:
        rendered(replace(PLAIN, headers_template={name: "x"}))
    assert refusal.value.code == "tool_misconfigured"


@pytest.mark.parametrize("name", ["X-Org", "Accept", "X-TengineX", "User-Agent"])
def test_other_headers_are_the_tools_own(name: str) -> None:
    assert not is_reserved_header(name)


def test_a_member_is_told_of_as_far_as_the_tool_says() -> None:
    member = MemberIdentity(external_id="zoë", email="z@x", roles=("a", "ü"))
    everything = replace(
        PLAIN, inject_member_identity=InjectedIdentity(id=True, email=True, roles=True)
    )
    sent = headers(everything, member=member)
    assert sent["X-Tengine-Member-Id"] == "zo%C3%AB"
    assert sent["X-Tengine-Member-Email"] == "z@x"
    assert sent["X-Tengine-Member-Roles"] == '["a","\\u00fc"]'
    assert not any("Member" in name for name in headers(PLAIN, member=member))
    assert not any("Member" in name for name in headers(everything))
    without_email = headers(everything, member=replace(member, email=None))
    assert "X-Tengine-Member-Email" not in without_email


# --- what no argument can do --------------------------------------------------------------------


def test_an_argument_cannot_stand_in_for_a_reserved_variable() -> None:
    definition = replace(
        POST,
        body_template={"who": "{member.id}", "where": "{project.id}"},
        query_template={"who": "{member.id}"},
    )
    lies = {"member.id": "root", "project.id": "other", "member": {"id": "root"}}
    request = rendered(definition, lies)
    assert json.loads(request.body) == {"where": PROJECT_ID}
    assert request.target == "/v1/things"


@pytest.mark.parametrize(
    "base_url",
    [
        "https://user@api.example.com",
        "https://api.example.com/path",
        "https://api.example.com?x",
        "https://api.example.com#x",
        "ftp://api.example.com",
        "//api.example.com",
        "https://api.example.com\\@evil.example",
        "https://api.example.com:443:80",
        "https://{host}",
        "",
    ],
)
def test_a_base_url_that_is_no_origin_is_not_called(base_url: str) -> None:
    with pytest.raises(ToolRefused):
        rendered(replace(PLAIN, base_url=base_url), {"host": "x"})


def test_an_invalid_stored_template_is_refused() -> None:
    for broken in (
        {"endpoint_path": "/{"},
        {"body_template": ["{"]},
        {"query_template": {"a": "}"}},
    ):
        with pytest.raises(ToolRefused) as refusal:
            rendered(replace(POST, **cast("Any", broken)))
        assert refusal.value.code == "tool_misconfigured"


others = ("c", "free", "member.id", "Host", "limit")
names = st.sampled_from(("a", "b", *others))
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
values = st.recursive(
    scalars
    | st.sampled_from(["..", "%2e%2e", "a/b", "x\r\nHost: evil", "?", "#", "@evil", "&limit=9"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
TEMPLATED = replace(
    LOOKUP,
    endpoint_path="/v1/{a}/x-{b}.json",
    query_template={"q": "{c}", "both": "{a}:{c}", "limit": "10"},
    headers_template={"X-Filled": "{b};{c}", "X-Fixed": "yes"},
    inject_member_identity=InjectedIdentity(id=True, email=True, roles=True),
)


@given(
    st.fixed_dictionaries(
        {"a": values, "b": values},  # without them there is no path
        optional=dict.fromkeys(others, values),
    ),
    st.sampled_from(HttpMethod),
    st.none()
    | st.builds(MemberIdentity, external_id=st.text(min_size=1), email=st.none() | st.text()),
)
def test_whatever_the_arguments_the_shape_is_the_templates(
    arguments: dict[str, Any], method: HttpMethod, member: MemberIdentity | None
) -> None:
    definition = replace(TEMPLATED, http_method=method)
    try:
        request = rendered(definition, arguments, member)
    except ToolRefused:
        assume(condition=False)
        raise
    assert request.origin == "https://api.example.com"
    assert request.method == method
    assert request.target.isascii()
    assert request.target.isprintable()
    assert " " not in request.target
    path, _, query = request.target.partition("?")
    assert "#" not in request.target
    assert [bool(s) for s in path.split("/")] == [False, True, True, True]
    assert path.startswith("/v1/")
    assert path.endswith(".json")
    assert not {".", ".."} & {unquote(unquote(s)) for s in path.split("/")}
    keys = [key for key, _ in parse_qsl(query, keep_blank_values=True)]
    assert keys.count("limit") == 1
    allowed = {"q", "both", "limit"}
    assert set(keys) <= (allowed if method.has_body else allowed | arguments.keys())
    for name, value in request.headers:
        assert name in {
            "Accept", "User-Agent", "Content-Type", "X-Filled", "X-Fixed",
            *(f"X-Tengine-{n}-Id" for n in ("Project", "Integration", "Request", "Member")),
            "X-Tengine-Timestamp", "X-Tengine-Member-Email", "X-Tengine-Member-Roles",
        }  # fmt: skip
        assert all(" " <= character <= "~" for character in value)


segments = st.lists(
    st.sampled_from(["v1", "x-", "{a}", "{b}", "{c}", "%2F", ";p=", "~", ".json"]),
    min_size=1,
    max_size=3,
).map("".join)
paths = st.lists(segments, min_size=1, max_size=4).map(lambda parts: "/" + "/".join(parts))
origins = st.sampled_from(
    ["https://api.example.com", "https://API.example.com:8443", "https://[2606:4700::1]"]
)


@given(paths, origins, st.dictionaries(names, values), st.sampled_from(HttpMethod))
def test_whatever_the_template_too_another_parser_finds_it_unbent(
    path: str, origin: str, arguments: dict[str, Any], method: HttpMethod
) -> None:
    """The WHATWG parser, as lenient as any, finds the template's origin and segments."""
    definition = replace(PLAIN, base_url=origin, endpoint_path=path, http_method=method)
    try:
        request = rendered(definition, arguments)
    except ToolRefused:
        assume(condition=False)
        raise
    read, wanted = can_ada.parse(request.url), can_ada.parse(origin)
    assert (read.protocol, read.host, read.username, read.hash) == (
        wanted.protocol, wanted.host, "", "",
    )  # fmt: skip
    assert read.pathname + read.search == request.target  # it had nothing to normalize
    assert read.pathname.count("/") == path.count("/")


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["x", "y", "z"]), json_values))
def test_a_body_parses_back_with_its_types(arguments: dict[str, Any]) -> None:
    definition = replace(POST, body_template={"x": "{x}", "in": [{"y": "{y}"}], "z": "{z}"})
    expected = {name: arguments[name] for name in ("x", "z") if name in arguments}
    inner = {"y": arguments["y"]} if "y" in arguments else {}
    read = body(definition, arguments)
    assert json.dumps(read, sort_keys=True) == json.dumps(
        {**expected, "in": [inner]}, sort_keys=True
    )
    assert json.dumps(body(POST, arguments)) == json.dumps(arguments)
