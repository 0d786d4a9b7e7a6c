"""The items of sessions and authorization codes: both directions beside each other."""

from typing import TYPE_CHECKING, Final, cast

from gatehouse.aws.attributes import (
    CorruptItem,
    Item,
    NewItem,
    json_value,
    number,
    number_value,
    optional_number,
    optional_text,
    parsed,
    text,
    text_value,
    without_none,
)
from gatehouse.aws.item_parts import optional_number_value, optional_text_value
from gatehouse.aws.tables import code_key, family_key
from gatehouse.domain.authorization_codes import AuthorizationCode
from gatehouse.domain.families import DAY, Family, FamilyKind
from gatehouse.domain.grants import Grant
from gatehouse.domain.members import MemberIdentity

if TYPE_CHECKING:
    from gatehouse.domain.json_values import JsonObject, JsonValue

KEPT_SECONDS: Final = DAY
"""How long after its end an item may be swept away; nothing is decided by that."""


def family_item(family: Family) -> NewItem:
    """Write a session."""
    return without_none(
        {
            **family_key(family.id),
            "id": text_value(family.id),
            "kind": text_value(family.kind),
            "grant": json_value(_grant_document(family.grant)),
            "device": text_value(family.device),
            "created_at": number_value(family.created_at),
            "ends_at": number_value(family.ends_at),
            "used_at": number_value(family.used_at),
            "revoked_at": optional_number_value(family.revoked_at),
            "token_digest": optional_text_value(family.token_digest),
            "ttl": number_value(family.ends_at + KEPT_SECONDS),
        }
    )


def read_family(item: Item) -> Family:
    """Read a session."""
    return Family(
        id=text(item, "id"),
        kind=FamilyKind(text(item, "kind")),
        grant=_read_grant(parsed(item, "grant")),
        device=text(item, "device"),
        created_at=number(item, "created_at"),
        ends_at=number(item, "ends_at"),
        used_at=number(item, "used_at"),
        revoked_at=optional_number(item, "revoked_at"),
        token_digest=optional_text(item, "token_digest"),
    )


def code_item(digest: str, code: AuthorizationCode) -> NewItem:
    """Write an authorization code."""
    return without_none(
        {
            **code_key(digest),
            "grant": json_value(_grant_document(code.grant)),
            "redirect_uri": text_value(code.redirect_uri),
            "challenge": text_value(code.challenge),
            "device": text_value(code.device),
            "expires_at": number_value(code.expires_at),
            "used_at": optional_number_value(code.used_at),
            "family_id": optional_text_value(code.family_id),
            "ttl": number_value(code.expires_at + KEPT_SECONDS),
        }
    )


def read_code(item: Item) -> AuthorizationCode:
    """Read an authorization code."""
    return AuthorizationCode(
        grant=_read_grant(parsed(item, "grant")),
        redirect_uri=text(item, "redirect_uri"),
        challenge=text(item, "challenge"),
        device=text(item, "device"),
        expires_at=number(item, "expires_at"),
        used_at=optional_number(item, "used_at"),
        family_id=optional_text(item, "family_id"),
    )


def _grant_document(grant: Grant) -> "JsonObject":
    member = grant.member
    return {
        "subject": grant.subject,
        "client_id": grant.client_id,
        "scope": sorted(grant.scope),
        "resource": grant.resource,
        "project_id": grant.project_id,
        "integration_id": grant.integration_id,
        "member": None
        if member is None
        else {
            "external_id": member.external_id,
            "email": member.email,
            "roles": list(member.roles),
        },
        "epoch": grant.epoch,
        "is_admin": grant.is_admin,
    }


def _read_grant(document: "JsonValue") -> Grant:
    """Read what `_grant_document` wrote."""
    if not isinstance(document, dict):
        raise CorruptItem("the grant is not readable")
    member = document["member"]
    return Grant(
        subject=str(document["subject"]),
        client_id=_optional(document["client_id"]),
        scope=frozenset(map(str, cast("list[JsonValue]", document["scope"]))),
        resource=_optional(document["resource"]),
        project_id=_optional(document["project_id"]),
        integration_id=_optional(document["integration_id"]),
        member=_read_member(member) if isinstance(member, dict) else None,
        epoch=cast("int | None", document["epoch"]),
        is_admin=document["is_admin"] is True,
    )


def _read_member(document: "JsonObject") -> MemberIdentity:
    return MemberIdentity(
        external_id=str(document["external_id"]),
        email=_optional(document["email"]),
        roles=tuple(map(str, cast("list[JsonValue]", document["roles"]))),
    )


def _optional(value: "JsonValue") -> str | None:
    return None if value is None else str(value)
