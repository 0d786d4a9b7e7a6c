"""The exchange itself, without threads, tasks or sockets: what is sent, and how it is read."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import httpx

from gatehouse_client.assertions import AssertionSigner
from gatehouse_client.errors import ConfigurationError, ExchangeRefused, ExchangeUnavailable

PATH: Final = "/api/v1/mcp/session-token"
REFRESH_BEFORE: Final = 60
"""How long before its end a token is replaced, in seconds, so that none ends in mid-call."""

TIMEOUT: Final = 10.0
"""How long one step of an exchange may take, in seconds."""

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_MAX_DETAIL: Final = 500
_TOO_MANY_REQUESTS: Final = 429
_SERVER_ERROR: Final = 500


class Subject(NamedTuple):
    """For whom a token is: each distinct identity has its own."""

    member_id: str
    email: str | None
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SessionToken:
    """A token, and when it ends in seconds since the Unix epoch."""

    text: str = field(repr=False)
    expires_at: float

    def is_fresh(self, now: float) -> bool:
        """Whether it may still be handed out."""
        return now < self.expires_at - REFRESH_BEFORE


class TokenCache:
    """The tokens of at most `max_members` subjects; the least recently used leave first."""

    def __init__(self, max_members: int) -> None:
        self._max_members = max_members
        self._tokens: OrderedDict[Subject, SessionToken] = OrderedDict()

    def find(self, subject: Subject, now: float) -> str | None:
        """Return the token of `subject` while it is fresh."""
        token = self._tokens.get(subject)
        if token is None or not token.is_fresh(now):
            return None
        self._tokens.move_to_end(subject)
        return token.text

    def keep(self, subject: Subject, token: SessionToken) -> None:
        """Keep `token`, and drop what no longer fits."""
        self._tokens[subject] = token
        self._tokens.move_to_end(subject)
        while len(self._tokens) > self._max_members:
            self._tokens.popitem(last=False)

    def forget(self, member_id: str) -> None:
        """Drop every token of `member_id`, whatever its e-mail and roles."""
        for subject in [known for known in self._tokens if known.member_id == member_id]:
            del self._tokens[subject]


class Exchange:
    """One deployment's token endpoint, and the credentials for it."""

    def __init__(self, api_url: str, api_key: str, signer: AssertionSigner) -> None:
        self.url = _checked(api_url) + PATH
        if not api_key or not all("!" <= character <= "~" for character in api_key):
            # Said here, because an HTTP library would quote the whole key in its complaint.
            raise ConfigurationError("the API key is empty or has a space or line break in it")
        self._api_key = api_key
        self._signer = signer

    def headers(self) -> dict[str, str]:
        """Return the headers of every exchange."""
        return {"Authorization": f"Bearer {self._api_key}", "Accept": "application/json"}

    def body(self, subject: Subject) -> dict[str, str]:
        """Return the body that asks for a token of `subject`, good for one try."""
        assertion = self._signer.sign(subject.member_id, email=subject.email, roles=subject.roles)
        return {"member_assertion": assertion}

    @staticmethod
    def token(response: httpx.Response, asked_at: float) -> SessionToken:
        """Return the token in `response`, whose life is counted from `asked_at`.

        Raises:
            ExchangeRefused: The answer is a refusal, or a redirect (none is followed).
            ExchangeUnavailable: The service is overloaded, broken or answers something else.
        """
        status = response.status_code
        if status == _TOO_MANY_REQUESTS or status >= _SERVER_ERROR:
            raise ExchangeUnavailable(f"answered {status}", retry_after=_retry_after(response))
        if status != httpx.codes.OK:
            raise ExchangeRefused(status, _detail(response))
        match _json(response):
            case {"token": str(text), "expires_in_minutes": int(minutes)} if text and minutes > 0:
                return SessionToken(text, asked_at + minutes * 60)
            case _:
                raise ExchangeUnavailable("the answer holds no session token")


def unreachable(error: httpx.HTTPError) -> ExchangeUnavailable:
    """Return what to raise when a request got no answer."""
    return ExchangeUnavailable(f"could not be reached: {type(error).__name__}")


def _checked(api_url: str) -> str:
    """Return `api_url` without any slash at its end; a key may cross a network under TLS only."""
    try:
        url = httpx.URL(api_url)
    except httpx.InvalidURL as error:
        raise ConfigurationError("the API URL is none") from error
    secure = url.scheme == "https" or (url.scheme == "http" and url.host in _LOOPBACK)
    if not secure or not url.host or url.userinfo or url.query or url.fragment:
        raise ConfigurationError("the API URL must be https:// with nothing but a host and path")
    return api_url.rstrip("/")


def _detail(response: httpx.Response) -> str:
    match _json(response):
        case {"detail": str(detail)}:
            return detail[:_MAX_DETAIL]
        case _:
            return response.reason_phrase


def _json(response: httpx.Response) -> object:
    try:
        parsed: object = response.json()
    except (ValueError, RecursionError):
        return None
    return parsed


def _retry_after(response: httpx.Response) -> int | None:
    """Return the delay-seconds of Retry-After (RFC 9110 section 10.2.3); dates are ignored."""
    value: str = response.headers.get("Retry-After", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else None  # noqa: PLR2004
