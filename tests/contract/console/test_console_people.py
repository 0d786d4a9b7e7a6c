"""Pages about people: who may use their forms, and what is shown once."""

import re
from typing import TYPE_CHECKING

from gatehouse.domain.roles import Action, Role
from tests.contract.console.house import Console, House

if TYPE_CHECKING:
    pass


def test_an_invitation_is_shown_once_as_a_link_of_this_origin(owner: Console, project: str) -> None:
    path = f"/console/p/{project}/invitations"
    made = owner.post(path, action="invite", role="viewer", email="grace@example.com")
    (link,) = set(re.findall(r"<code data-copied>([^<]+)</code>", made.body))
    assert link.startswith("https://api.example.com/signin?invitation=")
    again = owner.get(path).body
    assert "grace@example.com" in again
    assert link.partition("=")[2] not in again


def test_a_role_is_made_of_the_boxes_that_are_ticked(owner: Console, project: str) -> None:
    path = f"/console/p/{project}/roles"
    form = {"actions:integrations:read": "integrations:read", "actions:calls:read": "calls:read"}
    assert owner.post(path, action="add-role", name="keeper", **form).status == 303
    shown = owner.get(path).body
    assert "Integrations: read" in shown
    assert "Calls: read" in shown
    without_calls = {
        "key": "keeper",
        "name": "keeper",
        "actions:integrations:read": "integrations:read",
    }
    assert owner.post(path, action="change-role", **without_calls).status == 303
    assert "Calls: read" not in owner.get(path).body


def test_a_role_of_every_action_fits_into_one_form(owner: Console, project: str) -> None:
    path = f"/console/p/{project}/roles"
    page = owner.get(path).body
    boxes = dict(re.findall(r'name="(actions:[^"]+)" value="([^"]+)"', page))
    assert len(boxes) == len(Action)
    assert (
        owner.post(path, action="add-role", name="all", description="All.", **boxes).status == 303
    )


def test_nobody_gives_away_more_than_they_hold_by_a_form_either(
    gate: House, owner: Console, project: str
) -> None:
    people = f"/console/p/{project}/people"
    gate.signed_in(project, Role.VIEWER)
    admin = gate.signed_in(project, Role.ADMIN)
    viewer = "user000000000002"
    change = {"action": "change-person", "user_id": viewer, "key": viewer, "role": "owner"}
    assert admin.post(people, **change).status == 403
    assert owner.post(people, **change).status == 303
    assert gate.signed_in(project, Role.EDITOR).post(people, **change).status == 403


def test_a_person_is_removed_by_typing_their_address(
    gate: House, owner: Console, project: str
) -> None:
    people = f"/console/p/{project}/people"
    gate.signed_in(project, Role.VIEWER)
    form = {
        "action": "remove-person",
        "user_id": "user000000000002",
        "key": "user000000000002",
        "email": "ada2@example.com",
    }
    assert owner.post(people, **form, typed="ada").status == 422
    assert "ada2@example.com" in owner.get(people).body
    assert owner.post(people, **form, typed="ada2@example.com").status == 303
    assert "ada2@example.com" not in owner.get(people).body


def test_who_may_only_look_is_shown_no_form_of_people(gate: House, project: str) -> None:
    viewer = gate.signed_in(project, Role.VIEWER)
    for path in ("people", "invitations", "roles", "groups", "shares"):
        shown = viewer.get(f"/console/p/{project}/{path}")
        assert shown.status == 200
        assert f'action="/console/p/{project}/{path}"' not in shown.body
