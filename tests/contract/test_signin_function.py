"""The sample events of functions/signin through its handler; what it logs, and when it is shut."""

import base64
import importlib
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from gatehouse.edge import log
from gatehouse.edge.http import SECURITY_HEADERS
from gatehouse.wiring import clients
from tests.contract.conftest import REGION, TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EVENTS = Path(__file__).parents[2] / "events" / "signin"
Handler = Callable[..., Any]
PROVIDERS = {
    "providers": [
        {"id": "google", "kind": "google", "name": "Google", "client_id": "c", "client_secret": "s"}
    ]
}


@pytest.fixture
def secret(dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> str:
    del dynamodb
    secrets = boto3.client("secretsmanager", region_name=REGION)
    arn = secrets.create_secret(Name="providers", SecretString=json.dumps(PROVIDERS))["ARN"]
    for name, value in {
        "STAGE": "dev",
        "PUBLIC_URL": "",
        "AUTHORITY_TABLE": TABLE,
        "ACTIVITY_TABLE": TABLE,
        "OIDC_PROVIDERS_SECRET": arn,
        "ADMIN_EMAILS": "",
        "SIGN_INS_PER_MINUTE": "5",
        "ALLOW_INSECURE_UPSTREAMS": "false",
        "ALLOWED_PRIVATE_CIDRS": "",
    }.items():
        monkeypatch.setenv(name, value)
    return arn


@pytest.fixture
def handler(secret: str) -> Handler:
    """The function as Lambda loads it, once for each instance."""
    del secret
    clients.dynamodb.cache_clear()
    clients.secretsmanager.cache_clear()
    for name in ("gatehouse.wiring.signin", "gatehouse.wiring.limits", "functions.signin.app"):
        sys.modules.pop(name, None)
    for name in ("gatehouse.wiring.limits", "gatehouse.wiring.signin"):
        importlib.import_module(name)
    module = importlib.import_module("functions.signin.app")

    def ask(event: str, **changes: Any) -> Any:
        read = json.loads((EVENTS / f"{event}.json").read_text())
        return module.lambda_handler({**read, **changes}, None)

    return ask


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the function writes to its log."""
    written = io.StringIO()
    monkeypatch.setattr(log.logger.registered_handler, "stream", written)
    return written


@pytest.mark.parametrize("event", sorted(path.stem for path in EVENTS.glob("*.json")))
def test_each_sample_event_is_answered_as_its_name_says(handler: Handler, event: str) -> None:
    answer = handler(event)
    expected = {
        "providers_shown": (200, "Continue with Google"),
        "refused_unknown_client": (400, "client_id is none that is registered here"),
        "refused_foreign_form": (403, "not one of this site"),
        "refused_nobody_signed_in": (401, "Nobody is signed in"),
    }
    status, text = expected[event]
    assert answer["statusCode"] == status
    assert text in answer["body"]
    assert answer["headers"].keys() >= SECURITY_HEADERS.keys()
    assert answer["headers"]["cache-control"] == "no-store"


def test_one_address_is_answered_as_often_as_is_set(handler: Handler) -> None:
    statuses = [handler("providers_shown")["statusCode"] for _ in range(7)]
    assert statuses == [200] * 5 + [429] * 2
    assert handler("providers_shown")["headers"]["retry-after"]


def test_the_door_is_shut_when_it_cannot_be_counted(
    handler: Handler, dynamodb: "DynamoDBClient"
) -> None:
    dynamodb.delete_table(TableName=TABLE)
    for event in ("providers_shown", "refused_unknown_client", "refused_nobody_signed_in"):
        answer = handler(event)
        assert answer["statusCode"] == 503
        assert answer["headers"]["retry-after"]
        assert TABLE not in answer["body"]


@pytest.mark.parametrize("text", ["", "{}", '{"providers": [{"id": "x"}]}', "not json"])
def test_a_list_of_providers_that_cannot_be_used_lets_nobody_in_and_says_nothing(
    handler: Handler, secret: str, text: str, logged: io.StringIO
) -> None:
    client = boto3.client("secretsmanager", region_name=REGION)
    client.put_secret_value(SecretId=secret, SecretString=text or " ")
    answer = handler("providers_shown")
    assert answer["statusCode"] == 503
    assert "providers" not in answer["body"]
    assert "OidcProviders" in logged.getvalue()  # the operator finds it in the log


def test_a_failure_that_nobody_foresaw_is_a_page_without_a_word_about_it(
    handler: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = sys.modules["functions.signin.app"]

    def fail(*_: object) -> None:
        raise RuntimeError("secret-detail")

    monkeypatch.setattr(module, "application", lambda: fail)
    answer = handler("providers_shown")
    assert answer["statusCode"] == 500
    assert "secret-detail" not in answer["body"]
    assert "Request 0" in answer["body"]


def test_no_log_line_holds_a_cookie_a_code_or_a_state(
    handler: Handler, logged: io.StringIO
) -> None:
    query = "code=the-code&state=the-state&iss=the-issuer"
    read = json.loads((EVENTS / "providers_shown.json").read_text())
    path = "/signin/callback/google"
    context = {**read["requestContext"], "http": {**read["requestContext"]["http"], "path": path}}
    answer = handler(
        "providers_shown",
        rawPath=path,
        rawQueryString=query,
        cookies=["__Host-gatehouse_txn=" + "b" * 43, "__Host-gatehouse_session=gcs_the-cookie"],
        requestContext=context,
    )
    assert answer["statusCode"] == 403
    lines = logged.getvalue()
    assert '"http.response.status_code":403' in lines.replace(" ", "")
    for secret in ("the-code", "the-state", "b" * 43, "gcs_the-cookie"):
        assert secret not in lines
        assert base64.b64encode(secret.encode()).decode() not in lines
