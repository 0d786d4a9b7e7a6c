"""Pages about tools: looked at before they are saved, found again, and who changed them."""

import re
from typing import TYPE_CHECKING

from tests.contract.console.house import Console

if TYPE_CHECKING:
    pass

TOOL = {
    "name": "find_order",
    "description": "Find an order by its number.",
    "http_method": "GET",
    "base_url": "https://orders.example.com",
    "endpoint_path": "/orders/{id}",
    "input_schema": '{"type": "object", "properties": {"id": {"type": "string"}}}',
    "auth_strategy": "none",
    "timeout_seconds": "10",
}


def test_a_tool_is_looked_at_before_it_is_there(owner: Console, project: str) -> None:
    page = f"/console/p/{project}/tools/new"
    look = {"action": "create-tool", "instead": "preview-new-tool"}
    shown = owner.post(page, **look, **TOOL, arguments='{"id": "7"}')
    assert shown.status == 200
    assert "GET https://orders.example.com/orders/7" in shown.body
    assert 'value="find_order"' in shown.body
    assert "find_order" not in owner.get(f"/console/p/{project}/tools").body
    refused = owner.post(page, **look, **{**TOOL, "input_schema": '{"type": "nothing"}'})
    assert refused.status == 422
    assert "Not yet" in refused.body
    assert 'id="create-tool--input_schema-error1"' in refused.body


def test_a_change_is_looked_at_with_all_that_the_tool_has(owner: Console, project: str) -> None:
    tools = f"/console/p/{project}/tools"
    made = owner.post(f"{tools}/new", action="create-tool", **TOOL).headers["location"]
    edit = f"{made.partition('?')[0]}/edit"
    held = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', owner.get(edit).body)
    kept = {name: value.replace("&#34;", '"') for name, value in held}
    kept |= {"action": "change-tool", "instead": "preview-tool", "csrf": owner.token()}
    form = {**TOOL, **kept}
    assert ", as now" in owner.post(edit, **form).body
    changed = owner.post(edit, **{**form, "endpoint_path": "/v2/orders/{id}"})
    assert "another one than now" in changed.body
    assert "/v2/orders/preflight" in changed.body
    assert "/v2/" not in owner.get(edit).body


def test_what_nobody_offers_is_not_done_instead(owner: Console, project: str) -> None:
    page = f"/console/p/{project}/tools/new"
    assert owner.post(page, action="create-tool", instead="delete-tool", **TOOL).status == 400


def test_tools_are_found_by_what_they_are_about(owner: Console, project: str) -> None:
    tools = f"/console/p/{project}/tools"
    owner.post(f"{tools}/new", action="create-tool", **TOOL)
    assert "find_order" in owner.get(tools, "find=NUMBER").body
    missed = owner.get(tools, "find=invoice").body
    assert "No such tool" in missed
    assert "/tools/tool_find_order" not in missed


def test_a_tool_tells_who_made_changed_and_approved_it(owner: Console, project: str) -> None:
    tools = f"/console/p/{project}/tools"
    made = owner.post(f"{tools}/new", action="create-tool", **TOOL).headers["location"]
    owner.post(f"{tools}/new", action="create-tool", **{**TOOL, "name": "another"})
    tool = made.partition("?")[0]
    (digest,) = re.findall(r'name="digest" value="([0-9a-f]{64})"', owner.get(tool).body)
    assert owner.post(tool, action="approve-tool", digest=digest).status == 303
    history = owner.get(tool).body.partition("Who changed or approved it")[2]
    assert re.findall(r"<td[^>]*>(Made|Changed|Approved)</td><td[^>]*>([^<]+)</td>", history) == [
        ("Approved", "ada1@example.com"),
        ("Made", "ada1@example.com"),
    ]
