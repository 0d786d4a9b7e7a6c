"""What a share opens, to whom, and what it never does."""

from dataclasses import replace

import pytest

from gatehouse.domain.people import CustomRole
from gatehouse.domain.roles import Action, Role
from tests.rest import Answer, Api
from tests.samples import API_KEY, PROJECT_ID
from tests.unit.rest.test_people import BEN, Project
from tests.unit.test_authenticate_principal import APP_ID, APP_KEY, EDITOR, OPERATOR

SHARES = "/api/v1/shares"
GROUPS = "/api/v1/groups"
TOOLS = "/api/v1/custom-tools"
PROMPTS = "/api/v1/prompts"
WORDS = [{"role": "user", "content": {"type": "text", "text": "Hi"}}]


@pytest.fixture
def project() -> Project:
    """A project whose Grace is its owner, who has a tool, another one, and a prompt."""
    made = Project()
    made.grace(Role.OWNER)
    return made


def as_guest(project: Project) -> Api:
    """Make Grace a guest, who may do nothing by role."""
    project.put(replace(EDITOR, role=Role.GUEST))
    return project.api


def ask(api: Api, method: str, path: str, body: object = None) -> Answer:
    return api.call(method, path, body, token=OPERATOR)


def share(project: Project, **body: object) -> Answer:
    return ask(project.api, "POST", SHARES, {"user_id": "u1", "permission": "view", **body})


def test_a_guest_sees_and_changes_what_is_shared_and_nothing_else(project: Project) -> None:
    tool, other = project.api.tool(), project.api.tool(name="other")
    path = f"{TOOLS}/{tool['id']}"
    made = share(project, tool_id=tool["id"])
    assert (made.status, made.json["granted_by"]) == (201, "user:u1")
    api = as_guest(project)
    change, trial = {"description": "New", "version": 1}, {"arguments": {"contact_id": "1"}}
    assert ask(api, "GET", path).status == 200
    assert ask(api, "PATCH", path, change).status == 403
    assert ask(api, "POST", f"{path}/test", trial).status == 403
    project.grace(Role.OWNER)
    assert share(project, tool_id=tool["id"], permission="edit").status == 201
    api = as_guest(project)
    assert ask(api, "POST", f"{path}/test", trial).status == 200
    assert ask(api, "PATCH", path, change).status == 200
    for method, closed in (
        ("DELETE", path),
        ("GET", TOOLS),
        ("GET", f"{TOOLS}/{other['id']}"),
        ("GET", PROMPTS),
        ("GET", SHARES),
    ):
        assert ask(api, method, closed).status == 403
    approval = {"digest": tool["digest"]}
    assert ask(api, "POST", f"{path}/approve", approval).status == 403


def test_a_prompt_is_shared_as_a_tool_is(project: Project) -> None:
    prompt = ask(project.api, "POST", PROMPTS, {"name": "hello", "messages": WORDS}).json
    path = f"{PROMPTS}/{prompt['id']}"
    share(project, prompt_id=prompt["id"], permission="edit")
    api = as_guest(project)
    assert ask(api, "GET", path).status == 200
    assert ask(api, "PATCH", path, {"title": "Hello", "version": 1}).status == 200
    assert ask(api, "DELETE", path).status == 403


def test_a_share_ends_for_the_very_next_request(project: Project) -> None:
    tool = project.api.tool()
    made = share(project, tool_id=tool["id"]).json
    as_guest(project)
    assert ask(project.api, "GET", f"{TOOLS}/{tool['id']}").status == 200
    project.grace(Role.OWNER)
    assert ask(project.api, "DELETE", f"{SHARES}/{made['id']}").status == 204
    as_guest(project)
    assert ask(project.api, "GET", f"{TOOLS}/{tool['id']}").status == 403


def test_what_is_shared_with_a_group_is_its_peoples_while_they_are_in_it(
    project: Project,
) -> None:
    tool = project.api.tool()
    group = ask(project.api, "POST", GROUPS, {"name": "Team"}).json
    member = f"{GROUPS}/{group['id']}/members/u1"
    body = {"tool_id": tool["id"], "group_id": group["id"], "permission": "view"}
    assert ask(project.api, "POST", SHARES, body).status == 201
    assert ask(project.api, "PUT", member).status == 204
    inside = ask(project.api, "GET", f"{GROUPS}/{group['id']}/members").json["items"]
    assert inside == [{"user_id": "u1"}]
    as_guest(project)
    assert ask(project.api, "GET", f"{TOOLS}/{tool['id']}").status == 200
    project.grace(Role.OWNER)
    assert ask(project.api, "DELETE", member).status == 204
    as_guest(project)
    assert ask(project.api, "GET", f"{TOOLS}/{tool['id']}").status == 403


def test_a_new_tool_of_an_old_name_is_shared_with_nobody(project: Project) -> None:
    tool = project.api.tool()
    share(project, tool_id=tool["id"])
    assert ask(project.api, "DELETE", f"{TOOLS}/{tool['id']}").status == 204
    assert ask(project.api, "GET", SHARES).json["items"] == []
    project.api.tool()
    as_guest(project)
    assert ask(project.api, "GET", f"{TOOLS}/{tool['id']}").status == 403


def test_who_leaves_and_comes_back_finds_nothing_shared(project: Project) -> None:
    tool = project.api.tool()
    share(project, tool_id=tool["id"], user_id=BEN)
    assert project.remove(BEN).status == 204
    assert ask(project.api, "GET", SHARES).json["items"] == []


@pytest.mark.parametrize(
    ("permission", "action"), [("view", Action.TOOLS_READ), ("edit", Action.TOOLS_WRITE)]
)
def test_nobody_shares_what_they_may_not_do(
    project: Project, permission: str, action: Action
) -> None:
    tool = project.api.tool()
    project.grace(Role.GUEST, Action.PEOPLE_WRITE)
    refused = share(project, tool_id=tool["id"], permission=permission)
    assert (refused.status, refused.json["detail"]) == (403, f"This needs the action '{action}'")
    project.grace(Role.GUEST, Action.PEOPLE_WRITE, action)
    assert share(project, tool_id=tool["id"], permission=permission).status == 201


def test_who_may_not_share_everything_puts_nobody_into_groups(project: Project) -> None:
    group = ask(project.api, "POST", GROUPS, {"name": "Team"}).json
    project.grace(Role.VIEWER, Action.PEOPLE_WRITE)
    assert ask(project.api, "PUT", f"{GROUPS}/{group['id']}/members/u1").status == 403


def test_a_share_is_no_apps_and_no_keys(project: Project) -> None:
    """An app, even one whose id is somebody's, is nobody a thing could be shared with."""
    tool = project.api.tool()
    project.put(replace(EDITOR, user_id=APP_ID))
    assert share(project, tool_id=tool["id"], user_id=APP_ID, permission="edit").status == 201
    change = {"description": "New", "version": 1}
    path = f"{TOOLS}/{tool['id']}"
    assert project.api.call("PATCH", path, change, token=APP_KEY).status == 403
    assert project.api.call("POST", SHARES, {}, token=API_KEY).status == 403


def test_a_share_is_of_one_thing_with_one_grantee_that_are_there(project: Project) -> None:
    tool = project.api.tool()["id"]
    assert share(project).fields == ["tool_id"]
    assert share(project, tool_id=tool, prompt_id="prompt_YQ").fields == ["tool_id"]
    assert share(project, tool_id=tool, group_id="g").fields == ["user_id"]
    assert share(project, tool_id=tool, user_id=None).fields == ["user_id"]
    assert share(project, tool_id=tool, permission="own").fields == ["permission"]
    for absent in ({"user_id": "nobody"}, {"tool_id": "tool_YWJzZW50"}):
        assert share(project, **{"tool_id": tool, **absent}).status == 404


def test_a_thing_is_shared_with_fifty_at_most(project: Project) -> None:
    tool = project.api.tool()["id"]
    for number in range(51):
        user_id = f"{number:016}"
        project.put(replace(EDITOR, user_id=user_id))
        answer = share(project, tool_id=tool, user_id=user_id)
        assert answer.status == (201 if number < 50 else 409)
    again = share(project, tool_id=tool, user_id=f"{0:016}", permission="edit")
    assert again.status == 201


def test_groups_are_listed_and_end(project: Project) -> None:
    group = ask(project.api, "POST", GROUPS, {"name": "Team"}).json
    assert ask(project.api, "POST", GROUPS, {"name": " "}).fields == ["name"]
    assert ask(project.api, "GET", GROUPS).json["items"] == [group]
    assert ask(project.api, "DELETE", f"{GROUPS}/{group['id']}").status == 204
    for method, path in (
        ("DELETE", group["id"]),
        ("GET", f"{group['id']}/members"),
        ("PUT", f"{group['id']}/members/u1"),
    ):
        assert ask(project.api, method, f"{GROUPS}/{path}").status == 404


def test_a_custom_role_alone_makes_a_guest_what_it_says(project: Project) -> None:
    role = CustomRole(project_id=PROJECT_ID, name="reader", actions=frozenset({Action.CALLS_READ}))
    project.api.table.custom_roles[PROJECT_ID, "reader"] = role
    project.put(replace(EDITOR, role=Role.GUEST, custom_roles=("reader",)))
    assert ask(project.api, "GET", "/api/v1/tool-calls").status == 200
    assert ask(project.api, "GET", TOOLS).status == 403
