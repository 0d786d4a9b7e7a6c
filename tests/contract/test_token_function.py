"""The sample events of functions/token and functions/rotate, through their handlers."""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from gatehouse.aws.principal_items import assertion_key_item
from gatehouse.aws.project_items import integration_item, project_item
from gatehouse.aws.tables import member_key
from gatehouse.domain import api_keys, session_tokens
from gatehouse.domain.key_ring_documents import read_ring
from gatehouse.wiring import clients, clock
from tests.contract.conftest import REGION, TABLE
from tests.samples import DEPLOYMENT, INTEGRATION, PROJECT
from tests.signing import Signer

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "events"
SAMPLES = json.loads((EVENTS / "samples.json").read_text())
PROJECT_ID = SAMPLES["project_id"]
BACKEND = Signer(project_id=PROJECT_ID)
INITIAL = json.dumps({"version": 1, "initial": sha256(b"ring").hexdigest()})
Handler = Callable[[dict[str, Any], object], Any]


@pytest.fixture
def ring_secret(dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> str:
    """The environment of both functions, with the project that the samples name."""
    secrets = boto3.client("secretsmanager", region_name=REGION)
    arn = secrets.create_secret(Name="ring", SecretString=INITIAL)["ARN"]
    for name, value in {
        "STAGE": "dev",
        "DEPLOYMENT_ID": DEPLOYMENT,
        "ALLOWED_ORIGINS": "https://app.example.com",
        "AUTHORITY_TABLE": TABLE,
        "ACTIVITY_TABLE": TABLE,
        "FAILURES_PER_MINUTE": "300",
        "SIGNING_KEYS": "A,B",
        "SIGNING_KEY": "A",
        "ALLOW_INSECURE_UPSTREAMS": "false",
        "KEY_RING_SECRET": arn,
    }.items():
        monkeypatch.setenv(name, value)
    key = api_keys.read(SAMPLES["api_key"])
    integration = replace(
        INTEGRATION, id=key.integration_id, project_id=PROJECT_ID, key_digest=key.digest
    )
    for item in (
        project_item(replace(PROJECT, id=PROJECT_ID)),
        integration_item(integration),
        assertion_key_item(PROJECT_ID, BACKEND.registered),
    ):
        dynamodb.put_item(TableName=TABLE, Item=item)
    return arn


@pytest.fixture
def handler(ring_secret: str) -> Callable[[str], Handler]:
    """Loads a function as Lambda does, once for each instance."""
    del ring_secret

    def load(noun: str) -> Handler:
        clients.dynamodb.cache_clear()
        clients.secretsmanager.cache_clear()
        for name in (f"gatehouse.wiring.{noun}", f"functions.{noun}.app"):
            sys.modules.pop(name, None)
        importlib.import_module(f"gatehouse.wiring.{noun}")  # the package names the old one still
        module = importlib.import_module(f"functions.{noun}.app")
        loaded: Handler = module.lambda_handler
        return loaded

    return load


def event(name: str) -> dict[str, Any]:
    now = clock.now()
    text = (EVENTS / f"{name}.json").read_text()
    assertion = BACKEND.assertion(iat=now, exp=now + 60)
    loaded: dict[str, Any] = json.loads(text.replace(SAMPLES["member_assertion"], assertion))
    return loaded


ANSWERS = {
    "exchanged": (200, None),
    "oauth_refused_client": (401, None),
    "oauth_refused_form": (400, None),
    "oauth_refused_registration": (403, None),
    "oauth_revoked_nothing": (200, None),
    "preflight": (204, None),
    "refused_broken_json": (400, "The body is not JSON (at character 21)"),
    "refused_forged_assertion": (401, "Invalid member assertion"),
    "refused_mistyped_key": (401, "Invalid or inactive API key"),
    "refused_unknown_field": (422, "The request has invalid fields"),
    "refused_unverified_member": (403, "member_external_id mode disabled in production"),
    "refused_without_key": (401, "Invalid or inactive API key"),
    "refused_without_member": (400, "Provide member_assertion or member_external_id"),
}


def test_no_sample_is_left_untried() -> None:
    assert {path.stem for path in (EVENTS / "token").glob("*.json")} == ANSWERS.keys()


@pytest.mark.parametrize("name", ANSWERS)
def test_a_sample_is_answered_as_its_name_says(
    handler: Callable[[str], Handler], name: str
) -> None:
    status, detail = ANSWERS[name]
    answer = handler("token")(event(f"token/{name}"), None)
    assert answer["statusCode"] == status
    assert answer["headers"]["cache-control"] == "no-store"
    if detail:
        assert json.loads(answer["body"])["detail"] == detail
        assert answer["headers"]["content-type"] == "application/problem+json"


def test_the_token_is_one_that_other_functions_accept(handler: Callable[[str], Handler]) -> None:
    answer = handler("token")(event("token/exchanged"), None)
    token = json.loads(answer["body"])["token"]
    session = session_tokens.read(
        token, key=read_ring(INITIAL).current, deployment_id=DEPLOYMENT, now=clock.now()
    )
    assert (session.project_id, session.member.external_id) == (PROJECT_ID, "ada")


def test_a_replay_is_refused(handler: Callable[[str], Handler]) -> None:
    run, once = handler("token"), event("token/exchanged")
    assert [run(once, None)["statusCode"] for _ in range(2)] == [200, 401]


def test_the_member_is_remembered(
    handler: Callable[[str], Handler], dynamodb: "DynamoDBClient"
) -> None:
    handler("token")(event("token/exchanged"), None)
    key = member_key(PROJECT_ID, "ada")
    item = dynamodb.get_item(TableName=TABLE, Key=key)["Item"]
    assert item["first_seen"] == item["last_seen"]
    assert item.keys().isdisjoint({"epoch", "blocked_at"})


def test_a_body_over_16_kb_is_refused(handler: Callable[[str], Handler]) -> None:
    large = event("token/exchanged") | {"body": json.dumps({"member_assertion": "x" * 16_384})}
    assert handler("token")(large, None)["statusCode"] == 413


def test_a_table_that_is_gone_is_503_and_tells_when_to_retry(
    handler: Callable[[str], Handler], dynamodb: "DynamoDBClient"
) -> None:
    run, once = handler("token"), event("token/exchanged")
    dynamodb.delete_table(TableName=TABLE)
    answer = run(once, None)
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "2")


def test_a_ring_that_is_none_is_500_and_tells_nothing(
    handler: Callable[[str], Handler], ring_secret: str
) -> None:
    secrets = boto3.client("secretsmanager", region_name=REGION)
    secrets.put_secret_value(SecretId=ring_secret, SecretString='{"version":1,"initial":"short"}')
    answer = handler("token")(event("token/exchanged"), None)
    assert answer["statusCode"] == 500
    assert json.loads(answer["body"]).keys() == {"type", "title", "status", "request_id"}


def test_refusing_a_key_needs_no_cryptography(ring_secret: str) -> None:
    """A cold instance answers a wrong key without loading what only assertions need.

    The store that would count it is out of reach: the answer is a refusal all the same.
    """
    del ring_secret
    program = f"""
import json, sys
from functions.token.app import lambda_handler
event = json.loads(open({str(EVENTS / "token" / "refused_mistyped_key.json")!r}).read())
assert lambda_handler(event, None)["statusCode"] == 503
heavy = {{"jwt", "cryptography", "pydantic", "httpx", "aws_lambda_powertools.event_handler"}}
print(sorted(heavy & sys.modules.keys()))
"""
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/core'}",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.splitlines()[-1:] == ["[]"], ran.stderr


def text_in_force(secret: str) -> str:
    client = boto3.client("secretsmanager", region_name=REGION)
    return client.get_secret_value(SecretId=secret, VersionStage="AWSCURRENT")["SecretString"]


STEPS = ["create_secret", "set_secret", "test_secret", "finish_secret"]


def test_no_step_is_left_untried() -> None:
    assert {path.stem for path in (EVENTS / "rotate").glob("*.json")} == set(STEPS)


def test_the_four_steps_publish_a_key(handler: Callable[[str], Handler], ring_secret: str) -> None:
    run = handler("rotate")
    for step in STEPS:
        run(event(f"rotate/{step}"), None)
    ring = read_ring(text_in_force(ring_secret))
    assert ring.current == read_ring(INITIAL).current
    assert ring.next is not None
    assert len(ring.next.secret) == 32


def test_a_second_rotation_right_after_is_refused(handler: Callable[[str], Handler]) -> None:
    run = handler("rotate")
    for step in STEPS:
        run(event(f"rotate/{step}"), None)
    with pytest.raises(Exception, match="10 minutes"):
        run(event("rotate/create_secret") | {"ClientRequestToken": "2" * 36}, None)


def test_a_step_that_is_none_is_refused(handler: Callable[[str], Handler]) -> None:
    with pytest.raises(ValueError, match="dropSecret"):
        handler("rotate")(event("rotate/create_secret") | {"Step": "dropSecret"}, None)


def test_no_key_is_logged(
    handler: Callable[[str], Handler], ring_secret: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run = handler("rotate")
    for step in STEPS:
        run(event(f"rotate/{step}"), None)
    document = json.loads(text_in_force(ring_secret))
    written = capsys.readouterr()
    for place in ("current", "next"):
        assert document[place]["secret"] not in written.out + written.err
