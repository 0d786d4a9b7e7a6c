"""Every way a request can be refused, in the system's own words.

* GatehouseError
  + InvalidRequest            malformed input
    - InvalidFields           ... with one message per field
    - PayloadTooLarge         ... by being longer than anyone needs
    - UnsupportedContent      ... by being of another media type
  + Unauthenticated           no credential, or one that does not hold
    - InvalidAssertion        a member assertion that does not hold, whatever the reason
    - SessionExpired          a genuine session token past its end
    - InvalidClient           an OAuth client that does not prove to be who it says
  + OAuthRefused              an OAuth endpoint's no, in the words of RFC 6749
  + Forbidden                 a genuine credential that may not do this
    - MissingScope            ... because the key lacks a scope
    - MissingAction           ... because whoever asks may do other things only
  + NotFound                  no such object in the caller's project
  + Conflict                  the object is not in the state the caller assumed
    - PreconditionFailed      ... and said so in a header (RFC 9110 section 13.1.1)
  + TooManyRequests           a limit is reached
  + Unavailable               a service we depend on failed; a retry may succeed
  + UpstreamFailed            a project's own endpoint did not give what was asked of it
  + ToolRefused               this call of this tool is not made; told to the model

`str(error)` is written for the caller: no secret, no internals. What a refusal is called on the
wire is each edge's own matter (see `gatehouse.edge`).
"""

from dataclasses import dataclass

from gatehouse.domain.limits import Standing


class GatehouseError(Exception):
    """Base of every expected refusal. `str(error)` is safe to show to the caller.

    `standings` is where the caller stands with the limits that the request counted against.
    """

    standings: tuple[Standing, ...] = ()


class InvalidRequest(GatehouseError):
    """The request is malformed or lacks something."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field; `field` is a dotted path such as `headers_template.X-Org`."""

    field: str
    message: str


class InvalidFields(InvalidRequest):
    """The body is well-formed but its content is not acceptable; `errors` names each field."""

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__("The request has invalid fields")
        self.errors = errors


class PayloadTooLarge(InvalidRequest):
    """The body is longer than this endpoint reads."""


class UnsupportedContent(InvalidRequest):
    """The body is not of the media type that this endpoint reads."""


class Unauthenticated(GatehouseError):
    """No credential, or one that is malformed, unknown, revoked or another project's.

    All of these read the same, so that nobody learns which of them holds.
    """

    def __init__(self, message: str = "Invalid or inactive API key") -> None:
        super().__init__(message)


class InvalidAssertion(Unauthenticated):
    """The member assertion does not hold. `reason` is for the log alone."""

    def __init__(self, reason: str) -> None:
        super().__init__("Invalid member assertion")
        self.reason = reason


class SessionExpired(Unauthenticated):
    """The session token is genuine and past its end."""

    def __init__(self) -> None:
        super().__init__("Member JWT has expired")


class InvalidClient(Unauthenticated):
    """The OAuth client is unknown, or does not prove who it is. `reason` is for the log alone."""

    def __init__(self, reason: str) -> None:
        super().__init__("The client could not be authenticated")
        self.reason = reason


class OAuthRefused(GatehouseError):
    """No token is given; `code` is RFC 6749's word for why, `reason` is for the log alone."""

    def __init__(self, code: str, message: str, *, reason: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason or code


class Forbidden(GatehouseError):
    """The credential is genuine but may not do this."""


class MissingScope(Forbidden):
    """The API key lacks the named scope."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"This API key lacks the scope '{scope}'")
        self.scope = scope


class MissingAction(Forbidden):
    """Whoever asks does not hold the named action in this project."""

    def __init__(self, action: str) -> None:
        super().__init__(f"This needs the action '{action}'")
        self.action = action


class NotFound(GatehouseError):
    """No such object in the caller's project; another project's reads the same."""

    def __init__(self, message: str = "Not found") -> None:
        super().__init__(message)


class Conflict(GatehouseError):
    """The object is not as the caller assumed; `current_version` where it has one."""

    def __init__(self, message: str, *, current_version: int | None = None) -> None:
        super().__init__(message)
        self.current_version = current_version


class PreconditionFailed(Conflict):
    """The version named in `If-Match` is not the current one."""


class TooManyRequests(GatehouseError):
    """A limit is reached; `retry_after` is in seconds."""

    def __init__(
        self, message: str, *, retry_after: int, standings: tuple[Standing, ...] = ()
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.standings = standings


class Unavailable(GatehouseError):
    """A service we depend on failed; `retry_after` is in seconds, `service` for the log alone."""

    def __init__(
        self,
        message: str = "Temporarily unavailable",
        *,
        retry_after: int = 2,
        service: str | None = None,
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.service = service


class UpstreamFailed(GatehouseError):
    """A project's own endpoint did not give what was asked of it; nothing of ours failed."""


class ToolRefused(GatehouseError):
    """This call is not made, for a reason the model can act on; `code` is stable."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code
