"""Two processes of a function count together, two addresses and two callers apart.

The processes are told what time it is, so that a second lasts as long as a test needs.
"""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from gatehouse.domain.tiers import Tier
from local.stack import LocalStack
from tests.events import http_event
from tests.integration.handlers import handler
from tests.integration.world import Json, Tenant, World, bearer

pytestmark = pytest.mark.stack

MOMENTS = iter(range(1_900_000_000_000, 2_000_000_000_000, 86_400_000))
"""Each test has a day of its own, in milliseconds."""
JSON = {
    "content-type": "application/json",
    "accept": "application/json, text/event-stream",
    "mcp-protocol-version": "2025-11-25",
}
PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}'


def event_from(address: str, event: Json) -> Json:
    context = event["requestContext"]
    http = {**context["http"], "sourceIp": address}
    return {**event, "requestContext": {**context, "http": http}}


def two_processes(
    stack: LocalStack, noun: str, events: Sequence[Json], **settings: str
) -> list[Json]:
    """Send each of two processes half of the events, at the same time; return all answers."""
    moment = str(next(MOMENTS))
    with ExitStack() as running, ThreadPoolExecutor(2) as pool:
        handlers = [
            running.enter_context(handler(stack, noun, CLOCK_MS=moment, **settings))
            for _ in range(2)
        ]
        halves = [events[0::2], events[1::2]]
        found = list(pool.map(lambda one, half: one.answers(half), handlers, halves))
        assert handlers[0].process.pid != handlers[1].process.pid
    return [answer for half in found for answer in half]


def statuses(answers: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    found = [answer["statusCode"] for answer in answers]
    return {status: found.count(status) for status in set(found)}


def listing(tenant: Tenant) -> Json:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
    return http_event("POST", "/mcp", headers={**bearer(tenant.api_key), **JSON}, body=body)


def limited(world: World, tenant: Tenant, **limits: int) -> None:
    path = f"/admin/v1/projects/{tenant.project_id}"
    version = world.admin("GET", path).json()["version"]
    body = {"settings": {"limits": limits}, "version": version}
    assert world.admin("PATCH", path, body).status_code == 200


@pytest.mark.parametrize("limit", [{"per_second": 40}, {"per_second": 500}], ids=str)
def test_exactly_half_of_twice_as_many_pass_through_two_processes(
    limit: dict[str, int], stack: LocalStack, world: World
) -> None:
    tenant = world.tenant("Shared limit")
    limited(world, tenant, **limit)
    [amount] = limit.values()
    answers = two_processes(stack, "mcp", [listing(tenant)] * (2 * amount))
    assert statuses(answers) == {200: amount, 429: amount}


def test_the_door_of_signing_in_is_one_for_both_processes(stack: LocalStack) -> None:
    come = event_from("192.0.2.1", http_event("GET", "/signin"))
    answers = two_processes(stack, "signin", [come] * 60, SIGN_INS_PER_MINUTE="30")
    assert statuses(answers) == {200: 30, 429: 30}


@pytest.mark.parametrize(
    ("noun", "method", "path"), [("mcp", "POST", "/mcp"), ("keys", "GET", "/api/v1/project")]
)
def test_credentials_that_do_not_hold_are_counted_by_both_processes(
    stack: LocalStack, tenant: Tenant, noun: str, method: str, path: str
) -> None:
    headers = {**bearer(tenant.api_key[:-1] + "!"), **JSON}
    wrong = http_event(method, path, headers=headers, body=PING if method == "POST" else None)
    answers = two_processes(stack, noun, [wrong] * 40, FAILURES_PER_MINUTE="20")
    assert statuses(answers) == {401: 20, 429: 20}


def test_the_door_of_the_deployments_administration_is_one_for_both_processes(
    stack: LocalStack, world: World
) -> None:
    read = http_event("GET", "/admin/v1/projects", headers=bearer(world.admin_token))
    amount = Tier.ADMIN.per_minute
    answers = two_processes(stack, "keys", [read] * (2 * amount))
    assert statuses(answers) == {200: amount, 429: amount}


SIGNING_IN = http_event("GET", "/signin")
GUESSING = http_event(
    "POST",
    "/oauth/token",
    headers={
        "content-type": "application/x-www-form-urlencoded",
        "authorization": "Basic " + b64encode(b"client:guess").decode(),
    },
    body="grant_type=client_credentials",
)


@pytest.mark.parametrize(
    ("noun", "setting", "event", "within"),
    [
        ("signin", "SIGN_INS_PER_MINUTE", SIGNING_IN, 200),
        ("token", "FAILURES_PER_MINUTE", GUESSING, 401),
    ],
    ids=["signing in", "guessing secrets"],
)
def test_two_addresses_have_shares_of_their_own(
    stack: LocalStack, noun: str, setting: str, event: Json, within: int
) -> None:
    spoofed = {"x-forwarded-for": "192.0.2.99", "forwarded": "for=192.0.2.98"}
    event = {**event, "headers": {**event["headers"], **spoofed}}
    with handler(stack, noun, CLOCK_MS=str(next(MOMENTS)), **{setting: "3"}) as one:

        def asked(address: str) -> int:
            return int(one.answer(event_from(address, event))["statusCode"])

        assert [asked("192.0.2.1") for _ in range(4)] == [within] * 3 + [429]
        assert [asked("192.0.2.2") for _ in range(4)] == [within] * 3 + [429]
        assert asked("2001:db8:1:2::1") == asked("2001:db8:1:2:ffff::2") == within
        assert [asked("2001:db8:1:2::3"), asked("2001:db8:1:2::4")] == [within, 429]
        assert asked("2001:db8:1:3::1") == within


@pytest.mark.parametrize(
    ("noun", "event"),
    [("signin", SIGNING_IN), ("token", GUESSING)],
    ids=["signing in", "guessing secrets"],
)
def test_a_door_that_cannot_count_stays_shut(stack: LocalStack, noun: str, event: Json) -> None:
    with handler(stack, noun, ACTIVITY_TABLE="there-is-no-such-table") as one:
        answer = one.answer(event)
    assert answer["statusCode"] == 503
