"""The key ring as text: what is written is read, and nothing else is."""

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.key_ring import KeyRing, SessionKey
from gatehouse.domain.key_ring_documents import CorruptKeyRing, read_ring, ring_text

CHARACTERS = "aB3dE5fG7hJ9kL1m" * 4
KEY = {"kid": "k1", "secret": "A" * 43, "since": 5}


def key(name: str, fill: bytes = b"s") -> SessionKey:
    return SessionKey(kid=name, secret=fill * 32, since=5)


@pytest.mark.parametrize(
    "ring",
    [
        KeyRing(current=key("a")),
        KeyRing(current=key("a"), next=key("b", b"t")),
        KeyRing(current=key("a"), next=key("b", b"t"), previous=key("c", b"u")),
        KeyRing(current=SessionKey(kid="a", secret=bytes(range(64)), since=0)),
    ],
)
def test_a_ring_is_read_as_it_was_written(ring: KeyRing) -> None:
    assert read_ring(ring_text(ring)) == ring


def test_the_text_is_this() -> None:
    assert json.loads(ring_text(KeyRing(current=key("a", b"\0")))) == {
        "version": 1,
        "current": {"kid": "a", "secret": "A" * 43, "since": 5},
    }


def test_the_first_characters_stand_for_a_key() -> None:
    expected = HKDF(SHA256(), 32, salt=None, info=b"gatehouse session key ring")
    ring = read_ring(json.dumps({"version": 1, "initial": CHARACTERS}))
    assert ring == KeyRing(
        current=SessionKey(kid="initial", secret=expected.derive(CHARACTERS.encode()), since=0)
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "null",
        "text",
        "\ud800",
        '{"version":1}',
        f'{{"version":1,"version":1,"initial":"{CHARACTERS}"}}',
        json.dumps({"version": 2, "initial": CHARACTERS}),
        json.dumps({"version": True, "initial": CHARACTERS}),
        json.dumps({"version": "1", "initial": CHARACTERS}),
        json.dumps({"initial": CHARACTERS}),
        json.dumps({"version": 1, "initial": ""}),
        json.dumps({"version": 1, "initial": "x" * 31}),
        json.dumps({"version": 1, "initial": "x" * 64}),
        json.dumps({"version": 1, "initial": CHARACTERS + "change-me"}),
        json.dumps({"version": 1, "initial": None}),
        json.dumps({"version": 1, "initial": 7}),
        json.dumps({"version": 1, "initial": CHARACTERS, "current": KEY}),
        json.dumps({"version": 1, "next": KEY}),
        json.dumps({"version": 1, "current": KEY, "other": {**KEY, "kid": "k2"}}),
        json.dumps({"version": 1, "current": KEY, "next": None}),
        json.dumps({"version": 1, "current": KEY, "next": KEY}),  # one kid twice
    ],
    ids=lambda text: ascii(text)[:40],
)
def test_what_is_no_ring_is_refused(text: str) -> None:
    with pytest.raises(CorruptKeyRing):
        read_ring(text)


@pytest.mark.parametrize(
    "change",
    [
        {"kid": ""},
        {"kid": "a b"},
        {"kid": 1},
        {"secret": ""},
        {"secret": urlsafe_b64encode(b"s" * 31).decode().rstrip("=")},
        {"secret": urlsafe_b64encode(b"s" * 32).decode()},  # padded
        {"secret": "A" * 42 + "B"},  # the same bytes as "A" * 43
        {"secret": "é" * 43},
        {"secret": 7},
        {"since": "5"},
        {"since": 5.0},
        {"since": True},
        {"since": -1},
        {"extra": 1},
    ],
    ids=repr,
)
def test_a_key_of_another_shape_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(CorruptKeyRing):
        read_ring(json.dumps({"version": 1, "current": {**KEY, **change}}))


@pytest.mark.parametrize("name", KEY)
def test_a_key_with_a_part_missing_is_refused(name: str) -> None:
    partial = {k: v for k, v in KEY.items() if k != name}
    with pytest.raises(CorruptKeyRing):
        read_ring(json.dumps({"version": 1, "current": partial}))


@given(st.text())
def test_a_refusal_quotes_nothing(text: str) -> None:
    with pytest.raises(CorruptKeyRing) as refusal:
        read_ring(text)
    assert refusal.value.__cause__ is None
    assert len(text) < 20 or text not in str(refusal.value)


def test_secrets_are_in_no_repr() -> None:
    assert "sss" not in repr(KeyRing(current=key("a")))
