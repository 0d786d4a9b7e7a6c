"""The key ring as the text that is kept secret.

The deployment starts with 64 random characters that CloudFormation made; they stand for a ring
until the first rotation writes one:

    {"version": 1, "initial": "<characters>"}
    {"version": 1, "current": {"kid", "secret", "since"}, "next": {...}, "previous": {...}}

`secret` is base64url without padding; `next` and `previous` may be missing.
"""

import hashlib
import hmac
import json
from typing import Final

from gatehouse.domain import base64url
from gatehouse.domain.ids import KID
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.key_ring import KeyRing, SessionKey
from gatehouse.domain.known_secrets import is_well_known
from gatehouse.domain.strict_json import InvalidJson, parse

VERSION: Final = 1
INITIAL_KID: Final = "initial"
MIN_SECRET_BYTES: Final = 32
"""RFC 7518 section 3.2: a key of HS256 has at least 256 bits."""
_PLACES: Final = frozenset({"current", "next", "previous"})


class CorruptKeyRing(Exception):
    """The secret is no key ring. Nothing is signed or accepted until somebody repairs it."""


def ring_text(ring: KeyRing) -> str:
    """Write a ring."""
    places = {"current": ring.current, "next": ring.next, "previous": ring.previous}
    keys = {place: _key_document(key) for place, key in places.items() if key}
    return json.dumps({"version": VERSION, **keys}, separators=(",", ":"))


def read_ring(text: str) -> KeyRing:
    """Read a ring, or what stands for the first one; raise `CorruptKeyRing`, quoting nothing."""
    try:
        document = parse(text.encode("utf-8", "surrogatepass"))
    except InvalidJson:
        raise CorruptKeyRing("not JSON") from None
    if not isinstance(document, dict) or document.get("version") is not VERSION:
        raise CorruptKeyRing("not of this version")
    names = document.keys() - {"version"}
    if names == {"initial"}:
        return KeyRing(current=_initial_key(document["initial"]))
    if not {"current"} <= names <= _PLACES:
        raise CorruptKeyRing("not the keys of a ring")
    keys = {place: _read_key(document[place]) for place in names}
    if len({key.kid for key in keys.values()}) != len(keys):
        raise CorruptKeyRing("two keys of one kid")
    return KeyRing(current=keys["current"], next=keys.get("next"), previous=keys.get("previous"))


def _initial_key(characters: JsonValue) -> SessionKey:
    if not isinstance(characters, str) or len(characters) < MIN_SECRET_BYTES:
        raise CorruptKeyRing("the initial secret is too short")
    if is_well_known(characters):
        raise CorruptKeyRing("the initial secret was not drawn at random")
    secret = _hkdf(characters.encode(), info=b"gatehouse session key ring")
    return SessionKey(kid=INITIAL_KID, secret=secret, since=0)


def _hkdf(material: bytes, *, info: bytes) -> bytes:
    """Derive 32 bytes by HKDF-SHA256 without salt (RFC 5869); one block is all it takes."""
    extracted = hmac.digest(bytes(32), material, hashlib.sha256)
    return hmac.digest(extracted, info + b"\x01", hashlib.sha256)


def _key_document(key: SessionKey) -> JsonObject:
    return {"kid": key.kid, "secret": base64url.encode(key.secret), "since": key.since}


def _read_key(document: JsonValue) -> SessionKey:
    match document:
        case {"kid": str(kid), "secret": str(secret), "since": int(since), **rest} if not rest:
            if not KID.fullmatch(kid) or isinstance(since, bool) or since < 0:
                raise CorruptKeyRing("a key's kid or time is none")
            return SessionKey(kid=kid, secret=_secret(secret), since=since)
        case _:
            raise CorruptKeyRing("a key is not kid, secret and since")


def _secret(text: str) -> bytes:
    try:
        secret = base64url.decode(text)
    except ValueError:
        raise CorruptKeyRing("a key's secret is not base64url") from None
    if len(secret) < MIN_SECRET_BYTES:
        raise CorruptKeyRing("a key's secret is too short")
    return secret
