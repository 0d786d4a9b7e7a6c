"""Prompts over the management API."""

from typing import Any

import pytest

from tests.rest import Answer, Api

BODY: dict[str, Any] = {
    "name": "review",
    "title": "Review",
    "arguments": [{"name": "topic", "required": True, "completions": ["Paris"]}],
    "messages": [{"role": "user", "content": {"type": "text", "text": "On {topic}"}}],
}
PATH = "/api/v1/prompts"


def created(api: Api, **changes: object) -> Answer:
    return api.call("POST", PATH, {**BODY, **changes})


def message(content: object, role: str = "user") -> dict[str, object]:
    return {"messages": [{"role": role, "content": content}]}


def texts(text: str) -> dict[str, object]:
    return message({"type": "text", "text": text})


def test_a_prompt_is_stored_and_shown_whole() -> None:
    api = Api()
    answer = created(api)
    assert (answer.status, answer.headers["etag"]) == (201, '"1"')
    prompt = answer.json
    assert prompt["id"] == "prompt_cmV2aWV3"
    assert prompt["is_enabled"] is True
    assert prompt["arguments"] == [
        {
            "name": "topic",
            "title": None,
            "description": None,
            "required": True,
            "completions": ["Paris"],
        }
    ]
    assert prompt["messages"] == BODY["messages"]
    assert api.call("GET", f"{PATH}/{prompt['id']}").json == prompt
    assert api.call("GET", PATH).json == {"items": [prompt], "next_cursor": None}


def test_a_name_is_given_once() -> None:
    api = Api()
    created(api)
    assert created(api).status == 409


def test_a_change_touches_what_it_names_and_raises_version_and_digest() -> None:
    api = Api()
    before = created(api).json
    changed = api.call("PATCH", f"{PATH}/{before['id']}", {"version": 1, "title": None}).json
    assert (changed["title"], changed["version"]) == (None, 2)
    assert changed["digest"] != before["digest"]
    assert changed["messages"] == before["messages"]


def test_a_change_of_an_old_version_is_told_the_current_one() -> None:
    api = Api()
    path = f"{PATH}/{created(api).json['id']}"
    api.call("PATCH", path, {"version": 1, "is_enabled": False})
    conflict = api.call("PATCH", path, {"version": 1})
    assert (conflict.status, conflict.json["current_version"]) == (409, 2)
    failed = api.call("PATCH", path, {}, headers={"if-match": '"1"'})
    assert (failed.status, failed.json["current_version"]) == (412, 2)


def test_a_deleted_prompt_is_gone() -> None:
    api = Api()
    path = f"{PATH}/{created(api).json['id']}"
    assert api.call("DELETE", path).status == 204
    assert api.call("GET", path).status == 404


@pytest.mark.parametrize("prompt_id", ["prompt_", "tool_cmV2aWV3", "prompt_Li4", "review"])
def test_an_id_that_nothing_can_have_is_not_found(prompt_id: str) -> None:
    assert Api().call("GET", f"{PATH}/{prompt_id}").status == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "a b"}, "name"),
        ({"title": ""}, "title"),
        ({"description": "hid\u200bden"}, "description"),
        ({"icons": [{"src": "http://example.com/i.png"}]}, "icons.0.src"),
        ({"arguments": [{"name": "a.b"}], **texts("x")}, "arguments.0.name"),
        ({"arguments": [{"name": "topic"}, {"name": "topic"}]}, "arguments.1.name"),
        ({"arguments": [{"name": "topic", "completions": [""]}]}, "arguments.0.completions.0"),
        ({"arguments": [{"name": "topic", "default": 1}]}, "arguments.0.default"),
        ({"messages": []}, "messages"),
        (message({"type": "video"}), "messages.0.content.type"),
        (message({"type": "text", "text": "x"}, role="system"), "messages.0.role"),
        (texts("{tone}"), "messages.0.content.text"),
        (texts("{input.who}"), "messages.0.content.text"),
        (texts("{member.id}"), "messages.0.content.text"),
        (texts("{"), "messages.0.content.text"),
        (texts("hid\u202eden"), "messages.0.content"),
        (
            message({"type": "resource", "resource": {"uri": "no uri {topic}", "text": ""}}),
            "messages.0.content.resource.uri",
        ),
        ({"input_requests": {}}, "input_requests"),
        ({"input_requests": {"a": {"method": "tools/call"}}}, "input_requests.a.method"),
        ({"is_enabled": "yes"}, "is_enabled"),
        ({"secret": "x"}, "secret"),
    ],
)
def test_what_breaks_a_rule_is_named_and_not_stored(changes: dict[str, Any], field: str) -> None:
    api = Api()
    answer = created(api, **changes)
    assert (answer.status, answer.fields) == (422, [field])
    assert not api.table.prompts


def test_a_uri_may_be_an_argument() -> None:
    resource = {"uri": "{topic}", "text": "{topic}"}
    assert created(Api(), **message({"type": "resource", "resource": resource})).status == 201
