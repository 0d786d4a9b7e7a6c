"""A function that was deployed with something open does not serve, and says which setting."""

import pytest

from local.stack import LocalStack
from tests.integration.handlers import DoesNotServe, handler

pytestmark = pytest.mark.stack

PUBLIC = ("mcp", "token", "signin", "keys", "console")
GATE = "https://gate.example.com"
OPEN = {
    "ALLOWED_ORIGINS": "https://app.example.com,*",
    "ALLOWED_HOSTS": "*",
    "ALLOW_UNVERIFIED_MEMBER_SESSION_MINTING": "true",
    "ALLOW_INSECURE_UPSTREAMS": "true",
    "ALLOWED_PRIVATE_CIDRS": "0.0.0.0/0",
    "PUBLIC_URL": "http://gate.example.com",
    "STAGE": "production",
}
"""What must not be so where there are users; whoever sets it finds no cookie switch among them:
there is none to set."""


def safe(stage: str) -> dict[str, str]:
    """What this deployment on a developer's machine would have been deployed with there."""
    return {"STAGE": stage, "PUBLIC_URL": GATE, "ALLOW_INSECURE_UPSTREAMS": "false"}


@pytest.mark.parametrize("stage", ["staging", "prod"])
@pytest.mark.parametrize("noun", [*PUBLIC, "dispatch", "rotate", "audit"])
def test_every_function_serves_with_the_defaults(stack: LocalStack, noun: str, stage: str) -> None:
    with handler(stack, noun, **safe(stage)) as one:
        assert one.process.poll() is None  # it said that it is ready, and is still there


@pytest.mark.parametrize("setting", OPEN)
@pytest.mark.parametrize("noun", PUBLIC)
def test_no_public_function_serves_with_anything_open(
    stack: LocalStack, noun: str, setting: str
) -> None:
    settings = {**safe("prod"), setting: OPEN[setting]}
    with pytest.raises(DoesNotServe, match=setting), handler(stack, noun, **settings):
        pass


@pytest.mark.parametrize("setting", ["ALLOW_INSECURE_UPSTREAMS", "ALLOWED_PRIVATE_CIDRS"])
def test_what_calls_out_does_not_serve_with_anything_open(stack: LocalStack, setting: str) -> None:
    settings = {**safe("staging"), setting: OPEN[setting]}
    with pytest.raises(DoesNotServe, match=setting), handler(stack, "dispatch", **settings):
        pass


@pytest.mark.parametrize(
    ("noun", "setting"),
    [
        ("mcp", "KEY_RING_SECRET"),
        ("mcp", "DEPLOYMENT_ID"),
        ("token", "KEY_RING_SECRET"),
        ("token", "DEPLOYMENT_ID"),
        ("mcp", "AUTHORITY_TABLE"),
        ("token", "AUTHORITY_TABLE"),
    ],
)
def test_a_function_without_its_secret_does_not_start(
    stack: LocalStack, noun: str, setting: str
) -> None:
    with pytest.raises(DoesNotServe, match=setting), handler(stack, noun, **{setting: ""}):
        pass
