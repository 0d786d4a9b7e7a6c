"""The guarded client against real connections on 127.0.0.1."""

import gzip
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gatehouse.domain.requests import OutboundRequest
from gatehouse.domain.upstreams import Destination
from gatehouse.net.addresses import AddressPolicy
from gatehouse.net.bodies import MAX_BODY
from gatehouse.net.client import GuardedClient
from gatehouse.net.streams import KEEP_ALIVE_SECONDS, Stream
from gatehouse.ports.upstreams import UpstreamUncertain, UpstreamUnreachable
from tests.unit.net.server import Server, answering, serving

LOCAL = AddressPolicy(allow_local_http=True)
MADE: list[GuardedClient] = []


def made(policy: AddressPolicy, **parts: Any) -> GuardedClient:
    MADE.append(GuardedClient(policy, **parts))
    return MADE[-1]


@pytest.fixture(autouse=True)
def _no_connection_is_left_open() -> Iterator[None]:
    yield
    while MADE:
        MADE.pop().close()


def request(server: Server, **changes: object) -> OutboundRequest:
    fields: dict[str, object] = {
        "method": "GET",
        "origin": server.origin,
        "target": "/x",
        "headers": (),
        "body": b"",
    }
    return OutboundRequest(**(fields | changes))  # type: ignore[arg-type]


def test_what_is_sent_is_what_was_rendered() -> None:
    with serving(answering()) as server:
        answer = made(LOCAL).send(
            request(
                server,
                method="POST",
                target="/a%2Fb/%C3%A9/..%2F;x?q=%20+&q=[]",
                headers=(("X-One", "1"), ("Content-Type", "application/json")),
                body=b'{"a":1}',
            ),
            timeout_seconds=5,
        )
    assert (answer.status, answer.body, answer.truncated) == (200, b"ok", False)
    assert server.heads == [
        (
            "POST /a%2Fb/%C3%A9/..%2F;x?q=%20+&q=[] HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{server.port}\r\n"
            "Accept-Encoding: gzip\r\n"
            "X-One: 1\r\n"
            "Content-Type: application/json\r\n"
            "Content-Length: 7\r\n\r\n"
            '{"a":1}'
        ).encode()
    ]


def test_a_connection_serves_several_calls() -> None:
    with serving(answering()) as server:
        client = made(LOCAL)
        for _ in range(3):
            client.send(request(server), timeout_seconds=5)
    assert (len(server.heads), server.connections) == (3, 1)


def test_a_connection_that_the_server_closed_is_not_used_again() -> None:
    def talk_and_close(connection: socket.socket, head: bytes) -> None:
        answering()(connection, head)
        connection.shutdown(socket.SHUT_RDWR)

    with serving(talk_and_close) as server:
        client = made(LOCAL)
        for _ in range(2):
            assert client.send(request(server), timeout_seconds=5).status == 200
            time.sleep(0.05)
    assert server.connections == 2


def test_a_connection_that_was_idle_too_long_is_not_used_again() -> None:
    now = [0.0]
    with serving(answering()) as server:
        client = made(LOCAL, monotonic=lambda: now[0])
        for now[0] in (0.0, KEEP_ALIVE_SECONDS, 3 * KEEP_ALIVE_SECONDS):
            client.send(request(server), timeout_seconds=5)
    assert server.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nno",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlong",
    ],
)
def test_a_connection_whose_state_is_in_doubt_serves_no_other_call(answer: bytes) -> None:
    with serving(lambda connection, _: connection.sendall(answer)) as server:
        client = made(LOCAL)
        for _ in range(2):
            found = client.send(request(server), timeout_seconds=5, max_bytes=2)
            assert found.body in {b"ok", b"", b"lo"}
    assert server.connections == 2


def test_each_origin_has_connections_of_its_own() -> None:
    with serving(answering(body=b"one")) as one, serving(answering(body=b"two")) as two:
        client = made(LOCAL)
        bodies = [client.send(request(s), timeout_seconds=5).body for s in (one, two, one, two)]
    assert bodies == [b"one", b"two"] * 2
    assert (one.connections, two.connections) == (1, 1)


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with serving(answering("302 Found", b"", "Location: http://169.254.169.254/")) as server:
        answer = made(LOCAL).send(request(server), timeout_seconds=5)
    assert answer.status == 302
    assert len(server.heads) == 1


def test_the_environments_proxies_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(answering()) as server:
        assert made(LOCAL).send(request(server), timeout_seconds=5).status == 200


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_an_answer_may_have_no_body(status: str) -> None:
    def talk(connection: socket.socket, _head: bytes) -> None:
        connection.sendall(f"HTTP/1.1 {status}\r\n\r\n".encode())

    with serving(talk) as server:
        assert made(LOCAL).send(request(server), timeout_seconds=5).body == b""


# --- bodies -------------------------------------------------------------------------------------


def test_a_body_of_100_mb_is_cut_and_the_rest_is_not_read() -> None:
    sent = 0

    def talk(connection: socket.socket, _head: bytes) -> None:
        nonlocal sent
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        for _ in range(100):
            connection.sendall(b"x" * 1_000_000)
            sent += 1

    with serving(talk) as server:
        answer = made(LOCAL).send(request(server), timeout_seconds=10)
    assert (len(answer.body), answer.truncated) == (MAX_BODY, True)
    assert sent < 50


def test_a_gzip_bomb_is_cut() -> None:
    bomb = gzip.compress(b"\0" * 300_000_000, compresslevel=1)
    assert len(bomb) < MAX_BODY
    with serving(answering("200 OK", bomb, "Content-Encoding: gzip")) as server:
        answer = made(LOCAL).send(request(server), timeout_seconds=10)
    assert (len(answer.body), answer.truncated) == (MAX_BODY, True)


def test_a_tool_may_take_less() -> None:
    packed = gzip.compress(b"x" * 5000)
    for body, headers in ((b"x" * 5000, ()), (packed, ("Content-Encoding: gzip",))):
        with serving(answering("200 OK", body, *headers)) as server:
            answer = made(LOCAL).send(request(server), timeout_seconds=5, max_bytes=2000)
        assert (answer.body, answer.truncated) == (b"x" * 2000, True)


def test_nobody_may_take_more_than_can_be_handed_on() -> None:
    with serving(answering("200 OK", b"x" * (MAX_BODY + 1))) as server:
        answer = made(LOCAL).send(request(server), timeout_seconds=10, max_bytes=10**9)
    assert (len(answer.body), answer.truncated) == (MAX_BODY, True)


DATE = "Date: Sun, 06 Nov 1994 08:49:37 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ([], None),
        (["Retry-After: 7"], 7),
        (["Retry-After: 0"], 0),
        ([DATE, "Retry-After: Sun, 06 Nov 1994 08:50:07 GMT"], 30),
        ([DATE, "Retry-After: Sun, 06 Nov 1994 08:49:07 GMT"], 0),
        (["Retry-After: Sun, 06 Nov 1994 08:50:07 GMT"], None),
        (["Retry-After: soon"], None),
        (["Retry-After: -1"], None),
        (["Retry-After: 1e9"], None),
        (["Retry-After: 99999999999999999999"], None),
    ],
)
def test_an_answer_may_ask_for_a_pause(headers: list[str], seconds: int | None) -> None:
    with serving(answering("503 Service Unavailable", b"", *headers)) as server:
        answer = made(LOCAL).send(request(server), timeout_seconds=5)
    assert answer.retry_after == seconds


def test_gzip_is_unpacked() -> None:
    packed = gzip.compress(b"hello")
    with serving(
        answering("200 OK", packed, "Content-Encoding: GZIP", "Content-Type: text/plain")
    ) as server:
        answer = made(LOCAL).send(request(server), timeout_seconds=5)
    assert (answer.body, answer.content_type) == (b"hello", "text/plain")


def test_an_encoding_that_was_not_asked_for_is_kept_as_bytes() -> None:
    with serving(
        answering("200 OK", b"\x1b", "Content-Encoding: br", "Content-Type: application/json")
    ) as server:
        answer = made(LOCAL).send(request(server), timeout_seconds=5)
    assert (answer.body, answer.content_type) == (b"\x1b", "application/octet-stream")


@pytest.mark.parametrize("body", [b"not gzip", gzip.compress(b"hello" * 99)[:-9]])
def test_gzip_that_is_none_leaves_the_outcome_uncertain(body: bytes) -> None:
    with (
        serving(answering("200 OK", body, "Content-Encoding: gzip")) as server,
        pytest.raises(UpstreamUncertain),
    ):
        made(LOCAL).send(request(server), timeout_seconds=5)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("text/plain", "text/plain"),
        ("x" * 300, "application/octet-stream"),
        ("é", "application/octet-stream"),
    ],
)
def test_only_a_plain_content_type_is_passed_on(sent: str, read: str) -> None:
    def talk(connection: socket.socket, _head: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Type: {sent}\r\n\r\n"
        connection.sendall(head.encode("latin-1"))

    with serving(talk) as server:
        assert made(LOCAL).send(request(server), timeout_seconds=5).content_type == read


# --- time ---------------------------------------------------------------------------------------


def drip_head(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(200):
        connection.sendall(f"X-{number}: x\r\n".encode())
        time.sleep(0.05)


def drip_body(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(200):
        connection.sendall(b"x")
        time.sleep(0.05)


def only_interim_answers(connection: socket.socket) -> None:
    for _ in range(200):
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        time.sleep(0.05)


def silence(_connection: socket.socket) -> None:
    time.sleep(10)


@pytest.mark.parametrize("speak", [drip_head, drip_body, only_interim_answers, silence])
def test_a_slow_answer_ends_at_the_deadline_and_is_uncertain(
    speak: Callable[[socket.socket], None],
) -> None:
    with serving(lambda connection, _: speak(connection)) as server:
        began = time.monotonic()
        with pytest.raises(UpstreamUncertain, match="in time"):
            made(LOCAL).send(request(server), timeout_seconds=0.4)
        assert time.monotonic() - began < 1.5


def test_a_server_that_does_not_read_is_given_up_at_the_deadline() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    server = Server(port=listener.getsockname()[1])
    began = time.monotonic()
    with listener, pytest.raises(UpstreamUncertain):
        made(LOCAL).send(
            request(server, method="POST", body=b"x" * 20_000_000), timeout_seconds=0.4
        )
    assert time.monotonic() - began < 1.5


def test_a_resolver_that_hangs_is_given_up_before_anything_is_sent() -> None:
    ended = threading.Event()

    def resolve(_host: str, _port: int) -> list[str]:
        ended.wait(5)
        return []

    began = time.monotonic()
    try:
        with pytest.raises(UpstreamUnreachable):
            made(LOCAL, resolve=resolve).send(
                request(Server(port=9), origin="https://slow.example"), timeout_seconds=0.3
            )
    finally:
        ended.set()
    assert time.monotonic() - began < 1.5


# --- what was sent, and what not ----------------------------------------------------------------


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_refused_connection_means_that_nothing_was_sent() -> None:
    with pytest.raises(UpstreamUnreachable):
        made(LOCAL).send(request(Server(port=free_port())), timeout_seconds=5)


def test_an_unknown_name_means_that_nothing_was_sent() -> None:
    def resolve(_host: str, _port: int) -> list[str]:
        raise socket.gaierror

    with pytest.raises(UpstreamUnreachable):
        made(LOCAL, resolve=resolve).send(
            request(Server(port=9), origin="https://nowhere.example"), timeout_seconds=5
        )


@pytest.mark.parametrize(
    "changes",
    [
        *(
            {"headers": (header,)}
            for header in [
                ("X-A", "a\r\nX-B: b"),
                ("X-A", "a\nX-B: b"),
                ("X-A", "a\r\n\r\nGET / HTTP/1.1\r\nHost: b"),
                ("X-A", "a\0"),
                ("X-A", "\u00e9"),
                ("X-A", " a"),
                ("X A", "a"),
                ("", "a"),
                ("X-A:", "a"),
                ("host", "other.example"),
                ("Transfer-Encoding", "chunked"),
                ("CONTENT-LENGTH", "3"),
                ("Connection", "keep-alive, X-A"),
            ]
        ),
        {"target": "/ HTTP/1.1\r\nX: "},
        {"target": "/a b"},
        {"target": "/\u00e9"},
        {"target": ""},
        {"method": "GET / HTTP/1.1\r\nX:"},
    ],
)
def test_a_request_that_is_not_http_is_not_sent(changes: dict[str, object]) -> None:
    with serving(answering()) as server:
        with pytest.raises(UpstreamUnreachable):
            made(LOCAL).send(request(server, **changes), timeout_seconds=5)
        assert server.connections == 0


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def reset_in_body(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nxxx")
    time.sleep(0.05)
    reset(connection)


def end_in_body(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nxxx")
    connection.shutdown(socket.SHUT_RDWR)


def nonsense(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")


def switch_protocols(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")


def endless_head(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000)


@pytest.mark.parametrize(
    "speak", [reset, reset_in_body, end_in_body, nonsense, switch_protocols, endless_head]
)
def test_what_breaks_after_the_request_is_uncertain(
    speak: Callable[[socket.socket], None],
) -> None:
    with (
        serving(lambda connection, _: speak(connection)) as server,
        pytest.raises(UpstreamUncertain),
    ):
        made(LOCAL).send(request(server), timeout_seconds=5)


def test_an_early_refusal_of_a_large_body_is_still_an_answer() -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def refuse() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1_000_000):
                pass

    threading.Thread(target=refuse, daemon=True).start()
    server = Server(port=listener.getsockname()[1])
    with listener:
        answer = made(LOCAL).send(
            request(server, method="POST", body=b"x" * 3_000_000), timeout_seconds=5
        )
    assert answer.status == 413


def test_a_connection_that_did_not_take_the_whole_request_serves_no_other_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Stream, "is_quiet", lambda _: True)
    there = LOCAL.destination("http://127.0.0.1:9000")
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.sendall(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
        theirs.shutdown(socket.SHUT_RD)
        client = made(LOCAL)
        client._idle.keep(Stream(there, ours))
        answer = client.send(request(Server(port=9000), body=b"x"), timeout_seconds=5)
        assert answer.status == 413
        assert client._idle.take(there) is None


# --- addresses ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "origin"),
    [
        (AddressPolicy(), "http://127.0.0.1:{port}"),
        (LOCAL, "http://localhost:{port}"),
        (LOCAL, "http://127.0.0.2:{port}"),
        (LOCAL, "http://127.1:{port}"),
        (LOCAL, "http://0x7f000001:{port}"),
        (LOCAL, "http://[::1]:{port}"),
        (LOCAL, "https://127.0.0.1:{port}"),
        (LOCAL, "https://localhost:{port}"),
        (LOCAL, "https://2130706433:{port}"),
        (LOCAL, "https://[::ffff:127.0.0.1]:{port}"),
        (LOCAL, "https://user@127.0.0.1:{port}"),
        (LOCAL, "HTTP://127.0.0.1:{port}"),
    ],
)
def test_this_machine_is_not_reached_by_any_spelling(policy: AddressPolicy, origin: str) -> None:
    with serving(answering()) as server:
        spelled = origin.format(port=server.port)
        with pytest.raises(UpstreamUnreachable):
            made(policy).send(request(server, origin=spelled), timeout_seconds=2)
    assert server.connections == 0


def test_the_runtime_api_is_not_reached_even_where_local_http_is_allowed() -> None:
    with serving(answering()) as server:
        policy = AddressPolicy(allow_local_http=True, closed_ports=frozenset({server.port}))
        with pytest.raises(UpstreamUnreachable):
            made(policy).send(request(server), timeout_seconds=2)
    assert server.connections == 0


def test_one_inner_address_among_public_ones_is_enough_to_refuse() -> None:
    with serving(answering()) as server:
        client = made(AddressPolicy(), resolve=lambda _host, _port: ["93.184.215.14", "127.0.0.1"])
        with pytest.raises(UpstreamUnreachable, match="not public"):
            client.send(
                request(server, origin=f"https://two.example:{server.port}"), timeout_seconds=2
            )
    assert server.connections == 0


class Anywhere(AddressPolicy):
    """Lets tests reach a TLS server on 127.0.0.1."""

    def judge(self, there: Destination, addresses: list[str]) -> None:
        """Judge nothing."""


# --- TLS ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for api.example.com, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "api.example.com")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("api.example.com"), x509.IPAddress(ip_address("127.0.0.2"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def tls_server(
    certificate: Path, names: list[str | None]
) -> Callable[[socket.socket], socket.socket]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    return lambda connection: context.wrap_socket(connection, server_side=True)


def trusting(certificate: Path) -> Callable[[], ssl.SSLContext]:
    return lambda: ssl.create_default_context(cafile=str(certificate))


def test_the_connection_goes_to_the_checked_address_under_the_name(certificate: Path) -> None:
    resolved: list[str] = []
    names: list[str | None] = []

    def resolve(host: str, _port: int) -> list[str]:
        resolved.append(host)
        return ["127.0.0.1"]

    with serving(answering(), wrap=tls_server(certificate, names)) as server:
        client = made(Anywhere(), resolve=resolve, tls=trusting(certificate))
        for _ in range(2):
            origin = f"https://api.example.com:{server.port}"
            assert client.send(request(server, origin=origin), timeout_seconds=5).status == 200
    assert resolved == names == ["api.example.com"]
    assert f"Host: api.example.com:{server.port}\r\n".encode() in server.heads[0]


def test_a_certificate_that_nobody_vouches_for_means_that_nothing_was_sent(
    certificate: Path,
) -> None:
    with serving(answering(), wrap=tls_server(certificate, [])) as server:
        client = made(Anywhere(), resolve=lambda *_: ["127.0.0.1"])
        with pytest.raises(UpstreamUnreachable, match="certificate"):
            client.send(
                request(server, origin=f"https://api.example.com:{server.port}"), timeout_seconds=5
            )
    assert server.heads == []


def test_a_certificate_for_another_name_means_that_nothing_was_sent(certificate: Path) -> None:
    with serving(answering(), wrap=tls_server(certificate, [])) as server:
        client = made(Anywhere(), resolve=lambda *_: ["127.0.0.1"], tls=trusting(certificate))
        with pytest.raises(UpstreamUnreachable, match="certificate"):
            client.send(
                request(server, origin=f"https://other.example.com:{server.port}"),
                timeout_seconds=5,
            )
    assert server.heads == []


def test_a_server_without_tls_means_that_nothing_was_sent() -> None:
    with serving(answering()) as server:
        client = made(Anywhere(), resolve=lambda *_: ["127.0.0.1"])
        listener_origin = f"https://api.example.com:{server.port}"
        with pytest.raises(UpstreamUnreachable):
            client.send(request(server, origin=listener_origin), timeout_seconds=0.5)


def test_a_handshake_that_drags_on_is_given_up() -> None:
    def hold(connection: socket.socket) -> socket.socket:
        time.sleep(3)
        return connection

    with serving(answering(), wrap=hold) as server:
        began = time.monotonic()
        client = made(Anywhere(), resolve=lambda *_: ["127.0.0.1"])
        with pytest.raises(UpstreamUnreachable, match="in time"):
            client.send(
                request(server, origin=f"https://api.example.com:{server.port}"),
                timeout_seconds=0.4,
            )
        assert time.monotonic() - began < 1.5
