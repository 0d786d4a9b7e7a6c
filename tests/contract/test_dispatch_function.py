"""The function as it is wired, on moto and a real upstream on 127.0.0.1."""

import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from gatehouse.aws.call_records import DynamoCallRecords
from gatehouse.aws.secret_sealer import KmsSecretSealer
from gatehouse.domain.calls import Dispatched, Invocation, Outcome
from gatehouse.domain.ids import request_id
from gatehouse.domain.invocations import document_bytes, invocation_document, read_dispatched
from gatehouse.domain.tools import AuthStrategy, Tool
from gatehouse.wiring import clock
from tests.contract.conftest import REGION, TABLE
from tests.samples import INTEGRATION_ID, LOOKUP, PROJECT_ID, stored
from tests.unit.net.server import Server, answering, serving

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SECRET = "sesame-opens-it"


class Context:
    def get_remaining_time_in_millis(self) -> int:
        return 24_000


@pytest.fixture
def upstream() -> Iterator[Server]:
    with serving(answering("200 OK", f'{{"echo":"{SECRET}"}}'.encode())) as server:
        yield server


@pytest.fixture
def key_arn(aws: None) -> str:
    del aws
    return str(boto3.client("kms", region_name=REGION).create_key()["KeyMetadata"]["Arn"])


@pytest.fixture
def handler(
    dynamodb: "DynamoDBClient", key_arn: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Any, Any], Any]]:
    """The handler, imported afresh, as a new Lambda instance does."""
    del dynamodb
    for name, value in {
        "STAGE": "local",
        "ACTIVITY_TABLE": TABLE,
        "SECRETS_KEY_ARN": key_arn,
        "ALLOW_INSECURE_UPSTREAMS": "true",
    }.items():
        monkeypatch.setenv(name, value)
    names = ("functions.dispatch.app", "gatehouse.wiring.dispatch")
    for name in names:
        sys.modules.pop(name, None)
    app = importlib.import_module(names[0])
    yield app.lambda_handler
    app.invoked.run.send.upstream.close()
    for name in names:
        sys.modules.pop(name, None)


def call(handler: Callable[[Any, Any], Any], tool: Tool) -> tuple[Invocation, Dispatched]:
    invocation = Invocation(
        request_id=request_id(clock.now_ms(), 7),
        tool=tool,
        integration_id=INTEGRATION_ID,
        member=None,
        arguments={"contact_id": "c-1"},
    )
    event = json.loads(document_bytes(invocation_document(invocation)))
    said = json.loads(json.dumps(handler(event, Context())))
    return invocation, read_dispatched(said)


def test_a_signed_call_reaches_its_upstream_and_is_recorded(
    handler: Callable[[Any, Any], Any],
    dynamodb: "DynamoDBClient",
    key_arn: str,
    upstream: Server,
    capsys: pytest.CaptureFixture[str],
) -> None:
    definition = replace(LOOKUP, base_url=upstream.origin, auth_strategy=AuthStrategy.STATIC_BEARER)
    tool = stored(definition)
    kms = boto3.client("kms", region_name=REGION)
    sealer = KmsSecretSealer(kms, key_arn, random_bytes=lambda length: b"n" * length)
    tool = replace(tool, sealed_secret=sealer.seal(SECRET, tool.secret_binding))
    invocation, dispatched = call(handler, tool)
    assert dispatched.outcome is Outcome.SUCCEEDED
    assert dispatched.answer
    assert dispatched.answer.body == b'{"echo":"***"}'
    [head] = upstream.heads
    assert head.startswith(b"GET /v1/contacts/c-1 HTTP/1.1\r\n")
    assert f"Authorization: Bearer {SECRET}\r\n".encode() in head
    record = DynamoCallRecords(dynamodb, TABLE).get(PROJECT_ID, invocation.request_id)
    assert (record.outcome, record.upstream_status) == (Outcome.SUCCEEDED, 200)
    logged = capsys.readouterr()
    assert SECRET not in logged.out + logged.err
    assert "c-1" not in logged.out + logged.err


def test_an_upstream_that_is_not_public_is_not_called(
    handler: Callable[[Any, Any], Any], upstream: Server
) -> None:
    origin = upstream.origin.replace("http://", "https://")
    _, dispatched = call(handler, stored(replace(LOOKUP, base_url=origin)))
    assert dispatched.outcome is Outcome.FAILED
    assert "public" in (dispatched.error or "")
    assert upstream.connections == 0


def test_a_tool_without_a_secret_needs_no_cryptography() -> None:
    program = (
        "import sys, gatehouse.edge.invoked, gatehouse.wiring.dispatch\n"
        "late = {'cryptography', 'pydantic', 'jsonschema_rs', 'jwt', 'httpx'}\n"
        "print(sorted(late & set(sys.modules)))"
    )
    paths = [path for path in sys.path if path]
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": ":".join(paths), "STAGE": "local"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "[]"
