"""The session key ring turns over on the deployed template, and nobody's session ends."""

import json
import uuid

import pytest

from gatehouse.usecases.rotate_key_ring import Step
from local.stack import LocalStack
from tests.integration.world import Json, Tenant

pytestmark = pytest.mark.stack


def ring(stack: LocalStack) -> Json:
    secrets = stack.client("secretsmanager")
    said = secrets.get_secret_value(SecretId=stack.outputs["KeyRing"], VersionStage="AWSCURRENT")
    found: Json = json.loads(said["SecretString"])
    return found


def take(stack: LocalStack, step: Step, version_id: str) -> str | None:
    """Take one step as Secrets Manager does; return what went wrong."""
    event = {
        "Step": step,
        "SecretId": stack.outputs["KeyRing"],
        "ClientRequestToken": version_id,
    }
    ran = stack.client("lambda").invoke(
        FunctionName=stack.function_names["rotate"], Payload=json.dumps(event)
    )
    payload = json.loads(ran["Payload"].read())
    return payload["errorMessage"] if ran.get("FunctionError") else None


def rotate(stack: LocalStack) -> list[str | None]:
    version_id = str(uuid.uuid4())
    return [take(stack, step, version_id) for step in Step]


def let_time_pass(stack: LocalStack, seconds: int) -> None:
    """Date the ring's keys back, as they will look later."""
    aged = ring(stack)
    for place in aged.keys() - {"version"}:
        aged[place]["since"] = max(0, aged[place]["since"] - seconds)
    stack.client("secretsmanager").put_secret_value(
        SecretId=stack.outputs["KeyRing"], SecretString=json.dumps(aged)
    )


def test_keys_turn_over_and_sessions_go_on(stack: LocalStack, tenant: Tenant) -> None:
    session = tenant.session()

    assert rotate(stack) == [None] * 4
    first = ring(stack)
    assert first.keys() == {"version", "current", "next"}
    assert "10 minutes" in (rotate(stack)[0] or "")  # not everyone may know the next key yet
    assert ring(stack) == first

    let_time_pass(stack, 3600)
    assert rotate(stack) == [None] * 4
    second = ring(stack)
    assert second["current"]["secret"] == first["next"]["secret"]
    assert second["previous"]["secret"] == first["current"]["secret"]

    for token in (session, tenant.session()):
        assert isinstance(tenant.listed(token), set)
    for key in ("current", "next", "previous"):
        tenant.journal.note("session key", second[key]["secret"])
