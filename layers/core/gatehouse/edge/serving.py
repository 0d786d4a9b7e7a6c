"""The way of every HTTP request through a function: read, answer or refuse, log one line."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from gatehouse.domain.errors import GatehouseError
from gatehouse.edge import log
from gatehouse.edge.cors import with_cors
from gatehouse.edge.http import (
    MAX_BODY,
    HttpRequest,
    HttpResponse,
    LambdaAnswer,
    lambda_answer,
    read_request,
)
from gatehouse.edge.problem import bare, problem, unexpected


def _uncounted(_request: HttpRequest, error: GatehouseError) -> GatehouseError:
    return error


@dataclass(frozen=True, slots=True, kw_only=True)
class Serve:
    """What one function's requests have in common; nothing that goes wrong leaves it.

    `failures` may answer another refusal than the one that `answer` raised.

    `allowed_hosts` are the domains that requests may name; none means every one that the API has.

    `refuse` and `fail` write refusals and surprises in the function's own format; both are given
    the request's id. `clock_ms` counts milliseconds, from any moment on.
    """

    answer: Callable[[HttpRequest], HttpResponse]
    new_request_id: Callable[[], str]
    clock_ms: Callable[[], int]
    allowed_origins: Callable[[], AbstractSet[str]]
    allowed_hosts: Callable[[], AbstractSet[str]] = frozenset
    refuse: Callable[[GatehouseError, str], HttpResponse] = problem
    fail: Callable[[str], HttpResponse] = unexpected
    max_body: int = MAX_BODY
    failures: Callable[[HttpRequest, GatehouseError], GatehouseError] = _uncounted

    def __call__(self, event: Mapping[str, Any]) -> LambdaAnswer:
        """Serve one event of an HTTP API."""
        started = self.clock_ms()
        request_id = self.new_request_id()
        log.begin(request_id=request_id, route=str(event.get("routeKey")))
        try:
            response = self._response(event, request_id)
        except Exception as error:  # noqa: BLE001 - the last one before Lambda, which would tell it
            response = self._refused(error, request_id)
        log.finish(status=response.status, duration_ms=self.clock_ms() - started)
        return lambda_answer(response)

    def _response(self, event: Mapping[str, Any], request_id: str) -> HttpResponse:
        request = read_request(event, request_id=request_id, max_body=self.max_body)
        hosts = self.allowed_hosts()
        if hosts and request.domain.lower() not in hosts:
            return bare(HTTPStatus.MISDIRECTED_REQUEST, request_id, headers={})
        try:
            response = self._answered(request)
        except Exception as error:  # noqa: BLE001 - the page that asked may read this too
            response = self._refused(error, request_id)
        return with_cors(response, request, self.allowed_origins())

    def _answered(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.answer(request)
        except GatehouseError as error:
            counted = self.failures(request, error)
            if counted is error:
                raise
            raise counted from error

    def _refused(self, error: Exception, request_id: str) -> HttpResponse:
        if isinstance(error, GatehouseError):
            log.note_refusal(error)
            return self.refuse(error, request_id)
        log.note_surprise(error)
        return self.fail(request_id)
