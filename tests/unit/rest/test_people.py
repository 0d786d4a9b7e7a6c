"""Who may make whom what in a project, and what that ends."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from gatehouse.domain.families import Family
from gatehouse.domain.people import CustomRole, Membership
from gatehouse.domain.roles import Action, Role
from tests.rest import ADMIN_TOKEN, Answer, Api
from tests.samples import API_KEY, NOW, PROJECT_ID
from tests.signed_in import FAMILY_ID, FOR_MCP, family
from tests.unit.test_authenticate_principal import EDITOR, GRACE, OPERATOR, Ground

PEOPLE = "/api/v1/people"
ROLES = "/api/v1/roles"
INVITATIONS = "/api/v1/invitations"
BEN, CYD = "b" * 16, "c" * 16


@dataclass
class Project:
    """A project in which Grace (`u1`) is what a test says, Ben an editor, and Cyd the owner."""

    api: Api = field(default_factory=lambda: Ground().api)

    def __post_init__(self) -> None:
        for user_id, role in ((BEN, Role.EDITOR), (CYD, Role.OWNER)):
            email = f"{user_id[0]}@example.com"
            self.api.table.people[user_id] = replace(GRACE, id=user_id, email=email)
            self.put(replace(EDITOR, user_id=user_id, email=email, role=role, epoch=0))

    def put(self, membership: Membership) -> None:
        self.api.table.memberships[PROJECT_ID, membership.user_id] = membership

    def grace(self, role: Role, *actions: Action) -> None:
        """Make Grace `role`, with a custom role of `actions`."""
        table = self.api.table
        table.custom_roles[PROJECT_ID, "own"] = CustomRole(
            project_id=PROJECT_ID, name="own", actions=frozenset(actions)
        )
        self.put(replace(EDITOR, role=role, custom_roles=("own",)))

    def of(self, user_id: str) -> Membership | None:
        return self.api.table.memberships.get((PROJECT_ID, user_id))

    def change(self, user_id: str, role: str, *custom: str, token: str = OPERATOR) -> Answer:
        body = {"role": role, "custom_roles": list(custom)}
        return self.api.call("PUT", f"{PEOPLE}/{user_id}", body, token=token)

    def remove(self, user_id: str) -> Answer:
        return self.api.call("DELETE", f"{PEOPLE}/{user_id}", token=OPERATOR)

    def session(self, user_id: str, number: int, project_id: str | None) -> str:
        """Sign somebody in, for a project or for the console."""
        grant = replace(FOR_MCP, subject=f"user:{user_id}", project_id=project_id)
        made: Family = replace(family(grant), id=f"{number:016}")
        self.api.table.families[made.id] = made
        return made.id

    def is_live(self, family_id: str) -> bool:
        return self.api.table.families[family_id].is_live(now=NOW)


@pytest.fixture
def project() -> Project:
    return Project()


def test_an_admin_sees_and_changes_people_under_the_next_epoch(project: Project) -> None:
    project.grace(Role.ADMIN)
    listed = project.api.call("GET", PEOPLE, token=OPERATOR).json["items"]
    assert {each["user_id"]: each["role"] for each in listed} == {
        "u1": "admin",
        BEN: "editor",
        CYD: "owner",
    }
    changed = project.change(BEN, "viewer")
    assert (changed.status, changed.json["role"]) == (200, "viewer")
    assert changed.json["granted_by"] == "user:u1"
    ben = project.of(BEN)
    assert ben
    assert (ben.role, ben.epoch) == (Role.VIEWER, 1)


def test_what_somebody_is_for_one_project_ends_their_sessions_for_it_alone(
    project: Project,
) -> None:
    project.grace(Role.ADMIN)
    here, there = project.session(BEN, 1, PROJECT_ID), project.session(BEN, 2, "Proj0002")
    console, others = project.session(BEN, 3, None), project.session(CYD, 4, PROJECT_ID)
    assert project.change(BEN, "editor").status == 200
    assert [project.is_live(each) for each in (here, there, console, others)] == [
        False,
        True,
        True,
        True,
    ]
    again = project.session(BEN, 5, PROJECT_ID)
    assert project.remove(BEN).status == 204
    assert not project.is_live(again)
    assert project.is_live(there)
    assert project.of(BEN) is None


def test_a_token_of_before_a_change_manages_nothing_any_more(project: Project) -> None:
    project.grace(Role.OWNER)
    assert project.api.call("GET", PEOPLE, token=OPERATOR).status == 200
    assert project.change("u1", "admin").status == 200
    assert project.api.call("GET", PEOPLE, token=OPERATOR).status == 401


@pytest.mark.parametrize("role", ["owner", "admin"])
def test_only_owners_make_owners(project: Project, role: str) -> None:
    project.grace(Role(role))
    expected = 200 if role == "owner" else 403
    assert project.change(BEN, "owner").status == expected
    invited = project.api.call("POST", INVITATIONS, {"role": "owner"}, token=OPERATOR)
    assert invited.status == (201 if role == "owner" else 403)


def test_only_owners_touch_owners_even_with_all_an_owners_actions(project: Project) -> None:
    project.grace(Role.ADMIN, Action.PROJECT_DELETE)
    refused = project.change(CYD, "viewer")
    assert (refused.status, refused.json["detail"]) == (
        403,
        "Only owners decide who is an owner",
    )
    assert project.remove(CYD).status == 403
    assert project.change(BEN, "owner").status == 403


def test_the_last_owner_stays(project: Project) -> None:
    project.grace(Role.OWNER)
    assert project.remove(CYD).status == 204
    for answer in (project.remove("u1"), project.change("u1", "admin")):
        assert (answer.status, answer.json["detail"]) == (
            409,
            "A project keeps at least one owner",
        )


def test_nobody_gives_or_takes_more_than_they_hold(project: Project) -> None:
    project.grace(Role.VIEWER, Action.PEOPLE_WRITE)
    for answer in (
        project.change(BEN, "viewer"),
        project.change("u1", "editor"),
        project.remove(BEN),
        project.api.call("POST", INVITATIONS, {"role": "editor"}, token=OPERATOR),
    ):
        assert answer.status == 403
        assert answer.json["detail"].startswith("This needs the action '")
    assert project.api.call("POST", INVITATIONS, {"role": "viewer"}, token=OPERATOR).status == 201


def test_a_custom_role_gives_no_more_than_its_giver_holds(project: Project) -> None:
    project.grace(Role.ADMIN)
    table = project.api.table
    table.custom_roles[PROJECT_ID, "ends"] = CustomRole(
        project_id=PROJECT_ID, name="ends", actions=frozenset({Action.PROJECT_DELETE})
    )
    assert project.change(BEN, "viewer", "ends").status == 403
    assert project.change(BEN, "viewer", "own").status == 200
    assert project.change(BEN, "viewer", "none").fields == ["custom_roles"]
    assert project.change(BEN, "viewer", "own", "own").fields == ["custom_roles"]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_roles_are_made_up_of_what_their_maker_holds(project: Project, method: str) -> None:
    project.grace(Role.ADMIN)
    path = f"{ROLES}/ends"
    body = {"actions": ["project:delete"]} if method == "PUT" else None
    if method == "DELETE":
        project.api.table.custom_roles[PROJECT_ID, "ends"] = CustomRole(
            project_id=PROJECT_ID, name="ends", actions=frozenset({Action.PROJECT_DELETE})
        )
    refused = project.api.call(method, path, body, token=OPERATOR)
    assert refused.json["detail"] == "This needs the action 'project:delete'"


def test_a_role_with_more_than_one_holds_cannot_be_taken_apart(project: Project) -> None:
    project.grace(Role.ADMIN)
    project.api.table.custom_roles[PROJECT_ID, "ends"] = CustomRole(
        project_id=PROJECT_ID, name="ends", actions=frozenset({Action.PROJECT_DELETE})
    )
    body = {"actions": ["tools:read"]}
    assert project.api.call("PUT", f"{ROLES}/ends", body, token=OPERATOR).status == 403


def test_a_role_is_made_listed_changed_for_its_holders_and_removed(project: Project) -> None:
    project.grace(Role.ADMIN)
    made = project.api.call("PUT", f"{ROLES}/reader", {"actions": ["calls:read"]}, token=OPERATOR)
    assert (made.status, made.json["actions"], made.json["custom"]) == (200, ["calls:read"], True)
    names = [r["name"] for r in project.api.call("GET", ROLES, token=OPERATOR).json["items"]]
    assert names == ["guest", "viewer", "editor", "admin", "owner", "own", "reader"]
    assert project.change(BEN, "guest", "reader").status == 200
    held = project.api.call("DELETE", f"{ROLES}/reader", token=OPERATOR)
    assert (held.status, held.json["detail"]) == (409, "Somebody holds this role")
    assert project.change(BEN, "guest").status == 200
    assert project.api.call("DELETE", f"{ROLES}/reader", token=OPERATOR).status == 204
    assert project.api.call("DELETE", f"{ROLES}/reader", token=OPERATOR).status == 404


@pytest.mark.parametrize("name", ["owner", "guest", "Reader", "1st", "a" * 33, "a b"])
def test_a_role_is_called_acceptably_and_like_no_other(project: Project, name: str) -> None:
    project.grace(Role.ADMIN)
    body = {"actions": ["calls:read"], "description": "x\u200b"}
    refused = project.api.call("PUT", f"{ROLES}/{name}", body, token=OPERATOR)
    assert refused.fields == ["name", "description"]


def test_a_project_has_at_most_fifty_roles_of_its_own(project: Project) -> None:
    project.grace(Role.ADMIN)
    body = {"actions": ["calls:read"]}
    statuses = [
        project.api.call("PUT", f"{ROLES}/r{n}", body, token=OPERATOR).status for n in range(50)
    ]
    assert statuses == [200] * 49 + [409]
    assert project.api.call("PUT", f"{ROLES}/r0", body, token=OPERATOR).status == 200


def test_who_is_nothing_in_the_project_is_not_there(project: Project) -> None:
    project.grace(Role.OWNER)
    del project.api.table.memberships[PROJECT_ID, BEN]
    for user_id in (BEN, "nobody"):
        assert project.change(user_id, "viewer").status == 404
        assert project.remove(user_id).status == 404


def test_a_removal_that_broke_off_is_finished_by_the_next(project: Project) -> None:
    project.grace(Role.OWNER)
    left = project.session(BEN, 1, PROJECT_ID)
    del project.api.table.memberships[PROJECT_ID, BEN]
    assert project.remove(BEN).status == 404
    assert not project.is_live(left)


@pytest.mark.parametrize("credential", [API_KEY, OPERATOR])
def test_neither_a_key_nor_an_editor_makes_anybody_anything(
    project: Project, credential: str
) -> None:
    assert project.change(BEN, "viewer", token=credential).status == 403


# --- invitations


def test_an_invitations_text_is_shown_once_and_stored_as_its_digest(project: Project) -> None:
    project.grace(Role.ADMIN)
    body = {"role": "editor", "email": "New@Example.com", "days": 2}
    made = project.api.call("POST", INVITATIONS, body, token=OPERATOR)
    assert made.status == 201
    assert made.json["invitation"].startswith("gin_")
    assert (made.json["email"], made.json["invited_by"]) == ("new@example.com", "user:u1")
    listed = project.api.call("GET", INVITATIONS, token=OPERATOR)
    assert [each["id"] for each in listed.json["items"]] == [made.json["id"]]
    assert made.json["invitation"] not in listed.text
    (kept,) = project.api.invitations.values()
    assert kept.expires_at == NOW + 2 * 86_400
    assert made.json["invitation"] not in repr(kept)
    path = f"{INVITATIONS}/{made.json['id']}"
    assert project.api.call("DELETE", path, token=OPERATOR).status == 204
    assert project.api.call("DELETE", path, token=OPERATOR).status == 404


@pytest.mark.parametrize(
    ("field_name", "value"), [("email", "nobody"), ("days", 0), ("days", 31), ("role", "king")]
)
def test_an_invitation_that_nobody_could_use_is_refused(
    project: Project, field_name: str, value: object
) -> None:
    project.grace(Role.ADMIN)
    body = {"role": "viewer", field_name: value}
    assert project.api.call("POST", INVITATIONS, body, token=OPERATOR).fields == [field_name]


def test_an_administrator_is_invited_by_administrators_alone(project: Project) -> None:
    path = "/admin/v1/invitations"
    made = project.api.call("POST", path, {"email": "root@example.com"}, token=ADMIN_TOKEN)
    assert (made.status, made.json["role"]) == (201, None)
    (kept,) = project.api.invitations.values()
    assert (kept.project_id, kept.role) == (None, None)
    project.grace(Role.OWNER)
    assert project.api.call("POST", path, {}, token=OPERATOR).status == 403


# --- the administration


def test_an_administrator_appoints_owners_of_any_project(project: Project) -> None:
    api, path = project.api, f"/admin/v1/projects/{PROJECT_ID}/people"
    del api.table.memberships[PROJECT_ID, BEN]
    appointed = api.call("PUT", f"{path}/{BEN}", {"role": "owner"}, token=ADMIN_TOKEN)
    assert (appointed.status, appointed.json["granted_by"]) == (200, "admin")
    assert appointed.json["email"] == "b@example.com"
    assert api.call("DELETE", f"{path}/{CYD}", token=ADMIN_TOKEN).status == 204
    assert api.call("DELETE", f"{path}/{BEN}", token=ADMIN_TOKEN).status == 409
    assert api.call("PUT", f"{path}/nobody", {"role": "viewer"}, token=ADMIN_TOKEN).status == 404
    listed = api.call("GET", path, token=ADMIN_TOKEN).json["items"]
    assert {each["user_id"] for each in listed} == {"u1", BEN}
    absent = path.replace(PROJECT_ID, "Nobody00")
    assert api.call("GET", absent, token=ADMIN_TOKEN).status == 404


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"is_active": True}, {"is_admin": True}, {}]
)
def test_whatever_an_account_becomes_all_its_sessions_end(
    project: Project, change: dict[str, bool]
) -> None:
    sessions = [project.session(BEN, n, p) for n, p in enumerate((PROJECT_ID, "Proj0002", None))]
    kept = project.session(CYD, 9, PROJECT_ID)
    path = f"/admin/v1/people/{BEN}"
    changed = project.api.call("PATCH", path, change, token=ADMIN_TOKEN)
    assert changed.status == 200
    assert {name: changed.json[name] for name in change} == change
    assert not any(project.is_live(each) for each in sessions)
    assert project.is_live(kept)


def test_who_is_not_active_is_out_at_once(project: Project) -> None:
    assert project.api.call("GET", PEOPLE, token=OPERATOR).status == 200
    body = {"is_active": False}
    assert project.api.call("PATCH", "/admin/v1/people/u1", body, token=ADMIN_TOKEN).status == 200
    assert project.api.call("GET", PEOPLE, token=OPERATOR).status == 401
    project.api.call("PATCH", "/admin/v1/people/u1", {"is_active": True}, token=ADMIN_TOKEN)
    assert project.api.call("GET", PEOPLE, token=OPERATOR).status == 401
    assert not project.is_live(FAMILY_ID)


def test_accounts_are_listed_and_nobody_is_not_there(project: Project) -> None:
    listed = project.api.call("GET", "/admin/v1/people", token=ADMIN_TOKEN).json["items"]
    assert [each["id"] for each in listed] == [BEN, CYD, "u1"]
    path = "/admin/v1/people/nobody"
    assert project.api.call("PATCH", path, {}, token=ADMIN_TOKEN).status == 404


@pytest.mark.parametrize(
    "ask",
    [
        lambda p: p.api.call("GET", "/admin/v1/people", token=OPERATOR),
        lambda p: p.api.call("PATCH", f"/admin/v1/people/{BEN}", {}, token=OPERATOR),
        lambda p: p.api.call("GET", f"/admin/v1/projects/{PROJECT_ID}/people", token=OPERATOR),
    ],
)
def test_an_owner_administrates_no_accounts(
    project: Project, ask: Callable[[Project], Answer]
) -> None:
    project.grace(Role.OWNER)
    assert ask(project).status == 403
