"""The one route of `/api/v1` that another function answers (functions/token); described here."""

from typing import Final, Literal, NoReturn

from gatehouse.domain.errors import NotFound
from gatehouse.edge.rest.models import Answer, Input
from gatehouse.edge.rest.routing import Access, Call, Route, route
from gatehouse.usecases.management import Management


class SessionRequestBody(Input):
    """For whom a session is wanted: exactly one of the two."""

    member_assertion: str | None = None
    member_external_id: str | None = None


class SessionAnswer(Answer):
    """A session token for one member."""

    token: str
    expires_in_minutes: int
    token_type: Literal["Bearer"]


def _exchange(_management: Management, _call: Call, _body: SessionRequestBody) -> NoReturn:
    """Trade an assertion about a member for a session token."""
    raise NotFound


SESSION_TOKEN: Final[Route] = route(
    "POST",
    "/api/v1/mcp/session-token",
    Access.EXCHANGE,
    _exchange,
    input=SessionRequestBody,
    answer=SessionAnswer,
)
