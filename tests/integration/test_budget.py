"""What a warm request asks of AWS, and its steps: a regression shows without any timing.

The built functions run in AWS's own runtime client, on an AWS that counts (see `bench`).
"""

import sys
from collections.abc import Iterator

import pytest

from bench.cost import Request, requests
from bench.ground import standing

BUDGET = {
    # AWS calls, then at most so many bytes sent and received in their bodies.
    "tools/call, none": (
        {"BatchGetItem": 1, "Invoke": 1, "PutItem": 1, "UpdateItem": 1},
        3_100,
        3_600,
    ),
    "tools/call, hmac_signature": (
        {"BatchGetItem": 1, "Invoke": 1, "PutItem": 1, "UpdateItem": 1},
        3_500,
        4_050,
    ),
    "tools/call, with a warrant": (
        {"BatchGetItem": 1, "Invoke": 1, "PutItem": 2, "UpdateItem": 1},
        4_350,
        3_900,
    ),
    "tools/list of 100": ({"BatchGetItem": 1}, 380, 1_500),
    "tools/list of 100, just changed": ({"BatchGetItem": 1, "Query": 1}, 850, 73_500),
    "session exchange": ({"BatchGetItem": 1, "PutItem": 1, "UpdateItem": 1}, 1_150, 1_200),
}


@pytest.fixture(scope="module")
def counted() -> Iterator[dict[str, Request]]:
    with standing() as ground:
        yield requests(ground)


STEPS = {
    # Calls of Python functions, at most.
    "tools/call, none": {"mcp": 327, "dispatch": 299},
    "tools/call, hmac_signature": {"mcp": 328, "dispatch": 317},
    "tools/call, with a warrant": {"mcp": 488, "dispatch": 326},
    "tools/list of 100": {"mcp": 189},
    "tools/list of 100, just changed": {"mcp": 552},
    "session exchange": {"token": 815},
}


def test_every_kind_of_request_has_its_budget(counted: dict[str, Request]) -> None:
    assert counted.keys() == BUDGET.keys() == STEPS.keys()


@pytest.mark.skipif(sys.version_info[:2] != (3, 13), reason="steps are of Lambda's runtime")
@pytest.mark.parametrize("name", STEPS)
def test_a_warm_request_takes_no_more_steps(counted: dict[str, Request], name: str) -> None:
    found = counted[name].steps
    assert found.keys() == STEPS[name].keys()
    for noun, most in STEPS[name].items():
        assert most * 0.8 < found[noun] <= most


@pytest.mark.parametrize("name", BUDGET)
def test_a_warm_request_stays_within_its_budget(counted: dict[str, Request], name: str) -> None:
    calls, sent, received = BUDGET[name]
    found = counted[name]
    assert found.calls == calls
    assert sent * 0.8 < sum(found.bytes_sent.values()) <= sent
    assert received * 0.8 < sum(found.bytes_received.values()) <= received
