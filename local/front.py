"""The HTTP API's door on 127.0.0.1: routes of the deployed API, events as AWS writes them.

MiniStack serves HTTP APIs too, by host name, but it answers OPTIONS itself, knows no cookies, no
true source address or domain, and shows the text of unhandled exceptions. So the front reads the
deployed routes from it and calls the functions through Lambda's Invoke, as API Gateway does.
"""

import json
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from botocore.exceptions import BotoCoreError, ClientError

from local import payload
from local.aws import LocalAws

MAX_BODY = 10 * 1024 * 1024
MAX_HEADERS = 10_240
"""API Gateway's limits in bytes: the body, and the request line with all headers."""


class Server(ThreadingHTTPServer):
    """A server for bursts (with the default of 5 a sixth client at once waits a second)."""

    request_queue_size = 128
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Say nothing of a client that went away."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class Front:
    """Serves one deployed HTTP API on `port` of 127.0.0.1.

    The port is taken at once, because its URL is a parameter of the deployment; requests are
    answered from `start` on.
    """

    def __init__(self, aws: LocalAws, port: int) -> None:
        self.aws, self.api_id = aws, ""
        self.routes: tuple[payload.Route, ...] = ()
        handler = type("Handler", (_Handler,), {"front": self})
        self.server = Server(("127.0.0.1", port), handler)
        self.hosts = {f"{name}:{self.port}" for name in ("127.0.0.1", "localhost")}

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server.server_address[1])

    @property
    def url(self) -> str:
        """The origin that clients use."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, api_id: str) -> None:
        """Read which function each route of the deployed API leads to, and serve in a thread."""
        self.api_id, self.lambda_ = api_id, self.aws.client("lambda")
        api = self.aws.client("apigatewayv2")
        functions = {
            i["IntegrationId"]: i["IntegrationUri"].split("function:")[1].partition("/")[0]
            for i in api.get_integrations(ApiId=self.api_id)["Items"]
        }
        self.routes = tuple(
            payload.Route(key=r["RouteKey"], function=functions[r["Target"].rpartition("/")[2]])
            for r in api.get_routes(ApiId=self.api_id)["Items"]
        )
        threading.Thread(target=self.server.serve_forever, args=(0.1,), daemon=True).start()

    def stop(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()

    def handle(self, request: payload.Request) -> payload.Answer:
        """Answer one request."""
        hosts = [value for name, value in request.headers if name.lower() == "host"]
        if len(hosts) != 1 or hosts[0].lower() not in self.hosts:
            return payload.refusal(403, "Forbidden")  # as for a domain that AWS does not know
        path = payload.decoded(request.target.partition("?")[0])
        chosen = payload.choose(self.routes, request.method, path)
        if chosen is None:
            return payload.refusal(404, "Not Found")
        route, parameters = chosen
        event = payload.event(
            request,
            route,
            parameters,
            api_id=self.api_id,
            domain=hosts[0].lower().partition(":")[0],
            port=self.port,
        )
        return self.invoke(route.function, event)

    def invoke(self, function: str, event: payload.Json) -> payload.Answer:
        """Call a function and read its answer; what went wrong in it stays in its log."""
        try:
            ran = self.lambda_.invoke(FunctionName=function, Payload=json.dumps(event))
        except ClientError as error:
            throttled = error.response["Error"]["Code"] == "TooManyRequestsException"
            return UNAVAILABLE if throttled else FAILED
        except BotoCoreError:  # the local AWS is being started again
            return UNAVAILABLE
        result = ran["Payload"].read()
        if ran.get("FunctionError"):
            return FAILED
        return payload.answer(json.loads(result))


FAILED = payload.refusal(500, "Internal Server Error")
UNAVAILABLE = payload.refusal(503, "Service Unavailable")


class _Handler(BaseHTTPRequestHandler):
    front: ClassVar[Front]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 75  # seconds that an idle connection is kept

    def log_message(self, *_: Any) -> None:  # noqa: ANN401
        """Stay silent: request lines may name members."""

    def answer(self) -> None:
        """Read one request, answer it."""
        answer = self._answer()
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.status != HTTPStatus.NO_CONTENT:
            self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD" and answer.status != HTTPStatus.NO_CONTENT:
            self.wfile.write(answer.body)

    def _answer(self) -> payload.Answer:
        headers = tuple(self.headers.items())
        if len(self.requestline) + sum(len(n) + len(v) + 4 for n, v in headers) > MAX_HEADERS:
            self.close_connection = True
            return payload.refusal(431, "Request Header Fields Too Large")
        try:
            body = self._body()
        except ValueError:
            self.close_connection = True
            return payload.refusal(400, "Bad Request")
        if body is None:
            self.close_connection = True
            return payload.refusal(413, "Request Entity Too Large")
        return self.front.handle(
            payload.Request(
                method=self.command,
                target=self.path,
                headers=headers,
                body=body,
                source_ip=str(self.client_address[0]),
            )
        )

    def _body(self) -> bytes | None:
        """Read the body; None when it is too large."""
        if "transfer-encoding" in self.headers:
            return self._chunks()
        length = int(self.headers.get("content-length", "0"))
        return None if length > MAX_BODY else self.rfile.read(max(length, 0))

    def _chunks(self) -> bytes | None:
        body = b""
        while size := int(self.rfile.readline(64).partition(b";")[0].strip() or b"0", 16):
            if len(body) + size > MAX_BODY:
                return None
            body += self.rfile.read(size)
            self.rfile.readline(64)
        while self.rfile.readline(MAX_HEADERS).strip():
            pass  # trailers
        return body

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = answer  # noqa: N815
