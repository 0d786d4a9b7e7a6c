"""Clients that describe themselves at their own address (Client ID Metadata Documents).

Source: draft-ietf-oauth-client-id-metadata-document. The address is the client's id, to the
letter, so a document speaks for its own host and for no other.
"""

import re
from typing import Final

from gatehouse.domain.errors import InvalidRequest
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.oauth_clients import OAuthClient, is_metadata_id
from gatehouse.domain.redirect_uris import MAX_URIS, redirect_problem
from gatehouse.domain.shown_text import text_problem

MAX_BYTES: Final = 64 * 1024
MAX_NAME: Final = 100
_ID: Final = re.compile(r"https?://[a-z0-9.:\[\]-]+(/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)+(\?[^#\s]*)?")
_DOTS: Final = re.compile(r"/\.{1,2}(/|\?|$)", re.ASCII)
_SECRETS: Final = ("client_secret", "client_secret_expires_at")


def require_metadata_id(client_id: str) -> None:
    """Raise `InvalidRequest` unless the id is an address of one spelling, with a path."""
    path = client_id.partition("://")[2].partition("/")[2]
    well_formed = is_metadata_id(client_id) and _ID.fullmatch(client_id) and path
    if not well_formed or _DOTS.search(client_id):
        raise InvalidRequest("client_id is no address at which a client could describe itself")


def read_metadata(client_id: str, document: JsonValue) -> OAuthClient:
    """Return the public client that a document describes; raise `InvalidRequest`."""
    if not isinstance(document, dict) or document.get("client_id") != client_id:
        raise InvalidRequest("The client's document is not about this client_id")
    if any(name in document for name in _SECRETS):
        raise InvalidRequest("The client's document holds a secret, which it then is not")
    if document.get("token_endpoint_auth_method", "none") != "none":
        raise InvalidRequest("Clients that describe themselves must be public ones here")
    require_codes(document)
    return OAuthClient(
        id=client_id, name=read_name(document), redirect_uris=_redirect_uris(document)
    )


def require_codes(document: JsonObject) -> None:
    """Raise `InvalidRequest` for a client that would not use authorization codes."""
    for name, needed in (("grant_types", "authorization_code"), ("response_types", "code")):
        listed = document.get(name, [needed])
        if not isinstance(listed, list) or needed not in listed:
            raise InvalidRequest(f"The client's {name} do not hold {needed}")


def read_name(document: JsonObject) -> str:
    """Return what people are told of a client; raise `InvalidRequest`."""
    name = document.get("client_name")
    if not isinstance(name, str) or text_problem(name, longest=MAX_NAME):
        raise InvalidRequest(f"The client's client_name is no text of 1 to {MAX_NAME} characters")
    return name


def _redirect_uris(document: JsonObject) -> tuple[str, ...]:
    listed = document.get("redirect_uris")
    if not isinstance(listed, list) or not 1 <= len(listed) <= MAX_URIS:
        raise InvalidRequest(f"The client's redirect_uris are no list of 1 to {MAX_URIS}")
    uris = tuple(uri for uri in listed if isinstance(uri, str) and not redirect_problem(uri))
    if len(uris) != len(listed):
        raise InvalidRequest("One of the client's redirect_uris is not acceptable")
    return uris
