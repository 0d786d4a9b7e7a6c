"""The tables on moto, for the real halves of the contracts."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.loaders import Loader, create_loader
from botocore.session import get_session
from moto import mock_aws
from moto.dynamodb.responses import DynamoHandler
from moto.server import ThreadedMotoServer

from gatehouse.aws.wire.client import Surroundings, surroundings
from gatehouse.aws.wire.services import WireDynamoDb, WireKms, WireSecretsManager
from gatehouse.wiring import clients, clock, lean_clients
from gatehouse.wiring.aws_clients import IMPATIENT
from tests.cloud import source

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REGION = "eu-central-1"
TABLE = "table"


@pytest.fixture(scope="session")
def descriptions() -> Loader:
    """What botocore knows of AWS's services, read once: moto forgets it with each account."""
    return create_loader()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, descriptions: Loader) -> Iterator[None]:
    """An AWS account that lives in this process; nothing reaches a real one."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws(), one_at_a_time():
        session = get_session()
        session.register_component("data_loader", descriptions)
        boto3.setup_default_session(botocore_session=session)
        yield


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let moto answer one DynamoDB request after the other.

    DynamoDB's transactions are serializable. moto's put back the whole table when a condition
    fails, and with it undo what another thread wrote meanwhile.
    """
    lock = threading.Lock()
    answer = DynamoHandler.call_action

    def locked(handler: DynamoHandler) -> object:
        with lock:
            return answer(handler)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DynamoHandler, "call_action", locked)
        yield


@pytest.fixture
def dynamodb(aws: None) -> "DynamoDBClient":
    """A client of an account that has one empty table, `TABLE`, of the template's description."""
    del aws
    client = boto3.client("dynamodb", region_name=REGION)
    described = source()["Resources"]["Authority"]["Properties"]  # Activity has the same keys
    client.create_table(
        TableName=TABLE,
        BillingMode=described["BillingMode"],
        AttributeDefinitions=described["AttributeDefinitions"],
        KeySchema=described["KeySchema"],
    )
    return client


@pytest.fixture(autouse=True)
def sdk_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let functions use boto3 in all the tests that count or break calls by its events.

    The clients that they have when deployed keep the same protocols; see the param `wire`.
    """
    for name in ("dynamodb", "kms", "secretsmanager", "functions"):
        monkeypatch.setattr(lean_clients, name, getattr(clients, name))


@pytest.fixture(scope="session")
def moto_server() -> Iterator[str]:
    """moto behind HTTP on 127.0.0.1; it shows the same account as `aws` does in this process."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


PATIENCE = replace(IMPATIENT, read_seconds=60)
"""moto shares this process: while it stands still no answer is lost, it is only late.

A write whose answer is lost is sent again, and a count would then count it twice.
"""


@dataclass(frozen=True)
class Wire:
    """Clients as the hot functions have them, but for their patience, of moto's account."""

    around: Surroundings

    def dynamodb(self) -> WireDynamoDb:
        return WireDynamoDb(PATIENCE, self.around)

    def kms(self) -> WireKms:
        return WireKms(PATIENCE, self.around)

    def secretsmanager(self) -> WireSecretsManager:
        return WireSecretsManager(PATIENCE, self.around)


@pytest.fixture
def wire(aws: None, moto_server: str) -> Wire:
    del aws
    environ = {
        "AWS_ENDPOINT_URL": moto_server,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_SESSION_TOKEN": "testing",
    }
    return Wire(surroundings(environ, clock.now))


@pytest.fixture
def wire_dynamodb(wire: Wire, dynamodb: "DynamoDBClient") -> WireDynamoDb:
    """The lean client of the account that `dynamodb` is of."""
    del dynamodb
    return wire.dynamodb()
