"""What preflight looks at, with nothing wrong that can be right, and ways to make it wrong."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from gatehouse.domain.checklist.evaluation import Finding, Standing
from gatehouse_cli.gateway import Gateway
from gatehouse_cli.preflight.looking import look
from gatehouse_cli.preflight.operator import Operator
from gatehouse_cli.profiles import Profile
from local.deploy import STACK
from local.stack import LIVE, LocalStack
from tests.cloud import Json
from tests.integration.echo import Echo
from tests.integration.world import Tenant, World
from tests.warrants import PUBLIC

ROOT: Final = PUBLIC["root"].hex()
POLICY: Final[Json] = {
    "mode": "enforce",
    "require_warrant": True,
    "clearances": {},
    "receipts": True,
}
LIMITS: Final[Json] = {"per_minute": 30_000}
REFUSING: Final[Json] = {
    "auth_strategy": "hmac_signature",
    "endpoint_path": "/status/401",
    "input_schema": {"type": "object", "properties": {"id": {"type": "integer"}}},
}


@dataclass(frozen=True)
class Ground:
    """A deployment, and a project in which all is right that can be on one machine."""

    stack: LocalStack
    world: World
    tenant: Tenant
    echo: Echo

    def findings(self) -> tuple[Finding, ...]:
        profile = Profile(url=self.stack.api_url, api_key=self.tenant.api_key)
        operator = Operator(self.stack.client, STACK)
        gateway = Gateway.of(profile)
        with gateway.http:
            return look(gateway, operator, int(time.time()), may_change=False)

    def red(self) -> frozenset[str]:
        failed = (each for each in self.findings() if each.standing is Standing.FAILED)
        return frozenset(each.item.id for each in failed)

    def settings(self, **settings: Any) -> None:
        path = f"/admin/v1/projects/{self.tenant.project_id}"
        version = self.world.admin("GET", path).json()["version"]
        answer = self.world.admin("PATCH", path, {"settings": settings, "version": version})
        assert answer.status_code == 200, answer.text

    def policy(self, **changes: Any) -> None:
        path = "/api/v1/warrants/policy"
        version = self.tenant.api("GET", path).json()["version"]
        answer = self.tenant.api("PUT", path, {**POLICY, **changes, "version": version})
        assert answer.status_code == 200, answer.text

    @contextmanager
    def made(self, path: str, body: Json) -> Iterator[Json]:
        """Something that is there for a while."""
        answer = self.tenant.api("POST", path, body)
        assert answer.status_code == 201, answer.text
        if key := answer.json().get("api_key"):
            self.world.journal.shown_once.add(self.world.journal.note("API key", key))
        yield answer.json()
        name = answer.json().get("public_key") or answer.json()["id"]
        assert self.tenant.api("DELETE", f"{path}/{name}").status_code == 204

    @contextmanager
    def tool(self, **fields: Any) -> Iterator[None]:
        """A tool that is there for a while."""
        made = self.tenant.tool(self.echo.url, **{**REFUSING, **fields})
        yield
        assert self.tenant.api("DELETE", f"/api/v1/custom-tools/{made['id']}").status_code == 204

    def physical(self, name: str) -> str:
        resources = Operator(self.stack.client, STACK).resources
        return next(
            each["PhysicalResourceId"] for each in resources if each["LogicalResourceId"] == name
        )


def recoverable(stack: LocalStack, table: str, *, to: bool) -> None:
    stack.client("dynamodb").update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": to}
    )


def protected(stack: LocalStack, table: str, *, to: bool) -> None:
    stack.client("dynamodb").update_table(TableName=table, DeletionProtectionEnabled=to)


def throttled(stack: LocalStack, *, to: int) -> None:
    stack.client("apigatewayv2").update_stage(
        ApiId=stack.outputs["ApiId"],
        StageName="$default",
        DefaultRouteSettings={"ThrottlingRateLimit": to, "ThrottlingBurstLimit": to},
    )


def _integration(ground: Ground) -> AbstractContextManager[Any]:
    return ground.made("/api/v1/integrations", {"name": "nowhere"})


def _key(ground: Ground) -> AbstractContextManager[Any]:
    pem = ground.tenant.api("GET", "/api/v1/warrants/receipt-key").json()["public_key_pem"]
    body = {"kid": "f3a9", "public_key_pem": pem, "algorithm": "ES256"}
    return ground.made("/api/v1/assertion-keys", body)


def _tool(**fields: Any) -> "Wrong":
    return lambda ground: ground.tool(**fields)


def _policy(**changes: Any) -> "Wrong":
    return lambda ground: undone(lambda: ground.policy(**changes), ground.policy)


def _no_root(ground: Ground) -> AbstractContextManager[None]:
    api, path = ground.tenant.api, "/api/v1/warrants/roots"
    return undone(
        lambda: api("DELETE", f"{path}/{ROOT}"), lambda: api("POST", path, {"public_key": ROOT})
    )


def _no_limits(ground: Ground) -> AbstractContextManager[None]:
    return undone(lambda: ground.settings(limits=None), lambda: ground.settings(limits=LIMITS))


def _no_recovery(ground: Ground) -> AbstractContextManager[None]:
    change = partial(recoverable, ground.stack, ground.stack.tables["authority"])
    return undone(partial(change, to=False), partial(change, to=True))


def _no_protection(ground: Ground) -> AbstractContextManager[None]:
    change = partial(protected, ground.stack, ground.stack.tables["activity"])
    return undone(partial(change, to=False), partial(change, to=True))


def _no_throttle(ground: Ground) -> AbstractContextManager[None]:
    change = partial(throttled, ground.stack)
    return undone(partial(change, to=0), partial(change, to=500))


def _no_rotation(ground: Ground) -> AbstractContextManager[None]:
    kms, key = ground.stack.client("kms"), ground.physical("DataKey")
    return undone(
        partial(kms.disable_key_rotation, KeyId=key), partial(kms.enable_key_rotation, KeyId=key)
    )


def _key_disabled(ground: Ground) -> AbstractContextManager[None]:
    kms, key = ground.stack.client("kms"), ground.physical("AuditKey")
    return undone(partial(kms.disable_key, KeyId=key), partial(kms.enable_key, KeyId=key))


def _logs_for_ever(ground: Ground) -> AbstractContextManager[None]:
    logs, group = ground.stack.client("logs"), ground.physical("RotateLogs")
    return undone(
        partial(logs.delete_retention_policy, logGroupName=group),
        partial(logs.put_retention_policy, logGroupName=group, retentionInDays=30),
    )


def _environment(noun: str, **values: str) -> "Wrong":
    def wrong(ground: Ground) -> AbstractContextManager[None]:
        change = partial(serve, ground, ground.physical(f"{noun.capitalize()}Function"))
        before = ground.stack.function(noun)["Environment"]["Variables"]
        return undone(partial(change, {**before, **values}), partial(change, before))

    return wrong


def serve(ground: Ground, function: str, variables: Mapping[str, str]) -> None:
    """Let a version of the function with these variables serve."""
    functions = ground.stack.client("lambda")
    functions.update_function_configuration(
        FunctionName=function, Environment={"Variables": variables}
    )
    made = functions.publish_version(FunctionName=function)["Version"]
    functions.update_alias(FunctionName=function, Name=LIVE, FunctionVersion=made)


@contextmanager
def undone(do: Callable[[], object], undo: Callable[[], object]) -> Iterator[None]:
    """Something wrong for a while, whatever comes of it."""
    do()
    try:
        yield
    finally:
        undo()


Wrong = Callable[[Ground], AbstractContextManager[Any]]
WRONG: Final[dict[str, tuple[Wrong, tuple[str, ...]]]] = {
    "an integration of no environment": (_integration, ("environments-apart",)),
    "a kid that says nothing": (_key, ("kids-with-versions",)),
    "a tool for trials": (_tool(name="crm-debug"), ("no-trial-tools",)),
    "a user's tool without a member": (
        _tool(inject_member_identity={"id": True}),
        ("user-tools-need-members",),
    ),
    "a bearer": (_tool(auth_strategy="static_bearer"), ("tools-signed",)),
    "an endpoint that lets everybody in": (
        _tool(endpoint_path="/json"),
        ("endpoints-verify-signatures",),
    ),
    "a tool that destroys": (
        _tool(annotations={"destructiveHint": True}),
        ("critical-tools-guarded",),
    ),
    "no limits": (_no_limits, ("limits-set",)),
    "audit": (_policy(mode="audit"), ("warrants-enforced",)),
    "calls without warrants": (_policy(require_warrant=False), ("warrants-required",)),
    "no receipts": (_policy(receipts=False), ("receipts-kept",)),
    "no root": (_no_root, ("roots-trusted",)),
    "no recovery": (_no_recovery, ("tables-recoverable",)),
    "no deletion protection": (_no_protection, ("tables-protected",)),
    "no throttle": (_no_throttle, ("api-throttled",)),
    "no rotation": (_no_rotation, ("kms-keys-rotate",)),
    "a key that is disabled": (_key_disabled, ("kms-keys-enabled",)),
    "logs for ever": (_logs_for_ever, ("logs-end",)),
    "unverified members": (
        _environment("token", ALLOW_UNVERIFIED_MEMBER_SESSION_MINTING="true"),
        ("members-vouched-for",),
    ),
    "any origin": (_environment("keys", ALLOWED_ORIGINS="*"), ("origins-named",)),
}
