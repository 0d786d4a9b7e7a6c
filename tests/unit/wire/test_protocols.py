"""What goes over the wire, and what is made of answers: as boto3 does both."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.retries.standard import (
    ThrottledRetryableChecker,
    TransientRetryableChecker,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from gatehouse.aws.wire.errors import NoCredentials, NotSent, Refused, Unanswered
from gatehouse.aws.wire.json_protocol import _document, _encode
from gatehouse.aws.wire.retries import PASSING_CODES, PASSING_STATUSES, Quota, Retries
from gatehouse.aws.wire.services import (
    WireDynamoDb,
    WireFunctions,
    WireKms,
    WireSecretsManager,
)
from tests.unit.net.server import serving
from tests.unit.wire.ground import KEYS, QUICK, Around, said, saying

VALUE = {"S": "ä\u2028"}
BYTES = {"B": b"\0\xff"}
KEY = {"PK": VALUE, "SK": {"S": "META"}}
REGION = KEYS["AWS_REGION"]
CLIENTS: dict[str, Callable[..., Any]] = {
    "dynamodb": WireDynamoDb,
    "kms": WireKms,
    "secretsmanager": WireSecretsManager,
    "lambda": WireFunctions,
}
CALLS: list[tuple[str, str, dict[str, Any], Any]] = [
    (
        "dynamodb",
        "batch_get_item",
        {"RequestItems": {"t": {"Keys": [KEY], "ConsistentRead": True}}},
        {"Responses": {"t": [{"sealed": {"B": "AP8="}}]}, "UnprocessedKeys": {}},
    ),
    ("dynamodb", "get_item", {"TableName": "t", "Key": KEY}, {"Item": {"a": {"N": "1"}}}),
    ("dynamodb", "get_item", {"TableName": "t", "Key": KEY}, {}),
    (
        "dynamodb",
        "query",
        {
            "TableName": "t",
            "KeyConditionExpression": "PK = :p",
            "ExpressionAttributeValues": {":p": VALUE},
            "Limit": 3,
        },
        {
            "Items": [{"B": {"S": "x"}, "l": {"L": [{"BS": ["AA==", "AQ=="]}, {"BOOL": True}]}}],
            "Count": 1,
            "ScannedCount": 1,
            "LastEvaluatedKey": {"PK": {"B": "AA=="}},
        },
    ),
    ("dynamodb", "put_item", {"TableName": "t", "Item": {**KEY, "b": BYTES}}, {}),
    (
        "dynamodb",
        "update_item",
        {"TableName": "t", "Key": KEY, "UpdateExpression": "ADD a :a"},
        {"Attributes": {"m": {"M": {"BS": {"S": "no bytes"}, "B": {"B": "AA=="}}}}},
    ),
    (
        "kms",
        "decrypt",
        {"CiphertextBlob": b"\0\1", "EncryptionContext": {"tool": "x"}, "KeyId": "arn"},
        {"KeyId": "arn", "Plaintext": "AQI="},
    ),
    (
        "kms",
        "sign",
        {"KeyId": "k", "Message": b"m", "SigningAlgorithm": "ECDSA_SHA_256"},
        {"KeyId": "k", "Signature": "AQI="},
    ),
    ("kms", "get_public_key", {"KeyId": "k"}, {"KeyId": "k", "PublicKey": "AQI="}),
    (
        "secretsmanager",
        "get_secret_value",
        {"SecretId": "ring", "VersionStage": "AWSCURRENT"},
        {"SecretString": "{}", "SecretBinary": "AQI=", "CreatedDate": 1763836067.5},
    ),
]


def on_boto3(service: Any, origin: str) -> Any:
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=origin,
        aws_access_key_id="AKID",
        aws_secret_access_key="secret",
        aws_session_token="token",
        config=Config(retries={"mode": "standard", "total_max_attempts": 1}),
    )


def parts(request: bytes) -> tuple[bytes, dict[bytes, bytes], bytes]:
    head, _, body = request.partition(b"\r\n\r\n")
    line, *lines = head.split(b"\r\n")
    named = (each.partition(b":") for each in lines)
    return line, {name.lower(): value.strip() for name, _, value in named}, body


@pytest.mark.parametrize(("service", "operation", "asked", "answer"), CALLS)
def test_a_call_is_what_boto3_makes_of_it_in_both_directions(
    service: str, operation: str, asked: dict[str, Any], answer: Any
) -> None:
    with serving(saying(said(answer))) as server:
        theirs = getattr(on_boto3(service, server.origin), operation)(**asked)
        ours = getattr(CLIENTS[service](QUICK, Around(server.origin)()), operation)(**asked)
        their_request, our_request = map(parts, server.heads)
    for name in (b"host", b"content-type", b"x-amz-target", b"x-amz-security-token"):
        assert our_request[1][name] == their_request[1][name], name
    assert our_request[0] == their_request[0]
    assert json.loads(our_request[2]) == json.loads(their_request[2])
    assert ours["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert ours["ResponseMetadata"]["RequestId"] == "R1"
    for found in (ours, theirs):
        del found["ResponseMetadata"]
        if "CreatedDate" in found:
            found["CreatedDate"] = found["CreatedDate"].astimezone(UTC)
            assert found["CreatedDate"] == datetime.fromtimestamp(1763836067.5, UTC)
    assert ours == theirs


@pytest.mark.parametrize(
    "name",
    ["dispatch", "a:live", "arn:aws:lambda:eu-central-1:123456789012:function:d:live", "ä/?"],
)
def test_an_invocation_is_what_boto3_makes_of_it(name: str) -> None:
    failed = said(b'{"x": 1}', headers="X-Amz-Function-Error: Unhandled\r\n")
    with serving(saying(failed)) as server:
        asked = {"InvocationType": "RequestResponse", "Payload": b'{"a":1}'}
        theirs: Any = None
        if name != "ä/?":  # boto3 does not send such a name
            theirs = on_boto3("lambda", server.origin).invoke(FunctionName=name, **asked)
        ours: Any = WireFunctions(QUICK, Around(server.origin)()).invoke(
            FunctionName=name,
            **asked,  # type: ignore[arg-type]
        )
        requests = [parts(head) for head in server.heads]
    assert (ours["StatusCode"], ours["FunctionError"]) == (200, "Unhandled")
    assert ours["Payload"].read() == b'{"x": 1}'
    if theirs is None:
        assert requests[0][0] == (b"POST /2015-03-31/functions/%C3%A4%2F%3F/invocations HTTP/1.1")
        return
    assert (theirs["StatusCode"], theirs["FunctionError"]) == (200, "Unhandled")
    their_request, our_request = requests
    assert our_request[0] == their_request[0]
    assert our_request[2] == their_request[2]
    invoked = b"x-amz-invocation-type"
    assert our_request[1][invoked] == their_request[1][invoked]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"__type": "com.aws.kms#NotFoundException", "message": "m"}', "NotFoundException"),
        (b'{"__type": "ThrottlingException"}', "ThrottlingException"),
        (b"<html>", "403"),
        (b"", "403"),
    ],
)
def test_a_refusal_has_the_code_that_boto3_finds(body: bytes, code: str) -> None:
    with serving(saying(said(body, 403))) as server:
        with pytest.raises(Refused) as ours:
            WireKms(QUICK, Around(server.origin)()).get_public_key(KeyId="k")
        boto3_client = on_boto3("kms", server.origin)
        with pytest.raises(boto3_client.exceptions.ClientError) as theirs:
            boto3_client.get_public_key(KeyId="k")
    assert ours.value.code == code == theirs.value.response["Error"]["Code"]
    assert (ours.value.status, ours.value.response["Error"]) == (
        403,
        {"Code": code, "Message": "m" if b'"m"' in body else ""},
    )


def test_lambda_names_its_refusals_in_a_header() -> None:
    """As a REST service does; the code may have a URL behind it."""
    named = "x-amzn-ErrorType: TooManyRequestsException:http://x/\r\n"
    refused = said(b'{"Reason": "ConcurrentInvocationLimitExceeded"}', 429, headers=named)
    with serving(saying(refused)) as server:
        with pytest.raises(Refused) as ours:
            WireFunctions(QUICK, Around(server.origin)()).invoke(FunctionName="d")
        boto3_client = on_boto3("lambda", server.origin)
        with pytest.raises(boto3_client.exceptions.TooManyRequestsException) as theirs:
            boto3_client.invoke(FunctionName="d")
    assert ours.value.status == 429
    assert ours.value.code == theirs.value.response["Error"]["Code"]


NAMES = st.sampled_from(["B", "BS", "S", "name"])
attributes: st.SearchStrategy[Any] = st.recursive(
    st.builds(lambda v: {"S": v}, st.text(max_size=5))
    | st.builds(lambda v: {"N": str(v)}, st.integers())
    | st.builds(lambda v: {"B": v}, st.binary(max_size=5))
    | st.builds(lambda v: {"BS": v}, st.lists(st.binary(max_size=5), min_size=1, max_size=3))
    | st.builds(lambda v: {"SS": v}, st.lists(st.text(max_size=5), min_size=1, max_size=3))
    | st.builds(lambda v: {"BOOL": v}, st.booleans()),
    lambda inner: (
        st.builds(lambda v: {"L": v}, st.lists(inner, max_size=3))
        | st.builds(lambda v: {"M": v}, st.dictionaries(NAMES, inner, max_size=3))
    ),
    max_leaves=8,
)


@given(st.dictionaries(NAMES, attributes, max_size=3), NAMES)
@settings(max_examples=200)
def test_items_come_back_as_they_went_whatever_their_names(item: Any, table: str) -> None:
    answer = {"Responses": {table: [item, {}]}, "UnprocessedKeys": {table: {"Keys": [item]}}}
    assert _document(_encode(answer).encode()) == answer


def test_only_bytes_are_taken_for_bytes() -> None:
    for held in ([], [{"S": "x"}], ["QQ==", 1], {"S": "QQ=="}, None):
        for answer in ({"B": held}, {"BS": held}, {"B": "QQ==", "S": "x"}):
            assert _document(_encode(answer).encode()) == answer
    with pytest.raises(TypeError):
        _encode({"x": object()})


# --- Headers ----------------------------------------------------------------------------------


def test_the_trace_goes_along_from_function_to_function_and_is_read_each_time() -> None:
    with serving(saying(said({}))) as server:
        around = Around(server.origin)
        elsewhere = WireFunctions(QUICK, around())
        around.environ["AWS_LAMBDA_FUNCTION_NAME"] = "mcp"
        client, table = WireFunctions(QUICK, around()), WireDynamoDb(QUICK, around())
        for trace in ("", "Root=1-2;Parent=3;Sampled=1", "Root=4;\r\nX: ü"):
            around.environ["_X_AMZN_TRACE_ID"] = trace
            client.invoke(FunctionName="dispatch", Payload=b"{}")
        elsewhere.invoke(FunctionName="dispatch", Payload=b"{}")
        table.get_item(TableName="t", Key={"PK": {"S": "p"}})
        traces = [parts(head)[1].get(b"x-amzn-trace-id") for head in server.heads]
    told = [b"Root=1-2;Parent=3;Sampled=1", b"Root=4;%0D%0AX:%20%C3%BC"]
    assert traces == [None, *told, None, None]


@pytest.mark.parametrize("token", ["a\r\nX-Evil: y", "a\nb", "ü"])
def test_a_credential_that_is_not_one_line_of_ascii_is_not_sent(token: str) -> None:
    with serving(saying(said({}))) as server:
        around = Around(server.origin, environ={**KEYS, "AWS_SESSION_TOKEN": token})
        with pytest.raises(NotSent):
            WireDynamoDb(QUICK, around()).get_item(TableName="t", Key={"PK": {"S": "p"}})
        assert server.heads == []


def test_invocations_take_what_they_can_send_and_nothing_else() -> None:
    client: Any = WireFunctions(QUICK, Around("http://127.0.0.1:1")())
    with pytest.raises(TypeError):
        client.invoke(FunctionName="x", LogType="Tail")
    with pytest.raises(TypeError):
        client.invoke(FunctionName="x", Payload="text")


# --- Retries ----------------------------------------------------------------------------------


def test_what_may_pass_is_what_botocore_says() -> None:
    transient: Any = TransientRetryableChecker
    throttled: Any = ThrottledRetryableChecker
    codes = {*transient._TRANSIENT_ERROR_CODES, *throttled._THROTTLED_ERROR_CODES}
    for service in CLIENTS:
        model = on_boto3(service, "http://127.0.0.1:1").meta.service_model
        for name in model.shape_names:
            if model.shape_for(name).metadata.get("retryable"):
                codes.add(name)
    assert codes == PASSING_CODES
    assert set(transient._TRANSIENT_STATUS_CODES) == PASSING_STATUSES


@pytest.mark.parametrize("error", [NoCredentials(), Refused("ValidationException", 400, {})])
def test_what_will_not_pass_is_raised_at_once(error: Exception) -> None:
    tries: list[int] = []

    def once() -> None:
        tries.append(1)
        raise error

    with pytest.raises(type(error)):
        Retries(attempts=9, sleep=lambda _: None, random=lambda: 0.0).run(once)
    assert len(tries) == 1


def test_pauses_are_at_most_twenty_seconds() -> None:
    pauses: list[float] = []

    def once() -> None:
        raise Unanswered

    with pytest.raises(Unanswered):
        Retries(attempts=8, sleep=pauses.append, random=lambda: 1.0).run(once)
    assert pauses == [1, 2, 4, 8, 16, 20, 20]


def test_a_quota_is_refilled_by_success_and_not_beyond_its_size() -> None:
    quota = Quota(10)
    assert quota.take(8)
    assert not quota.take(3)
    quota.give(1)
    assert quota.take(3)
    quota.give(99)
    assert quota.take(10)
    assert not quota.take(1)
