"""For Flask.

@app.post("/v1/contacts/lookup")
@verified(RequestVerifier(PROJECT, SECRET))
def lookup(request: VerifiedRequest): ...
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias

from flask import current_app, jsonify, request
from flask.typing import ResponseReturnValue

from gatehouse_client._refusals import refusal
from gatehouse_client.errors import InvalidSignature, RawTargetUnavailable, ReplaysUnavailable
from gatehouse_client.signatures import RequestVerifier, VerifiedRequest

P = ParamSpec("P")
View: TypeAlias = Callable[Concatenate[VerifiedRequest, P], Any]


def verified(verifier: RequestVerifier) -> Callable[[View[P]], Callable[P, ResponseReturnValue]]:
    """Return a decorator: the view is called with the proven request; others get 401 (or 503).

    It raises `RawTargetUnavailable` under a server that gives neither REQUEST_URI nor RAW_URI.
    """

    def decorate(view: View[P]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def checked(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            try:
                proven = verifier.verify(
                    method=request.method,
                    target=_target(),
                    headers=list(request.headers.items()),
                    body=request.get_data(),
                )
            except (InvalidSignature, ReplaysUnavailable) as error:
                status, detail, headers = refusal(error)
                return jsonify(detail=detail), status, headers
            answer: ResponseReturnValue = current_app.ensure_sync(view)(proven, *args, **kwargs)
            return answer

        return checked

    return decorate


def _target() -> str:
    """Return path and query as sent; PATH_INFO will not do, since WSGI decodes it."""
    for name in ("REQUEST_URI", "RAW_URI"):
        if target := request.environ.get(name):
            return str(target)
    raise RawTargetUnavailable("this WSGI server gives neither REQUEST_URI nor RAW_URI")
