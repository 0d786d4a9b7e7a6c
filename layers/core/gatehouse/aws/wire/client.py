"""Signed requests to one service, repeated where that helps."""

import random
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Final
from urllib.parse import quote

from gatehouse.aws.wire import container
from gatehouse.aws.wire.answers import Answer
from gatehouse.aws.wire.connection import Pool, Sent, TlsContext
from gatehouse.aws.wire.credentials import CredentialSource, Expiring
from gatehouse.aws.wire.endpoints import Endpoint, Patience, endpoint_of, region_of
from gatehouse.aws.wire.errors import NotSent, Refused, WireError
from gatehouse.aws.wire.retries import Retries
from gatehouse.aws.wire.sigv4 import Header, Signer

_ENDED: Final = frozenset({"ExpiredToken", "ExpiredTokenException"})
_UNSIGNED: Final = (("User-Agent", "gatehouse"), ("Accept-Encoding", "identity"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all clients of an instance share. `clock` returns epoch seconds."""

    environ: Mapping[str, str]
    clock: Callable[[], float]
    credentials: CredentialSource
    tls: TlsContext
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random


def surroundings(environ: Mapping[str, str], clock: Callable[[], float]) -> Surroundings:
    """Build them from the environment."""

    @cache
    def tls() -> ssl.SSLContext:
        return ssl.create_default_context(cafile=environ.get("AWS_CA_BUNDLE"))

    def fetch() -> Expiring:
        return container.fetch(environ, tls=tls, clock=clock)

    credentials = CredentialSource(environ, fetch=fetch, clock=clock)
    return Surroundings(environ=environ, clock=clock, credentials=credentials, tls=tls)


class ServiceClient:
    """Posts to one service. `service` is its name both in hosts and in signatures."""

    def __init__(self, service: str, patience: Patience, around: Surroundings) -> None:
        self._service = service
        self.endpoint: Endpoint = endpoint_of(service, around.environ)
        if self.endpoint.is_secure:
            around.tls()  # while the instance starts, when Lambda lends it more CPU
        self._around = around
        # Of the services that are called here, Lambda alone does anything with a trace.
        self._is_traced = service == "lambda" and "AWS_LAMBDA_FUNCTION_NAME" in around.environ
        self._signer = Signer(service, region_of(around.environ))
        self._pool = Pool(self.endpoint, patience, tls=around.tls, clock=around.clock)
        self._retries = Retries(
            attempts=patience.attempts, sleep=around.sleep, random=around.random
        )

    def post(
        self,
        path: str,
        headers: Sequence[Header],
        body: bytes,
        *,
        read: Callable[[Answer], dict[str, object]],
        is_repeatable: bool = True,
    ) -> dict[str, object]:
        """Send `body` and return what `read` makes of the answer; it raises `Refused` itself.

        What must not be done twice is tried once.
        """
        return self.begin(path, headers, body, read=read, is_repeatable=is_repeatable)()

    def begin(
        self,
        path: str,
        headers: Sequence[Header],
        body: bytes,
        *,
        read: Callable[[Answer], dict[str, object]],
        is_repeatable: bool = True,
    ) -> Callable[[], dict[str, object]]:
        """Send `body` and return what waits for the answer, with whatever `post` would raise.

        It must be called; until then other requests may be sent, to be answered at the same time.
        """

        def send() -> Sent:
            return self._pool.begin(self._request(self.endpoint.prefix + path, headers, body))

        first: Sent | WireError | None
        try:
            first = send()
        except WireError as error:  # which counts as the first attempt's
            first = error

        def once() -> dict[str, object]:
            nonlocal first
            begun, first = first, None
            if isinstance(begun, WireError):
                raise begun
            return read(self._pool.finish(begun or send(), is_repeatable=is_repeatable))

        return partial(self._finished, once, is_repeatable=is_repeatable)

    def _finished(
        self, once: Callable[[], dict[str, object]], *, is_repeatable: bool
    ) -> dict[str, object]:
        try:
            return self._retries.run(once) if is_repeatable else once()
        except WireError as error:
            error.service = self._service
            if isinstance(error, Refused) and error.code in _ENDED:
                self._around.credentials.forget()
            raise

    def _request(self, path: str, headers: Sequence[Header], body: bytes) -> bytes:
        """Write the request, signed for this moment."""
        signed = self._signer.signed(
            "POST",
            path,
            [("Host", self.endpoint.authority), *headers],
            body,
            credentials=self._around.credentials.get(),
            now=int(self._around.clock()),
        )
        sent = [*signed, *_UNSIGNED, ("Content-Length", str(len(body)))]
        if self._is_traced and (trace := self._around.environ.get("_X_AMZN_TRACE_ID")):
            sent.append(_trace_header(trace))
        lines = [f"POST {path} HTTP/1.1", *map(": ".join, sent)]
        head = "\r\n".join(lines)
        if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1:
            raise NotSent("A header is more than one line")
        try:
            return head.encode("ascii") + b"\r\n\r\n" + body
        except UnicodeError as error:
            raise NotSent("A header is not ASCII") from error


@lru_cache(maxsize=8)
def _trace_header(trace: str) -> Header:
    """Return what tells Lambda which call this one comes of; it ends loops and draws traces.

    It is as botocore writes it, and the same in all requests of an invocation.
    """
    return ("X-Amzn-Trace-Id", quote(trace, safe="-=;:+&[]{}\"',"))


def refusal(answer: Answer, code: object, document: Mapping[str, object]) -> WireError:
    """Return what an answer with an error means; `document` has more members, if any."""
    # Codes come as `com.amazonaws.kms#Code` and as `Code:http://...`, or not at all.
    named = str(code or answer.status).partition(":")[0].rpartition("#")[2]
    message = document.get("message") or document.get("Message") or ""
    response = {
        **document,
        "Error": {"Code": named, "Message": message},
        "ResponseMetadata": metadata(answer),
    }
    return Refused(named, answer.status, response)


def metadata(answer: Answer) -> dict[str, object]:
    """Return what botocore says of an answer."""
    return {
        "RequestId": answer.headers.get("x-amzn-requestid", ""),
        "HTTPStatusCode": answer.status,
        "HTTPHeaders": answer.headers,
        "RetryAttempts": 0,
    }
