"""Who is admitted to a project's management and to the deployment's, and what ends that."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from gatehouse.domain import app_keys
from gatehouse.domain.errors import (
    Forbidden,
    GatehouseError,
    InvalidRequest,
    MissingAction,
    MissingScope,
    NotFound,
    SessionExpired,
    Unauthenticated,
)
from gatehouse.domain.grants import MCP, Grant
from gatehouse.domain.people import CustomRole, Membership, Person
from gatehouse.domain.principals import BOOTSTRAP, Actor, Principal
from gatehouse.domain.projects import Scope
from gatehouse.domain.roles import KEY_ACTIONS, Action, Role
from gatehouse.domain.service_apps import AppGrant, AppKey, ServiceApp
from gatehouse.usecases.authenticate_manager import Presented
from tests.rest import ADMIN_TOKEN, Api
from tests.samples import API_KEY, INTEGRATION, INTEGRATION_ID, NOW, PROJECT, PROJECT_ID
from tests.signed_in import FAMILY_ID, FOR_API, FOR_MCP, ORIGIN, family, signed, token

GRACE = Person(
    id="u1",
    email="grace@example.com",
    name="Grace",
    is_active=True,
    is_admin=False,
    epoch=1,
    created_at=NOW,
)
EDITOR = Membership(
    project_id=PROJECT_ID,
    user_id="u1",
    email=GRACE.email,
    name=GRACE.name,
    role=Role.EDITOR,
    epoch=7,
    granted_by="admin",
    granted_at=NOW,
)
APP_ID = "App000000001"
APP_KEY = app_keys.compose(APP_ID, "key1", "s" * 32)
OTHER = "Proj0002"
APP = ServiceApp(
    id=APP_ID,
    name="billing",
    created_at=NOW,
    grants=(AppGrant(project_id=PROJECT_ID, actions=frozenset({Action.TOOLS_READ})),),
    keys=(AppKey(id="key1", digest=app_keys.digest(APP_KEY), created_at=NOW),),
)
FOR_APP = replace(FOR_API, subject=f"app:{APP_ID}", client_id=APP_ID, epoch=None)
FOR_ADMIN = replace(FOR_API, project_id=None, epoch=None, is_admin=True)


@dataclass
class Ground:
    """A project with an editor, a service app and a key; `admit` is the project's door."""

    api: Api = field(default_factory=Api)

    def __post_init__(self) -> None:
        table = self.api.table
        table.people["u1"] = GRACE
        table.memberships[PROJECT_ID, "u1"] = EDITOR
        table.families[FAMILY_ID] = family(FOR_API)
        table.apps[APP_ID] = APP
        table.projects[OTHER] = replace(PROJECT, id=OTHER)
        table.reads = 0

    def admit(self, credential: str, project_id: str | None = None) -> Principal:
        shown = Presented(credential=credential, origin=ORIGIN, project_id=project_id)
        return self.api.entrance().authenticate(shown)

    def administrate(self, credential: str) -> Actor:
        shown = Presented(credential=credential, origin=ORIGIN)
        return self.api.entrance().authenticate_admin(shown)

    def as_admin(self, *, is_admin: bool = True, is_active: bool = True) -> str:
        self.api.table.people["u1"] = replace(GRACE, is_admin=is_admin, is_active=is_active)
        self.api.table.families[FAMILY_ID] = family(FOR_ADMIN)
        return signed(token(FOR_ADMIN))

    def refused(self, kind: type[GatehouseError], credential: str, project: str = "") -> None:
        with pytest.raises(kind) as refusal:
            self.admit(credential, project or None)
        assert type(refusal.value) is kind


@pytest.fixture
def ground() -> Ground:
    return Ground()


OPERATOR = signed(token(FOR_API))
APP_TOKEN = signed(token(FOR_APP, family_id=None))


def test_a_person_is_what_they_are_in_the_project_of_the_token_by_one_read(ground: Ground) -> None:
    principal = ground.admit(OPERATOR)
    assert ground.api.table.reads == 1
    assert (principal.actor.label, principal.project.id) == ("user:u1", PROJECT_ID)
    assert principal.actions == Role.EDITOR.actions
    assert (principal.role, principal.is_owner) == (Role.EDITOR, False)


def test_a_custom_role_adds_its_actions_and_only_while_it_is_there(ground: Ground) -> None:
    table = ground.api.table
    table.memberships[PROJECT_ID, "u1"] = replace(EDITOR, custom_roles=("auditor", "gone"))
    for name, action in (("auditor", Action.AUDIT_READ), ("other", Action.PEOPLE_WRITE)):
        table.custom_roles[PROJECT_ID, name] = CustomRole(
            project_id=PROJECT_ID, name=name, actions=frozenset({action})
        )
    assert ground.admit(OPERATOR).actions == Role.EDITOR.actions | {Action.AUDIT_READ}
    table.custom_roles.clear()
    assert ground.admit(OPERATOR).actions == Role.EDITOR.actions


def _gone(ground: Ground) -> None:
    del ground.api.table.memberships[PROJECT_ID, "u1"]


def _changed(ground: Ground) -> None:
    ground.api.table.memberships[PROJECT_ID, "u1"] = replace(EDITOR, epoch=8)


def _inactive(ground: Ground) -> None:
    ground.api.table.people["u1"] = replace(GRACE, is_active=False)


def _nobody(ground: Ground) -> None:
    ground.api.table.people.clear()


def _signed_out(ground: Ground) -> None:
    ground.api.table.families[FAMILY_ID] = replace(family(FOR_API), revoked_at=NOW)


def _no_session(ground: Ground) -> None:
    ground.api.table.families.clear()


def _no_project(ground: Ground) -> None:
    ground.api.table.projects[PROJECT_ID] = replace(PROJECT, deleted_at=NOW)


ENDS = [_gone, _changed, _inactive, _nobody, _signed_out, _no_session, _no_project]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_a_persons_token_ends_at_once_with_whatever_it_rests_on(
    ground: Ground, end: Callable[[Ground], None]
) -> None:
    ground.admit(OPERATOR)
    end(ground)
    ground.refused(Unauthenticated, OPERATOR)


def test_a_persons_token_ends_with_its_time(ground: Ground) -> None:
    ground.api.now = NOW + 900
    ground.refused(SessionExpired, OPERATOR)


def test_a_token_for_mcp_or_with_another_scope_manages_nothing(ground: Ground) -> None:
    ground.api.table.families[FAMILY_ID] = family(FOR_MCP)
    ground.refused(Unauthenticated, signed(token(FOR_MCP)))
    ground.refused(MissingScope, signed(token(replace(FOR_API, scope=frozenset({MCP})))))


def test_a_token_of_another_session_is_refused(ground: Ground) -> None:
    ground.api.table.families[FAMILY_ID] = family(replace(FOR_API, subject="user:u2"))
    ground.refused(Unauthenticated, OPERATOR)


@pytest.mark.parametrize("credential", [OPERATOR, API_KEY, APP_TOKEN])
@pytest.mark.parametrize("project_id", [OTHER, "Nobody00", "", "x", f"{PROJECT_ID}#1#META"])
def test_a_credential_of_one_project_is_good_in_no_other(
    ground: Ground, credential: str, project_id: str
) -> None:
    assert ground.admit(credential, PROJECT_ID).project.id == PROJECT_ID
    with pytest.raises(NotFound):
        ground.admit(credential, project_id)


def test_an_app_holds_what_it_was_granted_and_its_use_is_noted(ground: Ground) -> None:
    for credential in (APP_KEY, APP_TOKEN):
        principal = ground.admit(credential)
        assert (principal.actor.label, principal.project.id) == (f"app:{APP_ID}", PROJECT_ID)
        assert principal.actions == {Action.TOOLS_READ}
        assert principal.role is None
    assert ground.api.used_keys == [(APP_ID, "key1", NOW)]


def test_an_app_that_names_its_project_costs_one_read(ground: Ground) -> None:
    ground.admit(APP_KEY, PROJECT_ID)
    assert ground.api.table.reads == 1


def test_an_app_of_several_projects_has_to_name_one_of_them(ground: Ground) -> None:
    more = AppGrant(project_id=OTHER, actions=frozenset({Action.CALLS_READ}))
    ground.api.table.apps[APP_ID] = replace(APP, grants=(*APP.grants, more))
    ground.refused(InvalidRequest, APP_KEY)
    assert ground.admit(APP_KEY, OTHER).actions == {Action.CALLS_READ}
    assert ground.admit(APP_KEY, PROJECT_ID).actions == {Action.TOOLS_READ}


@pytest.mark.parametrize("project_id", [OTHER, "Nobody00", "x"])
def test_to_an_app_a_foreign_project_reads_like_none(ground: Ground, project_id: str) -> None:
    with pytest.raises(NotFound, match=r"^Not found$"):
        ground.admit(APP_KEY, project_id)


@pytest.mark.parametrize("project_id", ["", "x", f"{PROJECT_ID}#1#META", "Proj000!"])
def test_what_can_be_no_projects_id_is_never_looked_up(ground: Ground, project_id: str) -> None:
    with pytest.raises(NotFound):
        ground.admit(APP_KEY, project_id)
    assert ground.api.table.reads == 0


@pytest.mark.parametrize(
    "app",
    [
        replace(APP, is_active=False),
        replace(APP, keys=()),
        replace(APP, keys=(replace(APP.keys[0], digest="0" * 64),)),
        replace(APP, keys=(replace(APP.keys[0], expires_at=NOW),)),
        None,
    ],
)
def test_a_key_ends_with_its_app_its_expiry_and_its_removal(
    ground: Ground, app: ServiceApp | None
) -> None:
    ground.api.table.apps.clear()
    if app is not None:
        ground.api.table.apps[APP_ID] = app
    ground.refused(Unauthenticated, APP_KEY)
    assert not ground.api.used_keys


@pytest.mark.parametrize(
    ("app", "refusal"),
    [
        (replace(APP, is_active=False), Unauthenticated),
        (None, Unauthenticated),
        (replace(APP, grants=()), NotFound),
    ],
)
def test_an_apps_token_ends_with_the_app_and_its_grant(
    ground: Ground, app: ServiceApp | None, refusal: type[GatehouseError]
) -> None:
    ground.api.table.apps.clear()
    if app is not None:
        ground.api.table.apps[APP_ID] = app
    ground.refused(refusal, APP_TOKEN)


@pytest.mark.parametrize("credential", [APP_KEY, APP_TOKEN])
def test_an_app_of_a_deleted_project_finds_nothing(ground: Ground, credential: str) -> None:
    _no_project(ground)
    ground.refused(NotFound, credential)


def test_without_any_app_no_app_key_is_good(ground: Ground) -> None:
    ground.api.table.apps.clear()
    for credential in (APP_KEY, app_keys.compose("0" * 12, "0000", "0" * 32)):
        ground.refused(Unauthenticated, credential)


def test_an_api_key_manages_but_makes_nobody_more(ground: Ground) -> None:
    principal = ground.admit(API_KEY)
    assert principal.actor.label == f"key:{INTEGRATION_ID}"
    assert principal.actions == KEY_ACTIONS
    for action in (Action.PEOPLE_WRITE, Action.APPS_WRITE, Action.PROJECT_DELETE):
        with pytest.raises(MissingAction, match=action):
            principal.require(action)


def test_an_api_key_without_the_scope_manages_nothing(ground: Ground) -> None:
    narrow = replace(INTEGRATION, scopes=frozenset({Scope.MCP}))
    ground.api.table.integrations[PROJECT_ID, INTEGRATION_ID] = narrow
    principal = ground.admit(API_KEY)
    for action in Action:
        with pytest.raises(MissingScope, match="manage"):
            principal.require(action)


def test_an_administrator_is_an_owner_of_the_project_that_they_name(ground: Ground) -> None:
    credential = ground.as_admin()
    principal = ground.admit(credential, OTHER)
    assert (principal.project.id, principal.is_owner) == (OTHER, True)
    assert principal.actions == frozenset(Action)
    ground.refused(InvalidRequest, credential)
    ground.refused(NotFound, credential, "Nobody00")


@pytest.mark.parametrize("changes", [{"is_admin": False}, {"is_active": False}])
def test_who_is_no_administrator_any_more_is_none_anywhere(
    ground: Ground, changes: dict[str, bool]
) -> None:
    credential = ground.as_admin(**changes)
    ground.refused(Unauthenticated, credential, PROJECT_ID)
    with pytest.raises((Forbidden, Unauthenticated)):
        ground.administrate(credential)


def test_the_deployment_is_administrated_by_token_or_by_an_administrator(ground: Ground) -> None:
    assert ground.administrate(ADMIN_TOKEN) == BOOTSTRAP
    assert ground.administrate(ground.as_admin()).label == "user:u1"


@pytest.mark.parametrize("grant", [FOR_API, FOR_APP], ids=["person", "app"])
def test_whoever_is_of_a_project_administrates_no_deployment(ground: Ground, grant: Grant) -> None:
    ground.api.table.people["u1"] = replace(GRACE, is_admin=True)
    credential = signed(token(grant, **({"family_id": None} if grant is FOR_APP else {})))
    with pytest.raises(Forbidden):
        ground.administrate(credential)


@pytest.mark.parametrize("credential", ["", "x", API_KEY, APP_KEY, ADMIN_TOKEN[:-1]])
def test_nothing_else_administrates_the_deployment(ground: Ground, credential: str) -> None:
    with pytest.raises(Unauthenticated):
        ground.administrate(credential)


@pytest.mark.parametrize(
    ("actions", "scopes"),
    [
        (KEY_ACTIONS, {Scope.MCP, Scope.EXCHANGE, Scope.MANAGE}),
        (KEY_ACTIONS - {Action.TOOLS_TRY}, {Scope.MCP, Scope.EXCHANGE}),
        (frozenset({Action.INTEGRATIONS_WRITE}), {Scope.MCP, Scope.EXCHANGE}),
    ],
)
def test_nobody_gives_a_new_integration_more_than_they_hold(
    ground: Ground, actions: frozenset[Action], scopes: set[Scope]
) -> None:
    principal = replace(ground.admit(APP_KEY), actions=actions)
    assert principal.scopes == scopes
