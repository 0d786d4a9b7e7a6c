"""The sample events of functions/mcp, through its handler, and what a warm request costs."""

import importlib
import io
import json
import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError

from gatehouse.aws.families import DynamoFamilies
from gatehouse.aws.principal_items import assertion_key_item
from gatehouse.aws.project_items import integration_item, project_item
from gatehouse.aws.session_items import family_item
from gatehouse.aws.tool_items import tool_items
from gatehouse.domain import access_tokens, api_keys, session_tokens
from gatehouse.domain.calls import Invocation
from gatehouse.domain.invocations import dispatched_document, document_bytes, read_invocation
from gatehouse.domain.jwks import read_public_key
from gatehouse.domain.key_ring_documents import read_ring
from gatehouse.domain.limits import Limits
from gatehouse.domain.oauth_clients import registered_id
from gatehouse.domain.project_settings import ProjectSettings
from gatehouse.domain.strict_json import parse
from gatehouse.wiring import clients, clock
from tests.cloud import source
from tests.contract.conftest import REGION, TABLE
from tests.fakes.dispatch import answered
from tests.samples import ASSERTION_KEY, DEPLOYMENT, INTEGRATION, LOOKUP, PROJECT, SESSION, stored
from tests.signed_in import FAMILY_ID, FOR_MCP, PUBLIC_CLIENT, family
from tests.signed_in import token as signed_in

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EVENTS = Path(__file__).parents[2] / "events"
SAMPLES = json.loads((EVENTS / "samples.json").read_text())
KEY = api_keys.read(SAMPLES["api_key"])
PARTS = ("DispatchFunction", "McpFunction")
RING = json.dumps({"version": 1, "initial": sha256(b"ring").hexdigest()})
WHO_AM_I = replace(LOOKUP, name="who_am_i", input_schema={"type": "object"}, require_member=True)


class Counted:
    """The function as Lambda loads it, on moto; dispatch answers, and round trips are counted."""

    def __init__(self) -> None:
        self.made: Counter[str] = Counter()
        self.invoked: list[Invocation] = []
        for name in ("gatehouse.wiring.mcp", "functions.mcp.app"):
            sys.modules.pop(name, None)
        clients.dynamodb.cache_clear()
        clients.secretsmanager.cache_clear()
        clients.functions.cache_clear()
        clients.kms.cache_clear()
        importlib.import_module("gatehouse.wiring.mcp")  # the package names the old one still
        app = importlib.import_module("functions.mcp.app")
        self.handler = app.lambda_handler
        for client in (clients.dynamodb(), clients.secretsmanager(), clients.kms()):
            client.meta.events.register("before-call", self._count)
        self.dispatch: Any = clients.functions()
        self.dispatch.meta.events.register("before-call.lambda.Invoke", self._invoke)

    def send(self, name: str, credential: str | None = None) -> dict[str, Any]:
        """Answer a sample event, with another credential than a session token if one is given."""
        self.made.clear()
        text = (EVENTS / "mcp" / f"{name}.json").read_text()
        event = json.loads(text.replace(SAMPLES["session_token"], credential or token()))
        answer: dict[str, Any] = self.handler(event, None)
        return answer

    def _count(self, model: Any, **_: Any) -> None:
        self.made[model.name] += 1

    def _invoke(self, params: Any, **_: Any) -> Any:
        self.made["Invoke"] += 1
        self.invoked.append(read_invocation(parse(params["body"])))
        said = document_bytes(dispatched_document(answered(b'{"id":"ada"}')))
        response = type("Response", (), {"status_code": 200})()
        return response, {"StatusCode": 200, "Payload": io.BytesIO(said)}


def new_signing_key() -> str:
    client = boto3.client("kms", region_name=REGION)
    return client.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]


def access_token(dynamodb: "DynamoDBClient") -> str:
    """A token of somebody who signed in; their session is kept."""
    now = clock.now()
    client, key_id = clients.kms(), os.environ["SIGNING_KEYS"].split(",")[0]
    grant = replace(
        FOR_MCP,
        project_id=KEY.project_id,
        integration_id=KEY.integration_id,
        client_id=registered_id(KEY.project_id, KEY.integration_id),
    )
    dynamodb.put_item(TableName=TABLE, Item=family_item(family(grant, now=now)))
    said = replace(signed_in(grant), issued_at=now, expires_at=now + 900)
    public = read_public_key(client.get_public_key(KeyId=key_id)["PublicKey"])
    text = access_tokens.signed_text(said, kid=public.kid)
    # moto signs a digest as if it were the message, so it is given the message itself.
    signature = client.sign(
        KeyId=key_id, Message=text.encode(), SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256"
    )["Signature"]
    return access_tokens.compact(text, signature)


def token() -> str:
    now = clock.now()
    session = replace(
        SESSION,
        project_id=KEY.project_id,
        integration_id=KEY.integration_id,
        issued_at=now,
        expires_at=now + 900,
    )
    ring = read_ring(RING)
    return session_tokens.mint(session, key=ring.current, deployment_id=DEPLOYMENT)


@pytest.fixture
def function(dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> Counted:
    """The function, with the project, key and tool that the samples name."""
    secrets = boto3.client("secretsmanager", region_name=REGION)
    for name, value in {
        "STAGE": "dev",
        "DEPLOYMENT_ID": DEPLOYMENT,
        "PUBLIC_URL": "https://gate.example.com",
        "ALLOWED_ORIGINS": "https://app.example.com",
        "AUTHORITY_TABLE": TABLE,
        "ACTIVITY_TABLE": TABLE,
        "FAILURES_PER_MINUTE": "300",
        "SIGNING_KEYS": ",".join(new_signing_key() for _ in range(2)),
        "KEY_RING_SECRET": secrets.create_secret(Name="ring", SecretString=RING)["ARN"],
        "DISPATCH_FUNCTION": "dispatch",
    }.items():
        monkeypatch.setenv(name, value)
    integration = replace(
        INTEGRATION,
        id=KEY.integration_id,
        project_id=KEY.project_id,
        key_digest=KEY.digest,
        client=PUBLIC_CLIENT,
    )
    for item in (
        project_item(replace(PROJECT, id=KEY.project_id)),
        integration_item(integration),
        assertion_key_item(KEY.project_id, ASSERTION_KEY),
        *tool_items(stored(WHO_AM_I, project_id=KEY.project_id)),
    ):
        dynamodb.put_item(TableName=TABLE, Item=item)
    return Counted()


ANSWERS: dict[str, tuple[int, str]] = {
    "batch": (200, '[{"jsonrpc":"2.0","result":{},"id":1},'),
    "initialize": (200, '"protocolVersion":"2025-11-25"'),
    "initialized": (202, ""),
    "modern_discover": (200, '"supportedVersions":["2026-07-28"]'),
    "modern_tools_call": (200, '"structuredContent":{"id":"ada"}'),
    "modern_tools_list": (200, '"cacheScope":"private"'),
    "not_found": (404, '"title":"Not Found"'),
    "ping": (200, '"result":{}'),
    "preflight": (204, ""),
    "refused_get": (405, '"title":"Method Not Allowed"'),
    "refused_modern_headers": (400, '"code":-32020'),
    "refused_origin": (403, '"title":"Forbidden"'),
    "refused_unknown_tool": (200, '"message":"Unknown tool: no_such_tool"'),
    "refused_without_credential": (401, '"message":"Invalid or inactive API key"'),
    "refused_without_member": (200, '"text":"Member context required"'),
    "tools_call": (200, '"structuredContent":{"id":"ada"}'),
    "tools_list": (200, '"name":"who_am_i"'),
    "tools_list_with_api_key": (200, '"name":"who_am_i"'),
}


def test_no_sample_is_left_untried() -> None:
    assert {path.stem for path in (EVENTS / "mcp").glob("*.json")} == ANSWERS.keys()


@pytest.mark.parametrize("name", ANSWERS)
def test_a_sample_is_answered_as_its_name_says(function: Counted, name: str) -> None:
    status, part = ANSWERS[name]
    answer = function.send(name)
    assert answer["statusCode"] == status
    assert part in answer["body"]
    assert bool(part) == bool(answer["body"])
    assert answer["headers"]["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("tools_call", {"BatchGetItem": 1, "Invoke": 1}),
        ("modern_tools_call", {"BatchGetItem": 1, "Invoke": 1}),
        ("tools_list", {"BatchGetItem": 1, "Query": 1}),
        ("modern_tools_list", {"BatchGetItem": 1, "Query": 1}),
        ("tools_list_with_api_key", {"BatchGetItem": 1, "Query": 1}),
        ("initialize", {"BatchGetItem": 1}),
        ("ping", {"BatchGetItem": 1}),
        ("refused_without_credential", {}),
        ("refused_origin", {"GetItem": 1}),  # the origins of apps, once a minute
        ("not_found", {}),
        # A denial is two writes, in parallel: its record and its count.
        ("refused_without_member", {"BatchGetItem": 1, "PutItem": 1, "UpdateItem": 1}),
        ("refused_unknown_tool", {"BatchGetItem": 1, "PutItem": 1, "UpdateItem": 1}),
    ],
)
def test_a_warm_request_stays_within_its_round_trips(
    function: Counted, name: str, made: dict[str, int]
) -> None:
    function.send("ping")  # warms the key ring
    function.send(name)
    assert function.made == made


def test_an_access_token_costs_one_read_too_and_the_keys_once_in_an_instances_life(
    function: Counted, dynamodb: "DynamoDBClient"
) -> None:
    credential = access_token(dynamodb)
    answer = function.send("tools_call", credential)
    assert '"structuredContent":{"id":"ada"}' in answer["body"]
    assert function.made["GetPublicKey"] == 2
    function.send("tools_call", credential)
    assert function.made == {"BatchGetItem": 1, "Invoke": 1}
    [invocation, _] = function.invoked
    assert invocation.member == SESSION.member


def test_ending_a_session_ends_its_access_tokens_for_the_very_next_request(
    function: Counted, dynamodb: "DynamoDBClient"
) -> None:
    credential = access_token(dynamodb)
    assert function.send("ping", credential)["statusCode"] == 200
    DynamoFamilies(dynamodb, TABLE).end(FAMILY_ID, now=clock.now())
    answer = function.send("ping", credential)
    assert answer["statusCode"] == 401
    assert 'resource_metadata="https://gate.example.com/' in answer["headers"]["www-authenticate"]


def test_a_call_is_handed_over_once_and_waited_for_to_its_end(function: Counted) -> None:
    config = function.dispatch.meta.config
    assert config.retries == {"mode": "standard", "total_max_attempts": 1}
    functions = source()["Resources"]
    dispatch, mcp = (functions[name]["Properties"]["Timeout"] for name in PARTS)
    assert dispatch < config.read_timeout < config.read_timeout + config.connect_timeout < mcp


def test_dispatch_is_told_who_calls_what_and_nothing_of_the_credential(function: Counted) -> None:
    function.send("tools_call")
    [invocation] = function.invoked
    assert invocation.member == SESSION.member
    assert invocation.integration_id == KEY.integration_id
    assert invocation.tool.definition == WHO_AM_I
    assert "tng_mst_" not in repr(invocation)


def test_a_disabled_tool_is_gone_for_the_very_next_request(
    function: Counted, dynamodb: "DynamoDBClient"
) -> None:
    assert '"isError":false' in function.send("tools_call")["body"]
    for item in tool_items(stored(WHO_AM_I, project_id=KEY.project_id, is_enabled=False)):
        dynamodb.put_item(TableName=TABLE, Item=item)
    assert "Unknown tool: who_am_i" in function.send("tools_call")["body"]
    assert '"tools":[]' in function.send("tools_list")["body"]


def test_the_hot_path_loads_neither_pydantic_nor_a_router() -> None:
    """What would cost a cold start is not imported with the function."""

    script = (
        "import sys; import functions.mcp.app; "
        "print([m for m in ('pydantic', 'jsonschema_rs', 'cryptography', 'jwt', 'httpx', "
        "'gatehouse.domain.warrants', "
        "'aws_lambda_powertools.event_handler', 'aws_xray_sdk') "
        "if m in sys.modules])"
    )
    names = ("STAGE", "DEPLOYMENT_ID", "AUTHORITY_TABLE", "ACTIVITY_TABLE", "KEY_RING_SECRET")
    environment = {
        **dict.fromkeys((*names, "DISPATCH_FUNCTION", "SIGNING_KEYS"), "dev"),
        "AWS_DEFAULT_REGION": REGION,
        "PYTHONPATH": "layers/core:.",
    }
    ran = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        cwd=EVENTS.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("limits", "made"),
    [
        (Limits(per_second=100), {"UpdateItem": 1}),
        (Limits(per_second=100, per_minute=200, per_day=300), {"UpdateItem": 3}),
        (Limits(concurrent=5), {"UpdateItem": 2}),
    ],
)
def test_a_limit_costs_one_update_and_a_place_one_more_to_give_it_back(
    function: Counted, dynamodb: "DynamoDBClient", limits: Limits, made: dict[str, int]
) -> None:
    """Updates of several limits are made at the same time: one round trip."""
    project = replace(PROJECT, id=KEY.project_id, settings=ProjectSettings(limits=limits))
    dynamodb.put_item(TableName=TABLE, Item=project_item(project))
    function.send("ping")
    answer = function.send("tools_call")
    assert answer["statusCode"] == 200
    assert function.made == {"BatchGetItem": 1, "Invoke": 1, **made}
    assert "ratelimit-policy" in answer["headers"]


# --- AWS that fails


def throttle(client: Any, operation: str) -> None:
    """Throttle one operation for as long as the client lives."""
    said = {"Code": "ProvisionedThroughputExceededException", "Message": "slow down"}

    def raising(**_: object) -> None:
        raise ClientError({"Error": cast("Any", said)}, operation)

    client.meta.events.register(f"before-call.*.{operation}", raising)


@pytest.mark.parametrize("operation", ["BatchGetItem", "UpdateItem"])
def test_a_throttled_table_is_a_clear_503_and_nothing_is_handed_over(
    function: Counted, dynamodb: "DynamoDBClient", operation: str
) -> None:
    limited = replace(
        PROJECT, id=KEY.project_id, settings=ProjectSettings(limits=Limits(per_day=5))
    )
    dynamodb.put_item(TableName=TABLE, Item=project_item(limited))
    throttle(clients.dynamodb(), operation)
    began = time.monotonic()
    answer = function.send("tools_call")
    assert time.monotonic() - began < 5
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "2")
    said = json.loads(answer["body"])
    assert said["error"] == {"code": -32603, "message": "Temporarily unavailable"}
    assert not function.invoked


def test_a_throttled_list_is_a_clear_503(function: Counted) -> None:
    throttle(clients.dynamodb(), "Query")
    answer = function.send("tools_list")
    assert answer["statusCode"] == 503
    assert json.loads(answer["body"])["error"]["code"] == -32603
