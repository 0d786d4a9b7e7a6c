"""The item of a service app: both directions beside each other."""

from typing import TYPE_CHECKING, Final, cast

from gatehouse.aws.attributes import (
    CorruptItem,
    Item,
    NewItem,
    flag,
    flag_value,
    json_value,
    number,
    number_value,
    parsed,
    text,
    text_value,
    texts,
    texts_value,
)
from gatehouse.aws.tables import app_key
from gatehouse.domain.assertion_keys import AssertionAlgorithm, AssertionKey
from gatehouse.domain.roles import Action
from gatehouse.domain.service_apps import AppGrant, AppKey, ServiceApp

if TYPE_CHECKING:
    from gatehouse.domain.json_values import JsonObject, JsonValue

KEY: Final = "key_"
"""What the attribute of one key begins with, its id follows: when it was last used is apart."""
USED: Final = "used_"


def app_item(app: ServiceApp) -> NewItem:
    """Write a service app."""
    item: NewItem = {
        **app_key(app.id),
        "id": text_value(app.id),
        "name": text_value(app.name),
        "created_at": number_value(app.created_at),
        "grants": json_value({g.project_id: sorted(g.actions) for g in app.grants}),
        "public_keys": json_value([_public_key_document(key) for key in app.public_keys]),
        "allowed_origins": texts_value(app.allowed_origins),
        "is_active": flag_value(app.is_active),
        "version": number_value(app.version),
    }
    for key in app.keys:
        item[KEY + key.id] = json_value(
            {"digest": key.digest, "created_at": key.created_at, "expires_at": key.expires_at}
        )
        if key.last_used_at is not None:
            item[USED + key.id] = number_value(key.last_used_at)
    return item


def read_app(item: Item) -> ServiceApp:
    """Read a service app."""
    grants = parsed(item, "grants")
    public_keys = parsed(item, "public_keys")
    if not isinstance(grants, dict) or not isinstance(public_keys, list):
        raise CorruptItem("the app is not readable")
    names = sorted(name for name in item if name.startswith(KEY))
    return ServiceApp(
        id=text(item, "id"),
        name=text(item, "name"),
        created_at=number(item, "created_at"),
        grants=tuple(_grant(project_id, actions) for project_id, actions in grants.items()),
        keys=tuple(_key(item, name.removeprefix(KEY)) for name in names),
        public_keys=tuple(_public_key(document) for document in public_keys),
        allowed_origins=texts(item, "allowed_origins"),
        is_active=flag(item, "is_active"),
        version=number(item, "version"),
    )


def _grant(project_id: str, actions: "JsonValue") -> AppGrant:
    named = cast("list[str]", actions)
    return AppGrant(project_id=project_id, actions=frozenset(map(Action, named)))


def _key(item: Item, key_id: str) -> AppKey:
    document = parsed(item, KEY + key_id)
    if not isinstance(document, dict):
        raise CorruptItem("a key of the app is not readable")
    used = number(item, USED + key_id) if USED + key_id in item else None
    return AppKey(
        id=key_id,
        digest=str(document["digest"]),
        created_at=cast("int", document["created_at"]),
        expires_at=cast("int | None", document["expires_at"]),
        last_used_at=used,
    )


def _public_key_document(key: AssertionKey) -> "JsonObject":
    return {
        "kid": key.kid,
        "algorithm": str(key.algorithm),
        "public_key_pem": key.public_key_pem,
        "created_at": key.created_at,
    }


def _public_key(document: "JsonValue") -> AssertionKey:
    if not isinstance(document, dict):
        raise CorruptItem("a public key of the app is not readable")
    return AssertionKey(
        kid=str(document["kid"]),
        algorithm=AssertionAlgorithm(str(document["algorithm"])),
        public_key_pem=str(document["public_key_pem"]),
        created_at=cast("int", document["created_at"]),
    )
