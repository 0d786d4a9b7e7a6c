"""The items of people and of what they are in projects: both directions beside each other."""

from typing import cast

from gatehouse.aws.attributes import (
    CorruptItem,
    Item,
    NewItem,
    flag,
    flag_value,
    json_value,
    number,
    number_value,
    optional_number,
    optional_text,
    parsed,
    text,
    text_value,
    texts,
    texts_value,
    without_none,
)
from gatehouse.aws.item_parts import optional_number_value, optional_text_value
from gatehouse.aws.tables import custom_role_key, invitation_key, role_key, user_key
from gatehouse.domain.people import CustomRole, Invitation, Membership, Person
from gatehouse.domain.roles import Action, Role


def person_item(person: Person) -> NewItem:
    """Write a person."""
    return without_none(
        {
            **user_key(person.id),
            "id": text_value(person.id),
            "email": text_value(person.email),
            "name": optional_text_value(person.name),
            "is_active": flag_value(person.is_active),
            "is_admin": flag_value(person.is_admin),
            "epoch": number_value(person.epoch),
            "created_at": number_value(person.created_at),
            "last_sign_in_at": optional_number_value(person.last_sign_in_at),
        }
    )


def read_person(item: Item) -> Person:
    """Read a person."""
    return Person(
        id=text(item, "id"),
        email=text(item, "email"),
        name=optional_text(item, "name"),
        is_active=flag(item, "is_active"),
        is_admin=flag(item, "is_admin"),
        epoch=number(item, "epoch"),
        created_at=number(item, "created_at"),
        last_sign_in_at=optional_number(item, "last_sign_in_at"),
    )


def membership_item(membership: Membership) -> NewItem:
    """Write what a person is in a project; its entry in the person's list has the same content."""
    return without_none(
        {
            **role_key(membership.project_id, membership.user_id),
            "project_id": text_value(membership.project_id),
            "user_id": text_value(membership.user_id),
            "email": text_value(membership.email),
            "name": optional_text_value(membership.name),
            "role": text_value(membership.role),
            "custom_roles": texts_value(membership.custom_roles),
            "epoch": number_value(membership.epoch),
            "granted_by": text_value(membership.granted_by),
            "granted_at": number_value(membership.granted_at),
        }
    )


def read_membership(item: Item) -> Membership:
    """Read what a person is in a project, from either of its two items."""
    return Membership(
        project_id=text(item, "project_id"),
        user_id=text(item, "user_id"),
        email=text(item, "email"),
        name=optional_text(item, "name"),
        role=Role(text(item, "role")),
        custom_roles=texts(item, "custom_roles"),
        epoch=number(item, "epoch"),
        granted_by=text(item, "granted_by"),
        granted_at=number(item, "granted_at"),
    )


def custom_role_item(role: CustomRole) -> NewItem:
    """Write a custom role; how many hold it is counted apart from what it says."""
    return without_none(
        {
            **custom_role_key(role.project_id, role.name),
            "project_id": text_value(role.project_id),
            "name": text_value(role.name),
            "actions": json_value(sorted(role.actions)),
            "description": optional_text_value(role.description),
        }
    )


def read_custom_role(item: Item) -> CustomRole:
    """Read a custom role."""
    actions = parsed(item, "actions")
    if not isinstance(actions, list):
        raise CorruptItem("the custom role is not readable")
    return CustomRole(
        project_id=text(item, "project_id"),
        name=text(item, "name"),
        actions=frozenset(Action(cast("str", action)) for action in actions),
        description=optional_text(item, "description"),
    )


def invitation_item(invitation: Invitation) -> NewItem:
    """Write an invitation; its entry in a project's list has the same content."""
    return without_none(
        {
            **invitation_key(invitation.digest),
            "digest": text_value(invitation.digest),
            "project_id": optional_text_value(invitation.project_id),
            "role": optional_text_value(invitation.role),
            "email": optional_text_value(invitation.email),
            "invited_by": text_value(invitation.invited_by),
            "created_at": number_value(invitation.created_at),
            "expires_at": number_value(invitation.expires_at),
            "used_at": optional_number_value(invitation.used_at),
        }
    )


def read_invitation(item: Item) -> Invitation:
    """Read an invitation, from either of its two items."""
    role = optional_text(item, "role")
    return Invitation(
        digest=text(item, "digest"),
        project_id=optional_text(item, "project_id"),
        role=None if role is None else Role(role),
        email=optional_text(item, "email"),
        invited_by=text(item, "invited_by"),
        created_at=number(item, "created_at"),
        expires_at=number(item, "expires_at"),
        used_at=optional_number(item, "used_at"),
    )
