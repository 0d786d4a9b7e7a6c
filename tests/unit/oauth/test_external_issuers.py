"""Tokens of issuers that a project trusts: whom they name, for whom, and for how long."""

from dataclasses import replace
from typing import Any

import pytest

from gatehouse.domain import external_issuers
from gatehouse.domain.assertions import Presented
from gatehouse.domain.errors import (
    InvalidAssertion,
)
from gatehouse.domain.external_issuers import ExternalIssuer
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.members import MemberIdentity
from gatehouse.domain.project_rules import settings_errors
from gatehouse.domain.project_settings import ProjectSettings
from gatehouse.domain.upstreams import UpstreamPolicy
from tests.samples import (
    NOW,
)

ISSUER = ExternalIssuer(
    issuer="https://id.example.com",
    jwks_url="https://id.example.com/keys",
    audience="gate",
    member_claim="employee",
)
CLAIMS: JsonObject = {
    "iss": ISSUER.issuer,
    "aud": ["gate", "other"],
    "employee": "e-1",
    "exp": NOW + 3600,
    "iat": NOW,
    "email": "ada@example.com",
    "email_verified": True,
}


def member_of(claims: JsonObject) -> MemberIdentity:
    presented = Presented(kid="k", algorithm="RS256", claims=claims, signed="")
    proven = external_issuers.member_of(presented, ISSUER, now=NOW)
    assert proven.issuer == ISSUER.issuer
    assert proven.expires_at == claims["exp"]
    return proven.member


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"aud": "gate"},
        {"exp": NOW + 1},
        {"iat": NOW + 30},
        {"iat": None},
        {"nbf": NOW + 30},
        {"nbf": NOW - 3600},
    ],
    ids=str,
)
def test_a_token_for_this_project_names_a_member(changes: dict[str, Any]) -> None:
    claims = {n: v for n, v in {**CLAIMS, **changes}.items() if v is not None}
    assert member_of(claims) == MemberIdentity(external_id="e-1", email="ada@example.com")


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://id.example.com/"},
        {"iss": ["https://id.example.com"]},
        {"aud": "gateway"},
        {"aud": ["other"]},
        {"aud": []},
        {"aud": {"gate": 1}},
        {"exp": NOW},
        {"exp": NOW + 3600.5},
        {"exp": True},
        {"exp": str(NOW + 60)},
        {"iat": NOW + 31},
        {"iat": str(NOW)},
        {"iat": True},
        {"nbf": NOW + 31},
        {"nbf": float(NOW)},
        {"employee": ""},
        {"employee": 1},
        {"employee": ["e-1"]},
        {"employee": "oidc:google:1"},
        {"employee": " e-1"},
        {"employee": "e\u200b1"},
        {"employee": "x" * 257},
    ],
    ids=str,
)
def test_any_other_names_nobody(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidAssertion):
        member_of({**CLAIMS, **changes})


@pytest.mark.parametrize("missing", ["iss", "aud", "exp", "employee"])
def test_what_a_token_does_not_say_is_not_made_up(missing: str) -> None:
    with pytest.raises(InvalidAssertion):
        member_of({name: value for name, value in CLAIMS.items() if name != missing})


@pytest.mark.parametrize(
    "changes",
    [
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": 1},
        {"email_verified": None},
        {"email": "ada\u200b@example.com"},
        {"email": "x" * 321},
        {"email": 1},
    ],
    ids=str,
)
def test_an_address_counts_only_as_the_issuer_has_verified_it(changes: dict[str, Any]) -> None:
    assert member_of({**CLAIMS, **changes}) == MemberIdentity(external_id="e-1")


@pytest.mark.parametrize(
    "url",
    [
        "https://id.example.com",
        "id.example.com/keys",
        "ftp://id.example.com/keys",
        "https://id.example.com/keys#part",
        "https://id.example.com/k\u00e9ys",
        "https://id.example.com/keys\n",
        "https://id.example.com/ke ys",
        "https:///keys",
        "https://id\u00e9.example.com/keys",
        "https://id.example.com/keys?\u00e9",
        "https://id.example.com/keys?\x7f",
    ],
)
def test_an_address_of_another_shape_is_none(url: str) -> None:
    with pytest.raises(ValueError, match="path"):
        external_issuers.split_url(url)


def test_an_address_is_an_origin_and_the_rest() -> None:
    split = external_issuers.split_url("https://id.example.com:8443/a/b?c=d")
    assert split == ("https://id.example.com:8443", "/a/b?c=d")


def test_issuers_are_read_as_they_were_written_and_nothing_else_is() -> None:
    document = external_issuers.issuer_document(ISSUER)
    assert external_issuers.read_issuers([document]) == (ISSUER,)
    wrongs: tuple[Any, ...] = (None, {}, [None], [{}], [{**document, "more": "x"}], [[document]])
    for wrong in wrongs:
        with pytest.raises(ValueError, match="issuer"):
            external_issuers.read_issuers(wrong)


def found_wrong(*issuers: ExternalIssuer) -> set[str]:
    settings = ProjectSettings(external_issuers=issuers)
    return {error.field for error in settings_errors(settings, UpstreamPolicy())}


def named(n: int) -> ExternalIssuer:
    return replace(ISSUER, issuer=f"https://id{n}.example.com")


def test_a_project_trusts_five_issuers_at_most_and_each_once() -> None:
    assert found_wrong(*map(named, range(5))) == set()
    assert found_wrong(*map(named, range(6))) == {"settings.external_issuers"}
    assert found_wrong(named(1), named(1)) == {"settings.external_issuers"}


@pytest.mark.parametrize("name", ["issuer", "audience", "member_claim"])
@pytest.mark.parametrize("value", ["", "x" * 301, "a\u200bb"])
def test_each_field_of_an_issuer_can_be_seen_and_is_not_endless(name: str, value: str) -> None:
    assert found_wrong(replace(ISSUER, **{name: value})) == {f"settings.external_issuers.0.{name}"}
    assert found_wrong(replace(ISSUER, **{name: "x" * 300})) == set()


@pytest.mark.parametrize(
    "url", ["https://id.example.com", "http://id.example.com/k", "https://169.254.169.254/k"]
)
def test_keys_are_asked_for_where_tools_may_be_called(url: str) -> None:
    assert found_wrong(replace(ISSUER, jwks_url=url)) == {"settings.external_issuers.0.jwks_url"}
