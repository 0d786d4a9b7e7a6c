"""`mcp`, `dispatch` and `token` as deployed, each in a process of its own: what they load, and do.

The other tests of these functions let them use boto3, whose events count; these do not.
"""

import json
import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3

from gatehouse.aws.call_records import DynamoCallRecords
from gatehouse.aws.secret_sealer import KmsSecretSealer
from gatehouse.domain.calls import Invocation, Outcome
from gatehouse.domain.ids import request_id
from gatehouse.domain.invocations import invocation_document, read_dispatched
from gatehouse.domain.tools import AuthStrategy
from gatehouse.wiring import clock
from tests.contract.conftest import REGION, TABLE
from tests.contract.test_dispatch_function import SECRET, handler, key_arn, upstream
from tests.contract.test_mcp_function import EVENTS, SAMPLES, Counted, function, token
from tests.contract.test_token_function import event as exchange
from tests.contract.test_token_function import ring_secret
from tests.samples import INTEGRATION_ID, LOOKUP, PROJECT_ID, stored
from tests.unit.net.server import Server

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

__all__ = ["function", "handler", "key_arn", "ring_secret", "upstream"]

PROGRAM = """
import importlib, json, sys
app = importlib.import_module(sys.argv[1])
class Context:
    def get_remaining_time_in_millis(self): return 24000
answers = [app.lambda_handler(event, Context()) for event in json.load(sys.stdin)]
print(json.dumps({"answers": answers, "loaded": sorted(sys.modules)}))
"""
SDK = {"boto3", "botocore.client", "botocore.exceptions", "botocore.session", "urllib3"}


def served(function: str, events: list[Any], moto_server: str) -> tuple[list[Any], set[str]]:
    """Serve `events` in a new process, and return the answers and what was loaded for them."""
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, f"functions.{function}.app"],
        input=json.dumps(events),
        env={
            **os.environ,
            "AWS_ENDPOINT_URL": moto_server,
            "PYTHONPATH": ":".join(path for path in sys.path if path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout.splitlines()[-1])
    return said["answers"], set(said["loaded"])


def sample(name: str) -> Any:
    text = (EVENTS / "mcp" / f"{name}.json").read_text()
    return json.loads(text.replace(SAMPLES["session_token"], token()))


def test_mcp_answers_without_ever_loading_boto3(function: Counted, moto_server: str) -> None:
    del function
    answers, loaded = served("mcp", [sample("tools_list"), sample("tools_call")], moto_server)
    # There is no dispatch in this account: the call went as far as to be refused by Lambda.
    assert [answer["statusCode"] for answer in answers] == [200, 503]
    listed = json.loads(answers[0]["body"])["result"]
    assert [tool["name"] for tool in listed["tools"]] == ["who_am_i"]
    assert not loaded & SDK


def test_dispatch_answers_without_ever_loading_boto3(
    handler: Any,
    dynamodb: "DynamoDBClient",
    key_arn: str,
    upstream: Server,
    moto_server: str,
) -> None:
    del handler  # it sets the environment
    definition = replace(LOOKUP, base_url=upstream.origin, auth_strategy=AuthStrategy.STATIC_BEARER)
    tool = stored(definition)
    kms = boto3.client("kms", region_name=REGION)
    sealer = KmsSecretSealer(kms, key_arn, random_bytes=lambda length: b"n" * length)
    invocation = Invocation(
        request_id=request_id(clock.now_ms(), 7),
        tool=replace(tool, sealed_secret=sealer.seal(SECRET, tool.secret_binding)),
        integration_id=INTEGRATION_ID,
        member=None,
        arguments={"contact_id": "c-1"},
    )
    [answer], loaded = served("dispatch", [invocation_document(invocation)], moto_server)
    assert read_dispatched(answer).outcome is Outcome.SUCCEEDED
    [head] = upstream.heads
    assert f"Authorization: Bearer {SECRET}\r\n".encode() in head
    record = DynamoCallRecords(dynamodb, TABLE).get(PROJECT_ID, invocation.request_id)
    assert record.outcome is Outcome.SUCCEEDED
    assert not loaded & SDK


def test_token_exchanges_an_assertion_without_ever_loading_boto3(
    ring_secret: str, moto_server: str
) -> None:
    """What needs transactions, and so boto3, are the grants of OAuth alone."""
    del ring_secret
    [answer], loaded = served("token", [exchange("token/exchanged")], moto_server)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["token"].startswith("tng_mst_")
    assert not loaded & SDK


def test_the_test_can_tell() -> None:
    """A function that does use boto3 is seen to."""
    program = "import sys; import functions.keys.app; print('boto3' in sys.modules)"
    environment = {
        **dict.fromkeys(("STAGE", "DEPLOYMENT_ID", "AUTHORITY_TABLE", "ACTIVITY_TABLE"), "dev"),
        "AWS_DEFAULT_REGION": REGION,
        "PYTHONPATH": ":".join(path for path in sys.path if path),
    }
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "True"
