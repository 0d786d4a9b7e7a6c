"""What may become of a request to AWS, as exceptions."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class WireError(Exception):
    """A request did not come to a good answer of `service`."""

    service: str | None = None


class Refused(WireError):
    """AWS answered with an error; `response` has the members that botocore's `ClientError` has."""

    def __init__(self, code: str, status: int, response: "Mapping[str, object]") -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.response = response


class Unanswered(WireError):
    """No answer came, or only a part of one; AWS may have done what it was asked."""


class TimedOut(Unanswered):
    """The answer did not come in time."""


class NotSent(Unanswered):
    """AWS never had the whole request, so it did nothing."""


class NotConnected(NotSent):
    """The connection was not made in time, or not at all."""


class NoCredentials(NotSent):
    """There is nothing to sign with."""


class Unreadable(WireError):
    """An answer came that makes no sense; AWS may have done what it was asked."""


class WrongChecksum(Unreadable):
    """The answer is not what DynamoDB sent."""
