"""For FastAPI, and for any Starlette application.

    Gatehouse = Annotated[VerifiedRequest, Depends(verified(RequestVerifier(PROJECT, SECRET)))]

    @app.post("/v1/contacts/lookup")
    async def lookup(request: Gatehouse, body: Lookup) -> Contact: ...

In plain Starlette, `await verified(verifier)(request)` does the same.
"""

from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from gatehouse_client._refusals import refusal
from gatehouse_client.errors import InvalidSignature, RawTargetUnavailable, ReplaysUnavailable
from gatehouse_client.signatures import RequestVerifier, VerifiedRequest


def verified(verifier: RequestVerifier) -> Callable[[Request], Awaitable[VerifiedRequest]]:
    """Return a dependency that lets proven requests through; others get 401 (or 503).

    It raises `RawTargetUnavailable` under a server that gives no `raw_path`.
    """

    async def dependency(request: Request) -> VerifiedRequest:
        body = await request.body()
        try:
            # In a thread, because a store of request ids may wait for a network.
            return await run_in_threadpool(
                verifier.verify,
                method=request.method,
                target=_target(request),
                headers=[
                    (name.decode("latin-1"), value.decode("latin-1"))
                    for name, value in request.headers.raw
                ],
                body=body,
            )
        except (InvalidSignature, ReplaysUnavailable) as error:
            status, detail, headers = refusal(error)
            raise HTTPException(status, detail, headers) from error

    return dependency


def _target(request: Request) -> str:
    """Return path and query as sent; `scope["path"]` will not do, since it is decoded."""
    path: bytes | None = request.scope.get("raw_path")
    if not path:
        raise RawTargetUnavailable("this ASGI server gives no raw_path; uvicorn and others do")
    query: bytes = request.scope["query_string"]
    return (path + b"?" + query if query else path).decode("latin-1")
