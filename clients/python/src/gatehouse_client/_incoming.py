"""An incoming request as it was sent: which forms its parts may have, and what they say."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeAlias

from gatehouse_client.errors import MalformedRequest
from gatehouse_client.members import Member, decoded_roles, decoded_text

Headers: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]]

_PREFIX: Final = "x-tengine-"
_AUTHORIZATION: Final = "authorization"

_METHOD: Final = re.compile(r"[A-Z]{1,16}")
_TARGET: Final = re.compile(r"/[!-~]*")
_VALUE: Final = re.compile(r"[!-~](?:[ -~]*[!-~])?")
_ID: Final = re.compile(r"[0-9A-Za-z]{1,64}")
_WHOSE: Final = re.compile(rf"{_ID.pattern}|(?:user|app):{_ID.pattern}")
"""An integration's id; or who tries a tool without one, which can never be taken for an id."""
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SECONDS: Final = re.compile(r"[1-9][0-9]{0,11}")
_ONE_SIGNATURE: Final = r"(?:tng1|tng2)=[0-9a-f]{64}"
_SIGNATURES: Final = re.compile(rf"{_ONE_SIGNATURE}(?:[ \t]*,[ \t]*{_ONE_SIGNATURE}){{0,3}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingRequest:
    """A request whose parts have their forms; nothing of it is proven yet."""

    method: str
    target: str
    body: bytes
    headers: Mapping[str, str]
    project_id: str
    integration_id: str
    request_id: str
    timestamp: int

    def signatures(self) -> list[str]:
        """Return each `<tag>=<hex>` of the signature header."""
        return re.findall(_ONE_SIGNATURE, _ours(self.headers, "signature", _SIGNATURES))

    def bearer(self) -> str:
        """Return the whole Authorization header."""
        return _in_form(_VALUE, self.headers.get(_AUTHORIZATION, ""), _AUTHORIZATION)

    def signed_fields(self) -> list[str]:
        """Return what a signature covers, in order; an absent member id is signed as "-"."""
        told = (self.headers.get(f"{_PREFIX}member-{part}", "") for part in ("email", "roles"))
        return [
            str(self.timestamp),
            self.request_id,
            self.method,
            self.target,
            sha256(self.body).hexdigest(),
            self.project_id,
            self.integration_id,
            self.headers.get(f"{_PREFIX}member-id", "-"),
            sha256("\n".join(told).encode()).hexdigest(),
        ]

    def member(self) -> Member | None:
        """Return the member that the headers tell of, None when they tell of none."""
        member_id, email, roles = (
            self.headers.get(f"{_PREFIX}member-{part}") for part in ("id", "email", "roles")
        )
        if member_id == "-":
            # Signed like no member at all, so it could have been added on the way.
            raise MalformedRequest("the member id is not in its canonical form")
        if member_id is None and email is None and roles is None:
            return None
        return Member(
            id=None if member_id is None else decoded_text(member_id),
            email=None if email is None else decoded_text(email),
            roles=() if roles is None else decoded_roles(roles),
        )


def parsed(*, method: str, target: str, headers: Headers, body: bytes) -> IncomingRequest:
    """Return the request; raise `MalformedRequest` when a part is not in its one form."""
    relevant = _relevant(headers)
    return IncomingRequest(
        method=_in_form(_METHOD, method, "the method"),
        target=_in_form(_TARGET, target, "the path"),
        body=body,
        headers=relevant,
        project_id=_ours(relevant, "project-id", _ID),
        integration_id=_ours(relevant, "integration-id", _WHOSE),
        request_id=_ours(relevant, "request-id", _UUID),
        timestamp=int(_ours(relevant, "timestamp", _SECONDS)),
    )


def _relevant(headers: Headers) -> dict[str, str]:
    """Return our headers and Authorization by lower-case name; each may come once."""
    found: dict[str, str] = {}
    for sent_name, value in headers.items() if isinstance(headers, Mapping) else headers:
        name = sent_name.lower()
        if not name.startswith(_PREFIX) and name != _AUTHORIZATION:
            continue
        if name in found:
            raise MalformedRequest("a header is repeated")
        if name.startswith(_PREFIX):
            _in_form(_VALUE, value, "a header")
        found[name] = value
    return found


def _ours(headers: Mapping[str, str], name: str, form: re.Pattern[str]) -> str:
    return _in_form(form, headers.get(_PREFIX + name, ""), _PREFIX + name)


def _in_form(form: re.Pattern[str], value: str, what: str) -> str:
    if not form.fullmatch(value):
        raise MalformedRequest(f"{what} is not in its canonical form")
    return value
