"""Everything this package raises on purpose.

* GatehouseClientError
  + ConfigurationError      something given at start cannot work; fix the program
    - RawTargetUnavailable  ... the web server does not tell the path as it was sent
  + ExchangeError           no session token was obtained
    - ExchangeRefused       ... Gatehouse said no; asking again will not help
    - ExchangeUnavailable   ... no usable answer; asking again later may help
  + InvalidSignature        an incoming request is not a fresh one of Gatehouse
    - MalformedRequest      ... a header is missing, repeated or not in its form
    - WrongProject          ... it was meant for another project
    - StaleTimestamp        ... its timestamp is too far from now
    - SignatureMismatch     ... no secret of ours proves it
    - ReplayedRequest       ... its request id was seen before
  + ReplaysUnavailable      whether a request is a replay cannot be told now

No message holds a secret, a token or a header's value.
"""


class GatehouseClientError(Exception):
    """Base of them all."""


class ConfigurationError(GatehouseClientError, ValueError):
    """Something given at start cannot work."""


class RawTargetUnavailable(ConfigurationError):
    """The web server does not tell the path and query as they were sent."""


class ExchangeError(GatehouseClientError):
    """No session token was obtained."""


class ExchangeRefused(ExchangeError):
    """Gatehouse refused the exchange, with HTTP `status` and a sentence, `detail`."""

    def __init__(self, status: int, detail: str) -> None:
        """Keep both, for callers that decide by them."""
        super().__init__(f"{status}: {detail}")
        self.status = status
        self.detail = detail


class ExchangeUnavailable(ExchangeError):
    """Gatehouse gave no usable answer; `retry_after` is its wish in seconds, if it had one."""

    def __init__(self, message: str, *, retry_after: int | None = None) -> None:
        """Keep the wish, for callers that wait."""
        super().__init__(message)
        self.retry_after = retry_after


class InvalidSignature(GatehouseClientError):
    """An incoming request is not a fresh one of Gatehouse."""


class MalformedRequest(InvalidSignature):
    """A header is missing, repeated or not in its one canonical form."""


class WrongProject(InvalidSignature):
    """The request was meant for another project."""


class StaleTimestamp(InvalidSignature):
    """The request's timestamp is too far from now, in either direction."""


class SignatureMismatch(InvalidSignature):
    """No secret of ours proves the request."""


class ReplayedRequest(InvalidSignature):
    """The request's id was seen before."""


class ReplaysUnavailable(GatehouseClientError):
    """Whether a request is a replay cannot be told now, so it is not let through."""
