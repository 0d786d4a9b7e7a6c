"""Clients that register themselves (RFC 7591): strangers, of whom little is kept, not for long."""

from typing import Final

from gatehouse.domain.client_metadata import read_name, require_codes
from gatehouse.domain.errors import InvalidRequest, OAuthRefused
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.oauth_clients import OAuthClient
from gatehouse.domain.redirect_uris import MAX_URIS, redirect_problem

DAY: Final = 86_400
UNUSED_SECONDS: Final = DAY
"""How long a client is known through which nobody has signed in yet."""
USED_SECONDS: Final = 365 * DAY
"""How long it is known after somebody has; no session lasts that long."""
_METHODS: Final = ("none", "client_secret_basic", "client_secret_post")
"""Ways to authenticate instead of which `none` will do (RFC 7591 section 3.2.1)."""
_SCHEMES: Final = ("https:", "http:")


def read_registration(client_id: str, document: JsonValue) -> OAuthClient:
    """Return the public client that a registration asks for, under `client_id`.

    What it does not understand it leaves out (RFC 7591 section 2).

    Raises:
        OAuthRefused: `invalid_redirect_uri` or `invalid_client_metadata`.
    """
    if not isinstance(document, dict):
        raise _invalid("The registration is not a JSON object")
    if document.get("token_endpoint_auth_method", "none") not in _METHODS:
        raise _invalid("Clients that register themselves are public: token_endpoint_auth_method")
    try:
        require_codes(document)
        name = read_name(document) if "client_name" in document else client_id
    except InvalidRequest as error:
        raise _invalid(str(error)) from error
    return OAuthClient(id=client_id, name=name, redirect_uris=_redirect_uris(document))


def _redirect_uris(document: JsonObject) -> tuple[str, ...]:
    listed = document.get("redirect_uris")
    if not isinstance(listed, list) or not 1 <= len(listed) <= MAX_URIS:
        raise _invalid_uri(f"redirect_uris must be a list of 1 to {MAX_URIS}")
    uris = tuple(uri for uri in listed if isinstance(uri, str) and _is_acceptable(uri))
    if len(uris) != len(listed):
        raise _invalid_uri("Each of redirect_uris must be https, or http on this machine")
    return uris


def _is_acceptable(uri: str) -> bool:
    """Say whether a stranger may have people sent there.

    Never to an app's own scheme: any other app on the same machine can claim it, and nobody
    answers for this one.
    """
    return redirect_problem(uri) is None and uri.startswith(_SCHEMES)


def _invalid(message: str) -> OAuthRefused:
    return OAuthRefused("invalid_client_metadata", message)


def _invalid_uri(message: str) -> OAuthRefused:
    return OAuthRefused("invalid_redirect_uri", message)
