"""Resources over the management API: what may be stored, and where their secrets may go."""

from dataclasses import replace
from typing import Any

import pytest

from gatehouse.domain.project_settings import ProjectSettings
from tests.rest import SECRET, Answer, Api
from tests.samples import PROJECT, PROJECT_ID

PATH = "/api/v1/resources"
TEXT: dict[str, Any] = {"name": "guide", "uri": "test://guide", "text": "# {kept} as it is"}
ENDPOINT: dict[str, Any] = {
    "base_url": "https://api.example.com",
    "endpoint_path": "/v1/contacts/{id}",
    "auth_strategy": "hmac_signature",
    "encrypted_auth_secret": SECRET,
}
BEHIND: dict[str, Any] = {
    "name": "contact",
    "uri_template": "crm://contacts/{id}",
    "completions": {"id": ["7"]},
    "endpoint": ENDPOINT,
}


def created(api: Api, body: dict[str, Any], **changes: object) -> Answer:
    given = {name: value for name, value in {**body, **changes}.items() if value is not ...}
    return api.call("POST", PATH, given)


def endpoint(**changes: object) -> dict[str, object]:
    merged = {**ENDPOINT, **changes}
    return {"endpoint": {name: value for name, value in merged.items() if value is not ...}}


def test_a_resource_is_stored_and_shown_whole() -> None:
    api = Api()
    answer = created(api, TEXT)
    assert (answer.status, answer.headers["etag"]) == (201, '"1"')
    resource = answer.json
    assert (resource["id"], resource["text"]) == ("res_Z3VpZGU", TEXT["text"])
    assert resource["endpoint"] is None
    assert api.call("GET", f"{PATH}/{resource['id']}").json == resource
    assert api.call("GET", PATH).json == {"items": [resource], "next_cursor": None}


def test_an_endpoints_secret_is_sealed_for_it_alone_and_never_shown() -> None:
    api = Api()
    answer = created(api, BEHIND)
    assert answer.status == 201
    assert SECRET not in answer.text
    assert answer.json["endpoint"]["has_secret"] is True
    stored = api.table.resources[PROJECT_ID, "contact"]
    binding = stored.secret_binding
    assert binding is not None
    assert (binding.tool_id, binding.origin) == (
        "tool_cmVzb3VyY2UvY29udGFjdA",
        "https://api.example.com",
    )
    tool = api.tool(name="contact")
    assert tool["id"] != binding.tool_id
    assert SECRET not in api.call("GET", PATH).text


def test_a_secret_stays_with_its_origin_and_strategy() -> None:
    api = Api()
    path = f"{PATH}/{created(api, BEHIND).json['id']}"
    kept = endpoint(endpoint_path="/v2/{id}", encrypted_auth_secret=...)
    assert api.call("PATCH", path, {"version": 1, **kept}).json["endpoint"]["has_secret"]
    moved = endpoint(base_url="https://evil.example.com", encrypted_auth_secret=...)
    assert api.call("PATCH", path, {"version": 2, **moved}).status == 409
    other = endpoint(auth_strategy="static_bearer", encrypted_auth_secret=...)
    assert api.call("PATCH", path, {"version": 2, **other}).status == 409
    stored = api.table.resources[PROJECT_ID, "contact"]
    assert (stored.version, stored.definition.endpoint) != (3, None)
    again = endpoint(base_url="https://other.example.com")
    assert api.call("PATCH", path, {"version": 2, **again}).status == 200


def test_a_secret_goes_when_nothing_needs_it() -> None:
    api = Api()
    path = f"{PATH}/{created(api, BEHIND).json['id']}"
    none = endpoint(auth_strategy="none", encrypted_auth_secret=...)
    assert not api.call("PATCH", path, {"version": 1, **none}).json["endpoint"]["has_secret"]
    assert api.table.resources[PROJECT_ID, "contact"].sealed_secret is None
    back = endpoint(encrypted_auth_secret=...)
    answer = api.call("PATCH", path, {"version": 2, **back})
    assert answer.fields == ["endpoint.encrypted_auth_secret"]


def test_a_resource_may_become_another_kind() -> None:
    api = Api()
    path = f"{PATH}/{created(api, BEHIND).json['id']}"
    change = {"version": 1, "endpoint": None, "text": "Contact {id}"}
    changed = api.call("PATCH", path, change).json
    assert (changed["endpoint"], changed["text"]) == (None, "Contact {id}")
    assert api.table.resources[PROJECT_ID, "contact"].sealed_secret is None


def test_a_change_of_an_old_version_is_told_the_current_one() -> None:
    api = Api()
    path = f"{PATH}/{created(api, TEXT).json['id']}"
    assert api.call("PATCH", path, {"version": 1, "is_enabled": False}).json["version"] == 2
    conflict = api.call("PATCH", path, {"version": 1})
    assert (conflict.status, conflict.json["current_version"]) == (409, 2)
    failed = api.call("PATCH", path, {}, headers={"if-match": '"1"'})
    assert (failed.status, failed.json["current_version"]) == (412, 2)


def test_a_deleted_resource_is_gone() -> None:
    api = Api()
    path = f"{PATH}/{created(api, TEXT).json['id']}"
    assert api.call("DELETE", path).status == 204
    assert api.call("GET", path).status == 404


@pytest.mark.parametrize(
    ("body", "changes", "field"),
    [
        (TEXT, {"name": "a/b"}, "name"),
        (TEXT, {"uri": ...}, "uri"),
        (TEXT, {"uri_template": "test://{x}"}, "uri"),
        (TEXT, {"uri": "guide"}, "uri"),
        (TEXT, {"text": ...}, "text"),
        (TEXT, {"blob": "AA=="}, "text"),
        (TEXT, {"text": ..., "blob": "?"}, "blob"),
        (TEXT, {"text": "hid\u200bden"}, "text"),
        (TEXT, {"mime_type": "text"}, "mime_type"),
        (TEXT, {"annotations": {"priority": 2}}, "annotations.priority"),
        (TEXT, {"icons": []}, "icons"),
        (TEXT, {"completions": {"id": ["7"]}}, "completions.id"),
        (BEHIND, {"completions": {"other": ["7"]}}, "completions.other"),
        (BEHIND, {"uri_template": "crm://{id}{x}"}, "uri_template"),
        (BEHIND, {"uri_template": "crm://{id}-{x}"}, "uri_template"),
        (BEHIND, {"uri_template": "crm://{+id}"}, "uri_template"),
        (BEHIND, {"uri_template": "crm://{id}/{id}"}, "uri_template"),
        (BEHIND, {"uri_template": "{id}://x"}, "uri_template"),
        (BEHIND, {"uri_template": "crm://contacts"}, "uri_template"),
        (BEHIND, {"endpoint": ..., "text": "{other}"}, "text"),
        (BEHIND, {"endpoint": ..., "text": "{member.id}"}, "text"),
        (BEHIND, endpoint(base_url="http://api.example.com"), "endpoint.base_url"),
        (BEHIND, endpoint(base_url="https://127.0.0.1"), "endpoint.base_url"),
        (BEHIND, endpoint(endpoint_path="/{other}"), "endpoint.endpoint_path"),
        (BEHIND, endpoint(query_template={"a": "{b}"}), "endpoint.query_template.a"),
        (
            BEHIND,
            endpoint(headers_template={"X-Tengine-Member-Id": "x"}),
            "endpoint.headers_template.X-Tengine-Member-Id",
        ),
        (BEHIND, endpoint(encrypted_auth_secret=...), "endpoint.encrypted_auth_secret"),
        (BEHIND, endpoint(encrypted_auth_secret="short"), "endpoint.encrypted_auth_secret"),
        (BEHIND, endpoint(http_method="POST"), "endpoint.http_method"),
        (BEHIND, endpoint(timeout_seconds=21), "endpoint.timeout_seconds"),
    ],
)
def test_what_breaks_a_rule_is_named_and_not_stored(
    body: dict[str, Any], changes: dict[str, Any], field: str
) -> None:
    api = Api()
    answer = created(api, body, **changes)
    assert (answer.status, answer.fields) == (422, [field])
    assert not api.table.resources
    assert SECRET not in answer.text


def test_a_project_bound_to_origins_has_no_resource_elsewhere() -> None:
    api = Api()
    bound = ProjectSettings(upstream_origins=("https://api.example.com",))
    api.table.projects[PROJECT_ID] = replace(PROJECT, settings=bound)
    assert created(api, BEHIND).status == 201
    elsewhere = endpoint(base_url="https://other.example.com")
    answer = created(api, BEHIND, name="other", **elsewhere)
    assert (answer.status, answer.fields) == (422, ["endpoint.base_url"])
