"""The items of groups and shares: both directions beside each other."""

from gatehouse.aws.attributes import Item, NewItem, number, number_value, text, text_value
from gatehouse.aws.tables import SHARE, group_key, share_key
from gatehouse.domain.sharing import (
    Grantee,
    GranteeKind,
    Group,
    Permission,
    Share,
    Thing,
    ThingKind,
)


def group_item(group: Group) -> NewItem:
    """Write a group."""
    return {
        **group_key(group.project_id, group.id),
        "project_id": text_value(group.project_id),
        "id": text_value(group.id),
        "name": text_value(group.name),
        "created_at": number_value(group.created_at),
    }


def read_group(item: Item) -> Group:
    """Read a group."""
    return Group(
        project_id=text(item, "project_id"),
        id=text(item, "id"),
        name=text(item, "name"),
        created_at=number(item, "created_at"),
    )


def thing_words(thing: Thing) -> str:
    """Return how a share's key names its thing."""
    return f"{thing.kind}#{thing.name}"


def grantee_words(grantee: Grantee) -> str:
    """Return how a share's key names its person or group."""
    return f"{grantee.kind}#{grantee.id}"


def share_item(share: Share) -> NewItem:
    """Write a share."""
    return {
        **share_key(share.project_id, thing_words(share.thing), grantee_words(share.grantee)),
        "project_id": text_value(share.project_id),
        "permission": text_value(share.permission),
        "granted_by": text_value(share.granted_by),
        "granted_at": number_value(share.granted_at),
    }


def read_share(item: Item) -> Share:
    """Read a share; its key says what is shared with whom."""
    kind, name, grantee, grantee_id = text(item, "SK").removeprefix(SHARE).split("#")
    return Share(
        project_id=text(item, "project_id"),
        thing=Thing(kind=ThingKind(kind), name=name),
        grantee=Grantee(kind=GranteeKind(grantee), id=grantee_id),
        permission=Permission(text(item, "permission")),
        granted_by=text(item, "granted_by"),
        granted_at=number(item, "granted_at"),
    )
