"""What a browser brings along: its session, its binding, its forms."""

import hmac
from dataclasses import dataclass, field
from typing import Final

from gatehouse.domain import sign_ins
from gatehouse.domain.base62 import Choose
from gatehouse.domain.errors import Forbidden
from gatehouse.domain.families import FamilyKind
from gatehouse.edge.cookies import PREFIX, clear_cookie, set_cookie
from gatehouse.edge.http import HttpRequest
from gatehouse.edge.oauth.forms import MAX_FIELDS, Form, read_form

SESSION: Final = "session"
BINDING: Final = "txn"


class ForeignForm(Forbidden):
    """A form that was not sent by a page of ours that this browser shows."""

    def __init__(self) -> None:
        super().__init__("This form is not one of this site's, or is too old. Please start again.")
        self.reason = "Origin or form token"


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """One request of a browser. `binding` is made up where it brought none."""

    request: HttpRequest
    origin: str
    session: str | None = field(repr=False)
    binding: str = field(repr=False)

    @property
    def device(self) -> str:
        """What the browser calls itself."""
        return self.request.headers.get("user-agent", "")

    def keep_binding(self) -> str:
        """Return the cookie that binds what begins now to this browser.

        The same for all that a browser has under way, or one tab would end another's sign-in.
        """
        return set_cookie(BINDING, self.binding, max_age=sign_ins.TRANSACTION_SECONDS)

    def form_token(self, purpose: str) -> str:
        """Return what a form for `purpose` must hold: known to pages of this browser alone."""
        return sign_ins.form_token(self.session or self.binding, purpose)

    def binding_token(self, purpose: str) -> str:
        """Return the same where the binding, and not a session, is what counts."""
        return sign_ins.form_token(self.binding, purpose)

    def form(self, *, most: int = MAX_FIELDS) -> Form:
        """Read a form of at most `most` fields.

        Raises:
            ForeignForm: The page that sent it is not of this origin.
            OAuthRefused: It is no form of one reading.
        """
        self.require_own_page()
        return read_form(self.request, most=most)

    def require_own_page(self) -> None:
        """Raise `ForeignForm` unless a page of this origin sent the request (RFC 6454)."""
        if self.request.headers.get("origin") != self.origin:
            raise ForeignForm


def browser_of(request: HttpRequest, origin: str, choose: Choose) -> Browser:
    """Return what a request brings along."""
    kept = request.cookies.get(PREFIX + BINDING, "")
    return Browser(
        request=request,
        origin=origin,
        session=request.cookies.get(PREFIX + SESSION) or None,
        binding=kept if sign_ins.SECRET.fullmatch(kept) else sign_ins.new_secret(choose),
    )


def require_form_token(form: Form, expected: str) -> None:
    """Raise `ForeignForm` unless a form holds its token."""
    if not hmac.compare_digest(form.get("csrf", "").encode(), expected.encode()):
        raise ForeignForm


def session_cookie(cookie: str) -> str:
    """Return the cookie of a session that has just begun."""
    return set_cookie(SESSION, cookie, max_age=FamilyKind.CONSOLE.lifetime)


def no_session() -> str:
    """Return what ends a browser's session cookie."""
    return clear_cookie(SESSION)


def no_binding() -> str:
    """Return what ends a browser's binding, once nothing is under way."""
    return clear_cookie(BINDING)
