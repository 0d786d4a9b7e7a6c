"""How often the keys of issuers outside are asked for, and which of them count."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from gatehouse.domain.calls import UpstreamAnswer
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.foreign_keys import read_keys
from gatehouse.domain.jwks import jwk, read_public_key
from gatehouse.domain.requests import OutboundRequest
from gatehouse.net.jwk_sets import GuardedJwkSets
from gatehouse.ports.upstreams import UpstreamForbidden
from tests.fakes.signing import public_der, rsa_key
from tests.samples import NOW

URL = "https://id.example.com/keys.json?v=1"
RSA = jwk(read_public_key(public_der(rsa_key("A"))))


def b64(number: int, size: int = 32) -> str:
    return urlsafe_b64encode(number.to_bytes(size, "big")).rstrip(b"=").decode()


def p256(kid: str) -> dict[str, str]:
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    return {"kty": "EC", "crv": "P-256", "kid": kid, "x": b64(numbers.x), "y": b64(numbers.y)}


@dataclass
class Issuer:
    """An upstream that gives out a key set, counting how often."""

    keys: list[Any] = field(default_factory=lambda: [RSA, p256("ec")])
    status: int = 200
    truncated: bool = False
    forbidden: bool = False
    asked: list[OutboundRequest] = field(default_factory=list)

    def send(
        self, request: OutboundRequest, *, timeout_seconds: float, max_bytes: int
    ) -> UpstreamAnswer:
        """See `Upstream.send`."""
        assert timeout_seconds <= 3
        assert max_bytes <= 65_536
        self.asked.append(request)
        if self.forbidden:
            raise UpstreamForbidden
        return UpstreamAnswer(
            status=self.status,
            content_type="application/json",
            body=json.dumps({"keys": self.keys}).encode(),
            truncated=self.truncated,
            retry_after=None,
        )


def test_a_set_is_read_once_in_five_minutes() -> None:
    issuer = Issuer()
    sets = GuardedJwkSets(issuer)
    for second in (0, 1, 299):
        assert sets.key(URL, "ec", now=NOW + second)
        assert sets.key(URL, RSA["kid"], now=NOW + second)
    assert len(issuer.asked) == 1
    assert issuer.asked[0].url == URL
    assert sets.key(URL, "ec", now=NOW + 300)
    assert len(issuer.asked) == 2


def test_strangers_unknown_kids_ask_every_half_minute_at_most() -> None:
    issuer = Issuer()
    sets = GuardedJwkSets(issuer)
    for second in range(90):
        assert sets.key(URL, f"unknown-{second}", now=NOW + second) is None
    assert len(issuer.asked) == 3


def test_a_new_key_is_known_at_the_next_asking() -> None:
    issuer = Issuer()
    sets = GuardedJwkSets(issuer)
    sets.key(URL, "ec", now=NOW)
    issuer.keys.append(p256("new"))
    assert sets.key(URL, "new", now=NOW + 29) is None
    assert sets.key(URL, "new", now=NOW + 30)


@pytest.mark.parametrize(
    "failure", [{"status": 500}, {"status": 302}, {"truncated": True}, {"forbidden": True}], ids=str
)
def test_an_issuer_that_fails_is_unavailable(failure: dict[str, Any]) -> None:
    sets = GuardedJwkSets(Issuer(**failure))
    with pytest.raises(Unavailable):
        sets.key(URL, "ec", now=NOW)


@pytest.mark.parametrize("keys", [None, {}, "x", [RSA] * 33])
def test_what_is_no_key_set_is_unavailable(keys: Any) -> None:
    with pytest.raises(Unavailable):
        GuardedJwkSets(Issuer(keys=keys)).key(URL, "ec", now=NOW)


def test_many_issuers_do_not_fill_the_memory() -> None:
    sets = GuardedJwkSets(Issuer())
    for number in range(200):
        sets.key(f"https://id{number}.example.com/keys", "ec", now=NOW)
    assert len(sets._known) <= 64
    assert len(sets._asked_at) <= 64


@pytest.mark.parametrize(
    "changed",
    [
        {"kid": None},
        {"use": "enc"},
        {"alg": "HS256"},
        {"alg": "none"},
        {"alg": "RS512"},
        {"kty": "oct"},
        {"n": "AQAB"},
        {"n": "!"},
        {"e": None},
    ],
    ids=str,
)
def test_keys_of_other_kinds_are_none(changed: dict[str, Any]) -> None:
    other = {name: value for name, value in {**RSA, **changed}.items() if value is not None}
    assert read_keys({"keys": [other, p256("ec")]}).keys() == {"ec"}


@pytest.mark.parametrize(
    "changed", [{"crv": "P-384"}, {"x": b64(1)}, {"x": b64(1, 31)}, {"alg": "RS256"}], ids=str
)
def test_a_point_that_is_on_no_curve_of_ours_is_none(changed: dict[str, str]) -> None:
    assert read_keys({"keys": [{**p256("ec"), **changed}]}) == {}


def test_two_keys_of_one_kid_are_none() -> None:
    assert read_keys({"keys": [p256("ec"), p256("ec"), p256("other")]}).keys() == {"other"}
