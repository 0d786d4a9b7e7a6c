"""The items of assertion keys and members: both directions beside each other."""

from typing import Final

from gatehouse.aws.attributes import (
    Item,
    NewItem,
    number,
    number_value,
    optional_number,
    optional_text,
    text,
    text_value,
    texts,
    texts_value,
    without_none,
)
from gatehouse.aws.item_parts import optional_number_value, optional_text_value
from gatehouse.aws.tables import MEMBER, assertion_key_key, member_key
from gatehouse.domain.assertion_keys import AssertionAlgorithm, AssertionKey
from gatehouse.domain.members import MemberStanding

# A table of an enumeration is as strict as the enumeration, and costs no call.
_ALGORITHMS: Final = {each.value: each for each in AssertionAlgorithm}


def assertion_key_item(project_id: str, key: AssertionKey) -> NewItem:
    """Write an assertion key."""
    return without_none(
        {
            **assertion_key_key(project_id, key.kid),
            "kid": text_value(key.kid),
            "algorithm": text_value(key.algorithm),
            "public_key_pem": text_value(key.public_key_pem),
            "description": optional_text_value(key.description),
            "created_at": number_value(key.created_at),
            "deactivated_at": optional_number_value(key.deactivated_at),
        }
    )


def read_assertion_key(item: Item) -> AssertionKey:
    """Read an assertion key."""
    return AssertionKey(
        kid=text(item, "kid"),
        algorithm=_ALGORITHMS[text(item, "algorithm")],
        public_key_pem=text(item, "public_key_pem"),
        description=optional_text(item, "description"),
        created_at=number(item, "created_at"),
        deactivated_at=optional_number(item, "deactivated_at"),
    )


def member_item(project_id: str, member: MemberStanding) -> NewItem:
    """Write a member."""
    return without_none(
        {
            **member_key(project_id, member.external_id),
            "epoch": number_value(member.epoch),
            "blocked_at": optional_number_value(member.blocked_at),
            "email": optional_text_value(member.email),
            "roles": texts_value(member.roles) if member.roles else None,
            "first_seen": optional_number_value(member.first_seen),
            "last_seen": optional_number_value(member.last_seen),
        }
    )


def read_member(item: Item) -> MemberStanding:
    """Read a member; one that was only ever seen has no epoch yet."""
    return MemberStanding(
        external_id=text(item, "SK").removeprefix(MEMBER),
        epoch=optional_number(item, "epoch") or 0,
        blocked_at=optional_number(item, "blocked_at"),
        email=optional_text(item, "email"),
        roles=texts(item, "roles"),
        first_seen=optional_number(item, "first_seen"),
        last_seen=optional_number(item, "last_seen"),
    )
