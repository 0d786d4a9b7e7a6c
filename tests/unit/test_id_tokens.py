"""What is believed of a provider's word, and what is not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain import id_tokens
from gatehouse.domain.assertions import Presented
from gatehouse.domain.email_addresses import domain_of, normalized
from gatehouse.domain.errors import InvalidAssertion
from gatehouse.domain.id_tokens import UnverifiedEmail
from gatehouse.domain.identity_providers import Provider, ProviderKind
from gatehouse.domain.people import Identity
from tests.samples import NOW

TENANT = "11111111-2222-3333-4444-555555555555"
COMPANY = Provider(
    id="company",
    kind=ProviderKind.OIDC,
    name="Company",
    client_id="gatehouse",
    client_secret="x",
    issuer="https://id.example.com",
)
ENTRA = Provider(
    id="entra",
    kind=ProviderKind.ENTRA,
    name="Entra",
    client_id="gatehouse",
    client_secret="x",
    issuer=f"https://login.microsoftonline.com/{TENANT}/v2.0",
    tenant=TENANT,
)
GITHUB = Provider(
    id="github", kind=ProviderKind.GITHUB, name="GitHub", client_id="g", client_secret="x"
)
CLAIMS: dict[str, Any] = {
    "iss": COMPANY.issuer,
    "aud": "gatehouse",
    "sub": "1",
    "nonce": "n",
    "iat": NOW,
    "exp": NOW + 300,
    "email": "Ada@Example.com",
    "email_verified": True,
    "name": "Ada",
}
OF_ENTRA = {**CLAIMS, "iss": ENTRA.issuer, "tid": TENANT, "email_verified": None}


def genuine(claims: dict[str, Any], provider: Provider = COMPANY, *, now: int = NOW) -> Any:
    said = {name: value for name, value in claims.items() if value is not None}
    presented = Presented(kid="k", algorithm="RS256", claims=said, signed="h.p")
    return id_tokens.require_genuine(presented, provider, nonce="n", now=now)


def identity(claims: dict[str, Any], provider: Provider = COMPANY) -> Identity:
    return id_tokens.identity(genuine(claims, provider), provider)


def test_who_it_is_follows_from_provider_and_subject_with_a_verified_address() -> None:
    assert identity(CLAIMS) == Identity(
        provider="company", subject="1", email="ada@example.com", name="Ada"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://id.example.com/"},
        {"iss": "https://ID.example.com"},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": None},
        {"aud": ["gatehouse", "another"]},
        {"aud": ["gatehouse", "another"], "azp": "another"},
        {"azp": "another"},
        {"nonce": "N"},
        {"nonce": None},
        {"nonce": 1},
        {"exp": NOW - 30},
        {"exp": None},
        {"exp": float(NOW + 300)},
        {"exp": str(NOW + 300)},
        {"exp": True},
        {"iat": NOW + 31},
        {"iat": NOW - 601},
        {"iat": None},
        {"nbf": NOW + 31},
        {"nbf": "soon"},
        {"sub": None},
        {"sub": ""},
        {"sub": 1},
        {"sub": "a\nb"},
        {"sub": " 1"},
        {"sub": "x" * 201},
        {"sub": "ä"},
    ],
    ids=str,
)
def test_an_id_token_for_anything_else_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidAssertion):
        genuine({**CLAIMS, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["gatehouse"]},
        {"azp": "gatehouse"},
        {"aud": ["another", "gatehouse"], "azp": "gatehouse"},
        {"exp": NOW - 29},
        {"iat": NOW + 30},
        {"iat": NOW - 600},
        {"nbf": NOW},
    ],
    ids=str,
)
def test_what_the_standard_allows_is_believed(changes: dict[str, Any]) -> None:
    assert genuine({**CLAIMS, **changes})["sub"] == "1"


@pytest.mark.parametrize("verified", [False, None, "true", "True", 1, [True]])
def test_only_true_is_verified(verified: object) -> None:
    with pytest.raises(UnverifiedEmail):
        identity({**CLAIMS, "email_verified": verified})


@pytest.mark.parametrize("email", [None, "", "ada", "ada@", "@x.example", "a b@x.example", 1])
def test_what_is_no_address_is_nobodys(email: object) -> None:
    with pytest.raises(UnverifiedEmail):
        identity({**CLAIMS, "email": email})


def test_entra_is_believed_in_its_own_tenant_alone() -> None:
    assert identity(OF_ENTRA, ENTRA).email == "ada@example.com"
    for tid in (None, "99999999-2222-3333-4444-555555555555"):
        with pytest.raises(InvalidAssertion):
            identity({**OF_ENTRA, "tid": tid}, ENTRA)


@pytest.mark.parametrize(
    ("edov", "believed"),
    [(None, True), (True, True), ("1", True), (False, False), ("0", False), ("false", False)],
)
def test_entra_is_not_believed_where_it_says_no(edov: object, *, believed: bool) -> None:
    claims = {**OF_ENTRA, "xms_edov": edov}
    if believed:
        assert identity(claims, ENTRA).email == "ada@example.com"
    else:
        with pytest.raises(UnverifiedEmail):
            identity(claims, ENTRA)


def test_entras_user_name_stands_in_for_an_address_if_it_is_one() -> None:
    claims = {**OF_ENTRA, "email": None, "preferred_username": "Ada@Example.com"}
    assert identity(claims, ENTRA).email == "ada@example.com"
    with pytest.raises(UnverifiedEmail):
        identity({**claims, "preferred_username": "ada"}, ENTRA)


def test_userinfo_adds_and_never_replaces_and_is_about_the_same_person() -> None:
    lean = {**CLAIMS, "email": None, "email_verified": None, "name": None}
    claims = genuine(lean)
    assert not id_tokens.has_email(claims, COMPANY)
    told: dict[str, Any] = {
        "sub": "1",
        "email": "ada@example.com",
        "email_verified": True,
        "iss": "evil",
    }
    assert id_tokens.identity(id_tokens.with_userinfo(claims, told), COMPANY).email
    assert id_tokens.with_userinfo(claims, told)["iss"] == COMPANY.issuer
    others: list[Any] = [{**told, "sub": "2"}, {"email": "x"}, [], None, "x"]
    for other in others:
        with pytest.raises(InvalidAssertion):
            id_tokens.with_userinfo(claims, other)


PRIMARY: dict[str, Any] = {"email": "Ada@Example.com", "primary": True, "verified": True}


def test_github_is_believed_about_the_primary_verified_address() -> None:
    second: dict[str, Any] = {"email": "b@example.com", "primary": False, "verified": True}
    found = id_tokens.github_identity(GITHUB, {"id": 7, "name": "Ada"}, [second, PRIMARY])
    assert found == Identity(provider="github", subject="7", email="ada@example.com", name="Ada")


@pytest.mark.parametrize(
    "emails",
    [[], [{**PRIMARY, "verified": False}], [{**PRIMARY, "verified": "true"}], [PRIMARY, PRIMARY]],
)
def test_github_without_one_primary_verified_address_is_nobody(emails: list[Any]) -> None:
    with pytest.raises(UnverifiedEmail):
        id_tokens.github_identity(GITHUB, {"id": 7}, emails)


@pytest.mark.parametrize(
    ("user", "emails"),
    [
        ({"id": "7"}, [PRIMARY]),
        ({"id": True}, [PRIMARY]),
        ({}, [PRIMARY]),
        ({"id": 7}, {}),
        (1, []),
    ],
)
def test_an_answer_that_is_none_of_githubs_is_refused(user: Any, emails: Any) -> None:
    with pytest.raises(InvalidAssertion):
        id_tokens.github_identity(GITHUB, user, emails)


def test_addresses_are_compared_in_lower_case_and_in_ascii_alone() -> None:
    assert normalized("Ada@Example.COM") == "ada@example.com"
    assert normalized("\u212aate@example.com") is None  # a Kelvin sign becomes a k in lower case
    assert normalized("ada@ex\u0131mple.com") is None
    assert domain_of('"@evil.example"@example.com'.lower()) == "example.com"


@given(st.text(max_size=40))
def test_whatever_is_an_address_is_one_in_one_spelling(text: str) -> None:
    found = normalized(text)
    assert found is None or (found == normalized(found) and found.isascii() and "@" in found)
