"""Limits on the deployed template: races, places that come free, and addresses."""

import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from gatehouse.aws.tables import quota_key, slots_key
from gatehouse.domain.call_limits import failure_limit
from gatehouse.domain.limits import LimitScope, Slots, Window, share
from local.stack import LocalStack
from tests.integration.echo import Echo
from tests.integration.world import Tenant, World, bearer

pytestmark = pytest.mark.stack

ATONCE = 8


@pytest.fixture
def owned(world: World) -> Tenant:
    """A project, and as many instances of mcp as calls are made at once: calls shall meet."""
    tenant = world.tenant("Limited")
    warm = at_once(ATONCE, lambda: tenant.rpc(tenant.api_key, "tools/list"))
    assert {answer.status_code for answer in warm} == {200}
    return tenant


def limit(world: World, tenant: Tenant, **settings: object) -> None:
    path = f"/admin/v1/projects/{tenant.project_id}"
    version = world.admin("GET", path).json()["version"]
    answer = world.admin("PATCH", path, {"settings": settings, "version": version})
    assert answer.status_code == 200, answer.text


def at_once(times: int, run: Callable[[], httpx.Response]) -> list[httpx.Response]:
    start = threading.Barrier(ATONCE)

    def one(number: int) -> httpx.Response:
        if number < ATONCE:
            start.wait()
        return run()

    with ThreadPoolExecutor(ATONCE) as pool:
        return list(pool.map(one, range(times)))


def test_exactly_half_of_twice_as_many_pass(world: World, owned: Tenant) -> None:
    limit(world, owned, limits={"per_day": 20})
    answers = at_once(40, lambda: owned.rpc(owned.api_key, "tools/list"))
    assert sorted(answer.status_code for answer in answers) == [200] * 20 + [429] * 20
    for answer in answers:
        assert answer.headers["ratelimit-policy"] == '"project-day";q=20;w=86400'
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert 1 <= int(refused.headers["retry-after"]) <= 86_400
    assert refused.json()["error"]["code"] == 429
    assert "20 calls per day for this project" in refused.json()["error"]["message"]


def test_exactly_as_many_pass_where_several_limits_hold(
    world: World, owned: Tenant, echo: Echo
) -> None:
    """What one limit refuses does not use up the other."""
    limit(world, owned, limits={"per_day": 12})
    tool = owned.tool(echo.url, limits={"per_day": 4})
    params = {"name": tool["name"], "arguments": {}}
    calls = at_once(16, lambda: owned.rpc(owned.api_key, "tools/call", params))
    passed = sum(answer.status_code == 200 for answer in calls)
    assert passed == 4
    lists = [owned.rpc(owned.api_key, "tools/list").status_code for _ in range(10)]
    assert lists == [200] * 8 + [429] * 2


def test_exactly_as_many_exchanges_pass_as_the_project_may_make(
    world: World, owned: Tenant
) -> None:
    limit(world, owned, limits={"per_day": 3})
    bodies = [{"member_assertion": owned.assertion(f"user-{number}")} for number in range(ATONCE)]
    pending = iter(bodies)
    answers = at_once(ATONCE, lambda: owned.exchange(next(pending)))
    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [429] * (ATONCE - 3)
    for answer in answers:
        assert answer.headers["ratelimit-policy"] == '"project-day";q=3;w=86400'
        if answer.status_code == 200:
            note = owned.journal.note("session token", answer.json()["token"])
            owned.journal.shown_once.add(note)
        else:
            assert answer.json()["detail"].startswith("Limit reached: 3 calls per day")
            assert int(answer.headers["retry-after"]) >= 1


def test_places_are_held_given_back_and_come_free_by_themselves(
    stack: LocalStack, world: World, owned: Tenant
) -> None:
    limit(world, owned, limits={"concurrent": 1})
    table, client = stack.tables["activity"], stack.client("dynamodb")
    place = Slots(scope=LimitScope.PROJECT, subject=owned.project_id, amount=1)

    def held_until(moment: float) -> None:
        client.update_item(
            TableName=table,
            Key=slots_key(place, 0),
            UpdateExpression="ADD held :other",
            ExpressionAttributeValues={":other": {"SS": [f"{int(moment)}#another-call"]}},
        )

    def listed() -> httpx.Response:
        return owned.rpc(owned.api_key, "tools/list")

    assert [listed().status_code for _ in range(3)] == [200] * 3
    held_until(time.time() + 600)
    refused = listed()
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    policy = '"project-concurrent";q=1;qu="concurrent-requests"'
    assert refused.headers["ratelimit-policy"] == policy

    client.delete_item(TableName=table, Key=slots_key(place, 0))
    held_until(time.time() - 1)  # its function died: nobody gives it back
    time.sleep(0.2)  # an instance that has just seen every place taken asks again after 0.1 s
    assert listed().status_code == 200
    found = client.get_item(TableName=table, Key=slots_key(place, 0), ConsistentRead=True)
    assert "held" not in found["Item"]


def test_calls_at_once_leave_no_place_behind(
    stack: LocalStack, world: World, owned: Tenant
) -> None:
    limit(world, owned, limits={"concurrent": 2})
    answers = at_once(16, lambda: owned.rpc(owned.api_key, "tools/list"))
    assert {answer.status_code for answer in answers} <= {200, 429}
    place = Slots(scope=LimitScope.PROJECT, subject=owned.project_id, amount=2)
    found = stack.client("dynamodb").get_item(
        TableName=stack.tables["activity"], Key=slots_key(place, 0), ConsistentRead=True
    )
    assert "held" not in found["Item"]


# --- credentials that do not hold, by address: 127.0.0.0/8 has enough of them


def from_address(stack: LocalStack, address: str) -> httpx.Client:
    transport = httpx.HTTPTransport(local_address=address)
    return httpx.Client(base_url=stack.api_url, transport=transport, timeout=60)


def use_up(stack: LocalStack, address: str) -> None:
    """Count as many failures of this minute and the next as the address may have."""
    allowed = stack.function("mcp")["Environment"]["Variables"]["FAILURES_PER_MINUTE"]
    failures = failure_limit(address, int(allowed))
    for shard in range(failures.shards):
        for starts_at in (now := Window.MINUTE.starts_at(int(time.time() * 1000)), now + 60):
            stack.client("dynamodb").update_item(
                TableName=stack.tables["activity"],
                Key=quota_key(failures, shard, starts_at=starts_at),
                UpdateExpression="SET calls = :all",
                ExpressionAttributeValues={
                    ":all": {"N": str(share(failures.amount, failures.shards, shard))}
                },
            )


def ping(client: httpx.Client, credential: str, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    return client.post("/mcp", json=body, headers={**bearer(credential), **named}).status_code


def test_an_address_over_its_failures_is_told_so_and_its_good_credentials_are_served(
    stack: LocalStack, tenant: Tenant
) -> None:
    wrong = tenant.api_key[:-6] + secrets.token_hex(3)
    body = {"member_assertion": tenant.assertion("user-1")}
    with from_address(stack, "127.0.0.7") as crowded, from_address(stack, "127.0.0.8") as quiet:
        assert ping(crowded, wrong) == 401
        use_up(stack, "127.0.0.7")
        assert ping(crowded, wrong) == 429
        spoofed = {"X_Forwarded_For": "198.51.100.1", "Forwarded": "for=198.51.100.1"}
        assert ping(crowded, wrong, **spoofed) == 429
        assert ping(quiet, wrong) == 401
        assert ping(quiet, wrong, X_Forwarded_For="127.0.0.7") == 401

        assert ping(crowded, tenant.api_key) == 200
        path, good = "/api/v1/mcp/session-token", bearer(tenant.api_key)
        assert crowded.post(path, json=body, headers=bearer(wrong)).status_code == 429
        exchanged = crowded.post(path, json=body, headers=good)
        assert exchanged.status_code == 200
        token = tenant.journal.note("session token", exchanged.json()["token"])
        assert ping(crowded, token) == 200
        assert crowded.get("/api/v1/project", headers=bearer(wrong)).status_code == 429
        assert crowded.get("/api/v1/project", headers=good).status_code == 200
