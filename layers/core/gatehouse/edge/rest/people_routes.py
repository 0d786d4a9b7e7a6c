"""The part of the table of routes that is about people and service apps."""

from typing import Final

from gatehouse.domain.roles import Action
from gatehouse.edge.rest import accounts, apps, custom_roles, invitations, people, sharing
from gatehouse.edge.rest.accounts import Account, AccountChange, AccountList
from gatehouse.edge.rest.app_models import (
    AppAnswer,
    AppChange,
    AppList,
    AppOfProjectList,
    CreatedAppKeyAnswer,
    NewApp,
    NewKeyBody,
)
from gatehouse.edge.rest.custom_roles import CustomRoleBody, RoleAnswer, RoleList
from gatehouse.edge.rest.invitations import (
    AdministratorInvitationBody,
    InvitationBody,
    InvitationList,
    IssuedInvitationAnswer,
)
from gatehouse.edge.rest.models import PageQuery
from gatehouse.edge.rest.people import PeopleOfProject, PersonOfProject, PlaceBody
from gatehouse.edge.rest.routing import Access, Route, route
from gatehouse.edge.rest.sharing import (
    GroupAnswer,
    GroupList,
    GroupMemberList,
    NewGroup,
    NewShare,
    ShareAnswer,
    ShareList,
)

PEOPLE_ROUTES: Final[tuple[Route, ...]] = (
    # --- the administrator's
    route(
        "GET", "/admin/v1/people", Access.ADMIN, accounts.list_accounts,
        input=PageQuery, answer=AccountList,
    ),
    route(
        "PATCH", "/admin/v1/people/{user_id}", Access.ADMIN, accounts.change_account,
        input=AccountChange, answer=Account, refusals=(404, 409),
    ),
    route(
        "POST", "/admin/v1/invitations", Access.ADMIN, invitations.invite_administrator,
        input=AdministratorInvitationBody, answer=IssuedInvitationAnswer, status=201,
    ),
    route(
        "GET", "/admin/v1/projects/{id}/people", Access.ADMIN, people.list_people_as_admin,
        input=PageQuery, answer=PeopleOfProject, refusals=(404,),
    ),
    route(
        "PUT", "/admin/v1/projects/{id}/people/{user_id}", Access.ADMIN, people.appoint_person,
        input=PlaceBody, answer=PersonOfProject, refusals=(404, 409),
    ),
    route(
        "DELETE", "/admin/v1/projects/{id}/people/{user_id}", Access.ADMIN,
        people.remove_person_as_admin, status=204, refusals=(404, 409),
    ),
    route(
        "POST", "/admin/v1/apps", Access.ADMIN, apps.create_app,
        input=NewApp, answer=AppAnswer, status=201, refusals=(404, 409),
    ),
    route(
        "GET", "/admin/v1/apps", Access.ADMIN, apps.list_apps, input=PageQuery, answer=AppList,
    ),
    route(
        "GET", "/admin/v1/apps/{id}", Access.ADMIN, apps.read_app,
        answer=AppAnswer, refusals=(404,),
    ),
    route(
        "PATCH", "/admin/v1/apps/{id}", Access.ADMIN, apps.change_app,
        input=AppChange, answer=AppAnswer, refusals=(404, 409, 412),
    ),
    route(
        "DELETE", "/admin/v1/apps/{id}", Access.ADMIN, apps.delete_app,
        status=204, refusals=(404,),
    ),
    route(
        "POST", "/admin/v1/apps/{id}/keys", Access.ADMIN, apps.create_app_key,
        input=NewKeyBody, answer=CreatedAppKeyAnswer, status=201, refusals=(404, 409),
    ),
    route(
        "DELETE", "/admin/v1/apps/{id}/keys/{key_id}", Access.ADMIN, apps.delete_app_key,
        status=204, refusals=(404, 409),
    ),
    # --- a project's own
    route(
        "GET", "/api/v1/people", Action.PEOPLE_READ, people.list_people,
        input=PageQuery, answer=PeopleOfProject,
    ),
    route(
        "PUT", "/api/v1/people/{user_id}", Action.PEOPLE_WRITE, people.change_person,
        input=PlaceBody, answer=PersonOfProject, refusals=(404, 409),
    ),
    route(
        "DELETE", "/api/v1/people/{user_id}", Action.PEOPLE_WRITE, people.remove_person,
        status=204, refusals=(404, 409),
    ),
    route(
        "GET", "/api/v1/invitations", Action.PEOPLE_READ, invitations.list_invitations,
        input=PageQuery, answer=InvitationList,
    ),
    route(
        "POST", "/api/v1/invitations", Action.PEOPLE_WRITE, invitations.invite,
        input=InvitationBody, answer=IssuedInvitationAnswer, status=201,
    ),
    route(
        "DELETE", "/api/v1/invitations/{id}", Action.PEOPLE_WRITE,
        invitations.withdraw_invitation, status=204, refusals=(404,),
    ),
    route("GET", "/api/v1/roles", Action.PEOPLE_READ, custom_roles.list_roles, answer=RoleList),
    route(
        "PUT", "/api/v1/roles/{name}", Action.PEOPLE_WRITE, custom_roles.put_role,
        input=CustomRoleBody, answer=RoleAnswer, refusals=(409,),
    ),
    route(
        "DELETE", "/api/v1/roles/{name}", Action.PEOPLE_WRITE, custom_roles.delete_role,
        status=204, refusals=(404, 409),
    ),
    route(
        "GET", "/api/v1/groups", Action.PEOPLE_READ, sharing.list_groups,
        input=PageQuery, answer=GroupList,
    ),
    route(
        "POST", "/api/v1/groups", Action.PEOPLE_WRITE, sharing.create_group,
        input=NewGroup, answer=GroupAnswer, status=201,
    ),
    route(
        "DELETE", "/api/v1/groups/{id}", Action.PEOPLE_WRITE, sharing.delete_group,
        status=204, refusals=(404,),
    ),
    route(
        "GET", "/api/v1/groups/{id}/members", Action.PEOPLE_READ, sharing.list_group_members,
        input=PageQuery, answer=GroupMemberList, refusals=(404,),
    ),
    route(
        "PUT", "/api/v1/groups/{id}/members/{user_id}", Action.PEOPLE_WRITE,
        sharing.add_group_member, status=204, refusals=(404,),
    ),
    route(
        "DELETE", "/api/v1/groups/{id}/members/{user_id}", Action.PEOPLE_WRITE,
        sharing.remove_group_member, status=204, refusals=(404,),
    ),
    route(
        "GET", "/api/v1/shares", Action.PEOPLE_READ, sharing.list_shares,
        input=PageQuery, answer=ShareList,
    ),
    route(
        "POST", "/api/v1/shares", Action.PEOPLE_WRITE, sharing.share,
        input=NewShare, answer=ShareAnswer, status=201, refusals=(404, 409),
    ),
    route(
        "DELETE", "/api/v1/shares/{id}", Action.PEOPLE_WRITE, sharing.end_share,
        status=204, refusals=(404,),
    ),
    route(
        "GET", "/api/v1/apps", Action.APPS_READ, apps.list_apps_of_project,
        input=PageQuery, answer=AppOfProjectList,
    ),
)  # fmt: skip
