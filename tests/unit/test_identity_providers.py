"""The operator's list of providers: all of it is understood, or none is used."""

from typing import Any

import pytest

from gatehouse.domain.identity_providers import MalformedProviders, named, read_providers

COMPANY: dict[str, Any] = {
    "id": "company",
    "kind": "oidc",
    "name": "Company",
    "issuer": "https://id.example.com",
    "client_id": "c",
    "client_secret": "hush",
}
COMMON = {name: value for name, value in COMPANY.items() if name not in {"kind", "issuer"}}
TENANT = "11111111-2222-3333-4444-555555555555"


def test_each_kind_knows_its_issuer() -> None:
    listed = [
        COMPANY,
        {**COMMON, "id": "google", "kind": "google"},
        {**COMMON, "id": "github", "kind": "github"},
        {**COMMON, "id": "entra", "kind": "entra", "tenant": TENANT},
    ]
    found = read_providers({"providers": listed})
    assert [each.issuer for each in found] == [
        "https://id.example.com",
        "https://accounts.google.com",
        "",
        f"https://login.microsoftonline.com/{TENANT}/v2.0",
    ]
    assert named(found, "github") == found[2]
    assert named(found, "GitHub") is None
    assert "hush" not in repr(found)


def test_an_empty_list_lets_nobody_in_and_is_fine() -> None:
    assert read_providers({"providers": []}) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "saml"},
        {"id": "Company"},
        {"id": "a:b"},
        {"id": ""},
        {"issuer": "id.example.com"},
        {"issuer": "https://id.example.com/?x"},
        {"client_secret": ""},
        {"client_secret": 1},
        {"name": "a\u202eb"},
        {"tenant": TENANT},
        {"extra": "x"},
        {"kind": "google"},
        {"kind": "entra", "issuer": None, "tenant": "common"},
        {"kind": "entra", "issuer": None},
    ],
    ids=str,
)
def test_what_could_mean_something_else_is_refused(changes: dict[str, Any]) -> None:
    merged = {**COMPANY, **changes}
    wrong = {name: value for name, value in merged.items() if value is not None}
    with pytest.raises(MalformedProviders) as caught:
        read_providers({"providers": [wrong]})
    assert "hush" not in str(caught.value)


MANY = [{**COMPANY, "id": f"p{n}"} for n in range(21)]


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"providers": {}},
        {"providers": [COMPANY, COMPANY]},
        {"providers": [1]},
        {"providers": [COMPANY], "more": 1},
        {"providers": MANY},
    ],
)
def test_a_list_of_another_shape_is_refused(document: Any) -> None:
    with pytest.raises(MalformedProviders):
        read_providers(document)
