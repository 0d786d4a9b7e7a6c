"""Signing in at a provider and coming back: what is remembered meanwhile, and what comes of it."""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from gatehouse.domain import base62
from gatehouse.domain.base62 import Choose
from gatehouse.domain.members import RESERVED_PREFIX, MemberIdentity
from gatehouse.domain.people import Identity

TRANSACTION_SECONDS: Final = 600
SECRET_LENGTH: Final = 43
"""256 random bits: of a state, a nonce, a PKCE verifier, a browser's binding, an invitation."""
INVITATION: Final = "gin_"
SECRET: Final = re.compile(rf"[0-9A-Za-z]{{{SECRET_LENGTH}}}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInTransaction:
    """Somebody on the way to a provider; kept under the digest of its `state`, and used once.

    `browser` is the digest of the cookie of the browser that left. `request` is what the
    browser was given for the authorization request that waits for this sign-in: of no use
    elsewhere. `invitation` is the digest of one to be used.
    """

    provider_id: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    browser: str
    expires_at: int
    request: str | None = None
    invitation: str | None = None


class SignInOutcome(StrEnum):
    """What became of a sign-in."""

    SIGNED_IN = "signed_in"
    VISITOR = "visitor"
    """Proven, without an account here: good for an authorization request, and for nothing else."""
    NO_ACCOUNT = "no_account"
    DENIED = "denied"
    """By the person, or their provider."""
    UNVERIFIED_EMAIL = "unverified_email"
    ANOTHER_PROVIDER = "another_provider"
    INACTIVE = "inactive"
    BAD_INVITATION = "bad_invitation"
    NOT_GENUINE = "not_genuine"
    """The provider's answer does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRecord:
    """One line about a sign-in; `user_id` and `email` only as far as they were proven."""

    request_id: str
    at: int
    provider_id: str
    outcome: SignInOutcome
    source_ip: str
    user_id: str | None = None
    email: str | None = None
    reason: str | None = None


def new_secret(choose: Choose) -> str:
    """Make a text that nobody guesses."""
    return base62.random_text(SECRET_LENGTH, choose)


def new_invitation(choose: Choose) -> str:
    """Make an invitation's text."""
    return INVITATION + new_secret(choose)


def is_invitation(text: str) -> bool:
    """Say whether a text has an invitation's form."""
    return text.startswith(INVITATION) and bool(SECRET.fullmatch(text.removeprefix(INVITATION)))


def digest(text: str) -> str:
    """Return what is stored of a state, a browser's binding or an invitation."""
    return hashlib.sha256(text.encode()).hexdigest()


def form_token(secret: str, purpose: str) -> str:
    """Return what a form of a page must hold, so that no other page can send it.

    `secret` is a cookie of the browser, which no page can read; `purpose` names the form.
    """
    return hmac.digest(secret.encode(), f"form:{purpose}".encode(), hashlib.sha256).hex()


def member_of(identity: Identity, roles: tuple[str, ...] = ()) -> MemberIdentity:
    """Return somebody who signed in as a project's member."""
    return MemberIdentity(
        external_id=f"{RESERVED_PREFIX}{identity.provider}:{identity.subject}",
        email=identity.email,
        roles=roles,
    )


def identity_of(member: MemberIdentity) -> Identity:
    """Return who `member_of` was made of; a provider's id holds no colon."""
    provider, _, subject = member.external_id.removeprefix(RESERVED_PREFIX).partition(":")
    return Identity(provider=provider, subject=subject, email=member.email or "")
