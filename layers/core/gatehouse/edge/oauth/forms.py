"""Forms that clients send, and how they say who they are (RFC 6749 sections 2.3 and 3.2)."""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, unquote_plus

from gatehouse.domain.client_assertions import TYPE
from gatehouse.domain.errors import InvalidClient, OAuthRefused
from gatehouse.edge.http import HttpRequest
from gatehouse.usecases.authenticate_client import PresentedClient

Form = Mapping[str, str]
MAX_FIELDS: Final = 32
_CONTENT_TYPE: Final = re.compile(
    r"application/x-www-form-urlencoded *(; *charset=\"?utf-8\"?)?", re.ASCII | re.IGNORECASE
)
_BASIC: Final = re.compile(
    # Padded as it must be (RFC 4648 section 4); Python before 3.13 takes too much of it as well.
    r"basic +((?:[A-Z0-9+/]{4})*(?:[A-Z0-9+/]{2}==|[A-Z0-9+/]{3}=)?)",
    re.ASCII | re.IGNORECASE,
)


def read_form(request: HttpRequest, *, most: int = MAX_FIELDS) -> Form:
    """Read the fields that have a value; raise `OAuthRefused` for what is no form of one reading.

    A field without a value counts as left out (RFC 6749 section 3.2).
    """
    if not _CONTENT_TYPE.fullmatch(request.headers.get("content-type", "")):
        raise invalid_request("The body must be application/x-www-form-urlencoded")
    try:
        pairs = parse_qsl(
            request.body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(request.body),
            errors="strict",
            max_num_fields=most,
        )
    except ValueError as error:
        raise invalid_request("The body is not a form") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise invalid_request("The form repeats a field")
    return {name: value for name, value in form.items() if value}


def required(form: Form, name: str) -> str:
    """Return a field; raise `OAuthRefused` when there is none."""
    if name not in form:
        raise invalid_request(f"{name} is missing")
    return form[name]


def scope_of(form: Form) -> frozenset[str] | None:
    """Return the words of `scope`, if it was sent."""
    return frozenset(form["scope"].split(" ")) if "scope" in form else None


def presented_client(request: HttpRequest, form: Form) -> PresentedClient:
    """Return who the client says it is, and its one proof.

    Raises:
        InvalidClient: The Authorization header is none of HTTP Basic.
        OAuthRefused: It would prove itself in several ways, or contradicts itself.
    """
    in_header = "authorization" in request.headers
    asserted = "client_assertion" in form or "client_assertion_type" in form
    if in_header + asserted + ("client_secret" in form) > 1:
        raise invalid_request("The client authenticates in more than one way")
    if in_header:
        return _basic(request.headers["authorization"], form)
    if asserted:
        if form.get("client_assertion_type") != TYPE or "client_assertion" not in form:
            raise invalid_request("client_assertion and its type must be sent together")
        return PresentedClient(client_id=form.get("client_id"), assertion=form["client_assertion"])
    return PresentedClient(client_id=form.get("client_id"), secret=form.get("client_secret"))


def invalid_request(message: str) -> OAuthRefused:
    """Return the refusal of a request that nobody could grant."""
    return OAuthRefused("invalid_request", message)


def _basic(header: str, form: Form) -> PresentedClient:
    """Read HTTP Basic; both parts are form-encoded before (RFC 6749 section 2.3.1)."""
    match = _BASIC.fullmatch(header)
    try:
        text = b64decode(match[1] if match else "-", validate=True).decode("utf-8")
        client_id, _, secret = text.partition(":")
        client_id, secret = (unquote_plus(part, errors="strict") for part in (client_id, secret))
    except (Base64Error, UnicodeDecodeError) as error:
        raise InvalidClient("the Authorization header is not HTTP Basic") from error
    if not client_id or not secret:
        raise InvalidClient("the Authorization header is not HTTP Basic")
    if form.get("client_id", client_id) != client_id:
        raise invalid_request("client_id contradicts the Authorization header")
    return PresentedClient(client_id=client_id, secret=secret)
