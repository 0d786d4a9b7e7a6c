"""What a request of the management API shows of who sends it."""

from typing import Final

from gatehouse.domain.errors import Unauthenticated
from gatehouse.edge.http import HttpRequest, bearer
from gatehouse.usecases.authenticate_manager import Presented

SERVICE_KEY: Final = "x-service-key"
PROJECT: Final = "x-gatehouse-project"


def presented(request: HttpRequest, *, origin: str) -> Presented:
    """Return the one credential of a request, and the project that it names beside it.

    A service app's key may come in a header of its own, alone. API Gateway joins a repeated
    header by a comma, which is in no key and no project's id.

    Raises:
        Unauthenticated: There is none, or more than one.
    """
    key = request.headers.get(SERVICE_KEY)
    if key is not None and "authorization" in request.headers:
        raise Unauthenticated
    if key is not None and not key.startswith("gsa_"):
        raise Unauthenticated
    return Presented(
        credential=bearer(request) if key is None else key,
        origin=origin,
        project_id=request.headers.get(PROJECT),
    )
