"""Where people of a deployment sign in: their companies' providers, as the operator lists them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.members import is_visible

MAX_PROVIDERS: Final = 20
MAX_TEXT: Final = 512
PROVIDER_ID: Final = re.compile(r"[a-z0-9-]{1,32}", re.ASCII)
"""It stands in members' ids (`oidc:<id>:<subject>`), so it is chosen once and for ever."""
_TENANT: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_ISSUER: Final = re.compile(r"https?://[^\s?#]{1,300}", re.ASCII)
_REQUIRED: Final = frozenset({"id", "kind", "name", "client_id", "client_secret"})


class ProviderKind(StrEnum):
    """What a provider speaks, and what it is trusted to have verified."""

    GOOGLE = "google"
    GITHUB = "github"
    """OAuth 2.0: no id token; who it is has to be asked."""
    ENTRA = "entra"
    OIDC = "oidc"
    """Anybody with a discovery document (OpenID Connect Discovery 1.0)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A provider and our client there.

    `issuer` is what its id tokens must name, to the letter; GitHub gives none out. `tenant` is the
    one directory of an Entra provider whose people may come.
    """

    id: str
    kind: ProviderKind
    name: str
    client_id: str
    client_secret: str = field(repr=False)
    issuer: str = ""
    tenant: str | None = None


class MalformedProviders(ValueError):
    """The list cannot be used; `str(error)` says what is wrong and holds no secret."""


def read_providers(document: JsonValue) -> tuple[Provider, ...]:
    """Read the operator's list, all of it or nothing; raise `MalformedProviders`."""
    if not isinstance(document, dict) or document.keys() != {"providers"}:
        raise MalformedProviders("the secret is no object with the one member 'providers'")
    listed = document["providers"]
    if not isinstance(listed, list) or len(listed) > MAX_PROVIDERS:
        raise MalformedProviders(f"providers is no list of at most {MAX_PROVIDERS}")
    found = tuple(_read(index, each) for index, each in enumerate(listed))
    if len({provider.id for provider in found}) < len(found):
        raise MalformedProviders("two providers have one id")
    return found


def named(providers: Sequence[Provider], provider_id: str) -> Provider | None:
    """Return the provider of that id."""
    return next((provider for provider in providers if provider.id == provider_id), None)


def _read(index: int, value: JsonValue) -> Provider:
    where = f"providers[{index}]"
    if not isinstance(value, dict):
        raise MalformedProviders(f"{where} is no object")
    for name, text in value.items():
        if not isinstance(text, str) or not is_visible(text, longest=MAX_TEXT):
            raise MalformedProviders(f"{where}.{name} is no text of 1 to {MAX_TEXT} characters")
    texts = {name: str(text) for name, text in value.items()}
    if missing := _REQUIRED - texts.keys():
        raise MalformedProviders(f"{where} has no {min(missing)}")
    try:
        kind = ProviderKind(texts["kind"])
    except ValueError as error:
        raise MalformedProviders(f"{where}.kind is unknown") from error
    if not PROVIDER_ID.fullmatch(texts["id"]):
        raise MalformedProviders(f"{where}.id is not made of a-z, 0-9 and -")
    issuer = _issuer(where, kind, value)
    return Provider(
        id=texts["id"],
        kind=kind,
        name=texts["name"],
        client_id=texts["client_id"],
        client_secret=texts["client_secret"],
        issuer=issuer,
        tenant=texts.get("tenant"),
    )


def _issuer(where: str, kind: ProviderKind, value: JsonObject) -> str:
    """Return the issuer; what a kind does not have must not be given, lest it be believed."""
    own = {ProviderKind.ENTRA: {"tenant"}, ProviderKind.OIDC: {"issuer"}}.get(kind, set())
    if value.keys() - _REQUIRED != own:
        raise MalformedProviders(f"{where} needs {sorted(own) or 'nothing'} besides, and no more")
    match kind:
        case ProviderKind.GOOGLE:
            return "https://accounts.google.com"
        case ProviderKind.GITHUB:
            return ""
        case ProviderKind.ENTRA:
            tenant = str(value["tenant"])
            if not _TENANT.fullmatch(tenant):
                raise MalformedProviders(f"{where}.tenant is no directory id")
            return f"https://login.microsoftonline.com/{tenant}/v2.0"
        case ProviderKind.OIDC:
            issuer = str(value["issuer"])
            if not _ISSUER.fullmatch(issuer):
                raise MalformedProviders(f"{where}.issuer is no URL")
            return issuer
