"""What requests are signed with, as it comes, ends and is renewed."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.credentials import ContainerProvider

from gatehouse.aws.wire import container
from gatehouse.aws.wire.credentials import (
    ADVISORY_SECONDS,
    MANDATORY_SECONDS,
    RETRY_SECONDS,
    Credentials,
    CredentialSource,
    Expiring,
    read_fetched,
)
from gatehouse.aws.wire.endpoints import Patience
from gatehouse.aws.wire.errors import NoCredentials, Refused
from gatehouse.aws.wire.services import WireDynamoDb
from tests.samples import NOW
from tests.unit.net.server import Server, serving
from tests.unit.wire.ground import KEYS, Around, closing, failing, resetting, said, saying

URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
FAR = NOW + 10**9
"""After any day on which this runs: botocore has no clock to set."""
BY_ENDPOINT = {URI: "http://localhost/", "AWS_REGION": "eu-central-1"}


class Endpoint:
    """Gives credentials that end an hour later, numbered; or refuses."""

    def __init__(self) -> None:
        self.now = NOW
        self.asked = 0
        self.refuses = False
        self.source = CredentialSource(BY_ENDPOINT, fetch=self.fetch, clock=lambda: self.now)

    def fetch(self) -> Expiring:
        self.asked += 1
        if self.refuses:
            raise NoCredentials
        key = Credentials(access_key_id=str(self.asked), secret_access_key="s", session_token="t")
        return Expiring(credentials=key, expires_at=self.now + 3600)

    def get(self, after: int = 0) -> str:
        self.now = NOW + after
        return self.source.get().access_key_id


def document(number: int = 1, expires_at: int = NOW + 3600, **changes: object) -> bytes:
    expiration = datetime.fromtimestamp(expires_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    said = {
        "AccessKeyId": f"AKID{number}",
        "SecretAccessKey": "secret",
        "Token": "token",
        "Expiration": expiration,
    }
    return json.dumps({**said, **changes}).encode()


def response(body: bytes, status: int = 200) -> bytes:
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def fetched(environ: dict[str, str], pauses: list[float] | None = None) -> Expiring:
    return container.fetch(
        environ,
        tls=lambda: pytest.fail("there is no TLS here"),
        clock=lambda: NOW,
        sleep=(pauses if pauses is not None else []).append,
    )


# --- From the environment ---------------------------------------------------------------------


def test_the_environment_is_read_once_and_again_when_its_credentials_have_ended() -> None:
    environ = dict(KEYS)
    source = CredentialSource(environ, fetch=lambda: pytest.fail("asked"), clock=lambda: NOW)
    assert source.get() == Credentials(
        access_key_id="AKID", secret_access_key="secret", session_token="token"
    )
    environ |= {"AWS_ACCESS_KEY_ID": "NEXT"}
    del environ["AWS_SESSION_TOKEN"]
    assert source.get().access_key_id == "AKID"
    source.forget()
    assert (source.get().access_key_id, source.get().session_token) == ("NEXT", None)


@pytest.mark.parametrize("missing", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_half_of_a_pair_is_none(missing: str) -> None:
    environ = {name: value for name, value in KEYS.items() if name != missing}
    source = CredentialSource(environ, fetch=lambda: pytest.fail("asked"), clock=lambda: NOW)
    with pytest.raises(NoCredentials):
        source.get()


def test_without_any_source_there_are_none() -> None:
    source = CredentialSource({}, fetch=lambda: pytest.fail("asked"), clock=lambda: NOW)
    with pytest.raises(NoCredentials):
        source.get()


def test_without_credentials_nothing_is_sent() -> None:
    with serving(saying(said({}))) as server:
        client = WireDynamoDb(
            Patience(connect_seconds=1, read_seconds=1, attempts=3),
            Around(server.origin, environ={"AWS_REGION": "eu-central-1"})(),
        )
        with pytest.raises(NoCredentials):
            client.get_item(TableName="t", Key={"PK": {"S": "p"}})
        assert server.connections == 0


# --- In time ----------------------------------------------------------------------------------


def test_the_endpoint_is_asked_once_until_shortly_before_their_end() -> None:
    endpoint = Endpoint()
    last = 3600 - ADVISORY_SECONDS - 1
    assert [endpoint.get(after) for after in (0, 1, last)] == ["1"] * 3
    assert endpoint.get(last + 1) == "2"
    assert endpoint.asked == 2


def test_an_endpoint_that_refuses_ends_nothing_before_its_time() -> None:
    endpoint = Endpoint()
    endpoint.get()
    endpoint.refuses = True
    for after in (3600 - ADVISORY_SECONDS, 3600 - MANDATORY_SECONDS, 3599):
        assert endpoint.get(after) == "1"
    with pytest.raises(NoCredentials):
        endpoint.get(3600)
    endpoint.refuses = False
    assert endpoint.get(3600) == str(endpoint.asked)


def test_an_endpoint_that_refuses_is_left_alone_for_a_while() -> None:
    endpoint = Endpoint()
    endpoint.get()
    endpoint.refuses = True
    for step in range(RETRY_SECONDS):
        endpoint.get(3000 + step)
    assert endpoint.asked == 2
    endpoint.get(3000 + RETRY_SECONDS)
    assert endpoint.asked == 3


def test_while_one_renews_them_others_go_on_with_the_old() -> None:
    endpoint = Endpoint()
    endpoint.get()
    endpoint.now = NOW + 3600 - ADVISORY_SECONDS
    fetching, finish = threading.Event(), threading.Event()
    fetch = endpoint.fetch

    def slowly() -> Expiring:
        fetching.set()
        finish.wait(5)
        return fetch()

    endpoint.source._fetch = slowly
    renewing = threading.Thread(target=endpoint.source.get)
    renewing.start()
    assert fetching.wait(5)
    assert endpoint.source.get().access_key_id == "1"
    finish.set()
    renewing.join()
    assert endpoint.source.get().access_key_id == "2"


def test_who_comes_late_waits_for_the_one_that_renews_them() -> None:
    endpoint = Endpoint()
    got: list[str] = []
    threads = [
        threading.Thread(target=lambda: got.append(endpoint.source.get().access_key_id))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (got, endpoint.asked) == (["1"] * 8, 1)


def test_credentials_that_aws_calls_over_are_asked_for_anew() -> None:
    """A clock may be wrong, and so may the endpoint."""
    with (
        serving(saying(response(document(1)), response(document(2)))) as endpoint,
        serving(saying(failing("ExpiredTokenException"), said({"Item": {}}))) as aws,
    ):
        environ = {URI: f"{endpoint.origin}/c", "AWS_REGION": "eu-central-1"}
        client = WireDynamoDb(
            Patience(connect_seconds=1, read_seconds=1, attempts=3),
            Around(aws.origin, environ=environ)(),
        )
        with pytest.raises(Refused, match="ExpiredTokenException"):
            client.get_item(TableName="t", Key={"PK": {"S": "p"}})
        client.get_item(TableName="t", Key={"PK": {"S": "p"}})
        used = [next(k for k in ("AKID1", "AKID2") if k.encode() in head) for head in aws.heads]
        assert used == ["AKID1", "AKID2"]


def test_requests_are_signed_with_what_is_current() -> None:
    ends = (NOW + 1000, NOW + 9000)
    answers = [response(document(n, at)) for n, at in enumerate(ends, 1)]
    with serving(saying(*answers)) as endpoint, serving(saying(said({"Item": {}}))) as aws:
        environ = {URI: f"{endpoint.origin}/c", "AWS_REGION": "eu-central-1"}
        around = Around(aws.origin, environ=environ)
        client = WireDynamoDb(Patience(connect_seconds=1, read_seconds=1, attempts=1), around())
        for step in (0, 99, 100, 5000):
            around.now = NOW + step
            client.get_item(TableName="t", Key={"PK": {"S": "p"}})
        used = [next(k for k in ("AKID1", "AKID2") if k.encode() in head) for head in aws.heads]
        assert used == ["AKID1", "AKID1", "AKID2", "AKID2"]


# --- The endpoint -----------------------------------------------------------------------------


def test_the_endpoint_is_asked_as_botocore_asks_it(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("from-file")
    given = document(expires_at=FAR)
    with serving(saying(response(given))) as server:
        environ = {URI: f"{server.origin}/2021-08-25/credentials?v=1", TOKEN: "from-variable"}
        for more in ({}, {TOKEN_FILE: str(file)}):
            assert fetched(environ | more) == read_fetched(given)
            theirs: Any = ContainerProvider(environ=environ | more).load()
            assert theirs.get_frozen_credentials().access_key == "AKID1"
            assert line_and_token(server.heads[-2]) == line_and_token(server.heads[-1])
        assert line_and_token(server.heads[-1])[1] == b"authorization: from-file"


def line_and_token(head: bytes) -> tuple[bytes, bytes]:
    lines = head.split(b"\r\n")
    token = next(each for each in lines if each.lower().startswith(b"authorization:"))
    name, _, value = token.partition(b":")
    return lines[0], name.lower() + b":" + value


@pytest.mark.parametrize("failure", [response(b"{}", 500), response(b"", 403), closing, resetting])
def test_an_endpoint_that_stumbles_is_asked_again(failure: Any) -> None:
    pauses: list[float] = []
    with serving(saying(failure, failure, response(document()))) as server:
        assert fetched({URI: server.origin}, pauses).credentials.access_key_id == "AKID1"
    assert len(pauses) == 2


def test_an_endpoint_that_keeps_refusing_is_given_up() -> None:
    with serving(saying(response(b"no", 500))) as server:
        with pytest.raises(NoCredentials):
            fetched({URI: server.origin})
        assert len(server.heads) == 3


def test_nobody_at_the_endpoint_is_no_credentials() -> None:
    with serving(saying(b"")) as server:
        pass
    with pytest.raises(NoCredentials):
        fetched({URI: server.origin})


@pytest.mark.parametrize(
    "url",
    ["http://10.0.0.1/", "http://evil.example/", "http://localhost.evil.example/", "ftp://x", "x"],
)
def test_credentials_are_never_asked_for_in_the_open(url: str) -> None:
    with pytest.raises(NoCredentials):
        fetched({URI: url, TOKEN: "t"})


@pytest.mark.parametrize("token", ["a\r\nX: y", "a\ny", "é"])
def test_a_token_that_is_not_one_line_is_not_sent(server: Server, token: str) -> None:
    with pytest.raises(NoCredentials):
        fetched({URI: server.origin, TOKEN: token})
    assert server.connections == 0


def test_a_token_file_that_is_gone_is_not_passed_over(server: Server, tmp_path: Path) -> None:
    with pytest.raises(NoCredentials):
        fetched({URI: server.origin, TOKEN: "t", TOKEN_FILE: str(tmp_path / "gone")})
    assert server.connections == 0


@pytest.fixture
def server() -> Any:
    with serving(saying(response(document()))) as made:
        yield made


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"\xff",
        document(Token=None),
        document(Expiration="soon"),
        document(Expiration=NOW),
        document(AccessKeyId=1),
        b'{"AccessKeyId": "a", "SecretAccessKey": "s", "Token": "t"}',
    ],
)
def test_what_the_endpoint_says_is_read_strictly(body: bytes) -> None:
    with pytest.raises(NoCredentials):
        read_fetched(body)
