"""`make invoke`: a function under AWS's runtime client, with its deployed settings and rights."""

import json

import pytest

from local.invoke import EVENTS, SAMPLES, DidNotAnswer, invoke
from local.runtime_api import RuntimeApi
from local.stack import LocalStack

pytestmark = pytest.mark.stack


def test_a_function_answers_an_event_as_deployed(stack: LocalStack) -> None:
    event = {
        "version": "2.0",
        "routeKey": "GET /health",
        "rawPath": "/health",
        "rawQueryString": "",
        "headers": {},
        "requestContext": {
            "domainName": "127.0.0.1",
            "http": {"method": "GET", "path": "/health", "sourceIp": "127.0.0.1"},
            "requestId": "a-request",
        },
        "isBase64Encoded": False,
    }

    outcome = invoke(stack.aws, stack.function_names["keys"], "keys", json.dumps(event).encode())

    assert not outcome.failed
    assert outcome.payload["statusCode"] == 200


def test_a_function_that_cannot_start_is_told_apart_from_one_that_refuses(
    stack: LocalStack,
) -> None:
    with pytest.raises((DidNotAnswer, FileNotFoundError)):
        invoke(stack.aws, stack.function_names["keys"], "no-such-folder", b"{}")


def test_every_sample_value_is_made_up_and_none_is_part_of_another() -> None:
    samples = list(json.loads(SAMPLES.read_text()).values())

    assert not [(a, b) for a in samples for b in samples if a != b and a in b and len(a) > 8]
    assert any(value in file.read_text() for value in samples for file in EVENTS.glob("*/*.json"))


def test_the_runtime_api_tells_an_error_from_an_answer() -> None:
    api = RuntimeApi(event=b"{}", function_arn="arn", seconds=1)

    api.take("/2018-06-01/runtime/invocation/1/error", b'{"errorType": "ValueError"}')

    assert api.outcome
    assert api.outcome.failed
