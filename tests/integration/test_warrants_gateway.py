"""Warrants on the deployed template, with the public package `tenuo` as the client."""

import base64
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest
import tenuo_core

from tests.integration.delegates import (
    Holders,
    envelope,
    public,
    reason,
    result_of,
    with_nonce,
)
from tests.integration.echo import Echo
from tests.integration.world import Json, World
from tests.warrants import PUBLIC, Minted, proof

pytestmark = pytest.mark.stack

DEEP = {"path": "/data/a/b/c"}


@pytest.fixture
def holders(world: World, echo: Echo) -> Holders:
    """A project that enforces, and trusts the root."""
    found = Holders(world.tenant(), echo)
    found.trust()
    found.look("enforce")
    return found


def in_headers(holders: Holders, chain: list[object], tool: str, arguments: Json) -> Json:
    """The package's own headers for carol."""
    *parents, leaf = chain
    built: Json = leaf.bind(holders.carol).headers(  # type: ignore[attr-defined]
        tool, arguments, warrant_chain=parents, trusted_roots=[holders.root.public_key]
    )
    return built


def by_meta(holders: Holders, chain: list[object], tool: str, arguments: Json) -> httpx.Response:
    carried = envelope(chain, holders.carol, tool, arguments)
    return holders.rpc({"name": tool, "arguments": arguments, "_meta": {"tenuo": carried}})


def by_argument(
    holders: Holders, chain: list[object], tool: str, arguments: Json
) -> httpx.Response:
    carried = envelope(chain, holders.carol, tool, arguments)
    return holders.rpc({"name": tool, "arguments": {**arguments, "_tenuo": carried}})


def by_headers(holders: Holders, chain: list[object], tool: str, arguments: Json) -> httpx.Response:
    headers = in_headers(holders, chain, tool, arguments)
    return holders.rpc({"name": tool, "arguments": arguments}, headers=headers)


@pytest.mark.parametrize("send", [by_meta, by_argument, by_headers])
def test_a_warrant_handed_on_twice_is_allowed_narrowed_revoked(
    holders: Holders, send: Callable[..., httpx.Response]
) -> None:
    tool = holders.tool()
    chain = holders.delegated(tool)
    answer = send(holders, chain, tool, DEEP)
    result = result_of(answer)
    assert result["isError"] is False
    assert result["structuredContent"]["target"].endswith("path=%2Fdata%2Fa%2Fb%2Fc")
    assert holders.record(result)["warrant"] == {
        "mode": "enforce",
        "decision": "allowed",
        "warrant_id": chain[-1].id,
        **dict.fromkeys(["reason", "code", "field", "hint"]),
    }
    [sent] = holders.received(tool)
    assert not any("tenuo" in name for name in sent.headers)
    assert "tenuo" not in sent.target

    if send is not by_headers:  # whose builder refuses to sign this
        wider = result_of(send(holders, chain, tool, {"path": "/data/a/x"}))
        note = wider["_meta"]["gatehouse/warrant"]
        assert (note["reason"], note["field"]) == ("constraint-violation", "path")

    holders.revoke(chain[1].id)
    revoked = result_of(send(holders, chain, tool, {"path": "/data/a/b/d"}))
    assert reason(revoked) == "warrant-revoked"
    assert len(holders.received(tool)) == 1


@pytest.mark.parametrize("fields", [
    {"http_method": "GET"},
    {"http_method": "GET", "annotations": {"idempotentHint": True, "readOnlyHint": True}},
    {"http_method": "POST", "deduplicate_seconds": 60},
    {"http_method": "POST", "deduplicate_seconds": 0},
])  # fmt: skip
def test_of_two_connections_with_one_proof_one_is_served(holders: Holders, fields: Json) -> None:
    tool = holders.tool(**fields)
    chain = holders.delegated(tool)
    carried = envelope(chain, holders.carol, tool, DEEP)
    params: Json = {"name": tool, "arguments": DEEP, "_meta": {"tenuo": carried}}
    at_once = Barrier(2)

    def send() -> Json:
        with httpx.Client(timeout=60) as own:
            at_once.wait()
            return result_of(holders.rpc(params, http=own))

    with ThreadPoolExecutor(2) as callers:
        results = [each.result() for each in [callers.submit(send) for _ in range(2)]]
    assert len(holders.received(tool)) == 1
    outcomes = sorted(holders.record(result)["outcome"] for result in results)
    if fields.get("deduplicate_seconds"):
        # Either it came too soon to hear of the first call, or it heard of that.
        assert outcomes in (["denied", "succeeded"], ["repeated", "succeeded"])
    else:
        assert outcomes == ["denied", "succeeded"]
        assert sorted(map(reason, results), key=str) == [None, "proof-replayed"]


def test_a_duplicate_that_comes_later_is_answered_and_not_made(holders: Holders) -> None:
    tool = holders.tool(http_method="POST", deduplicate_seconds=60)
    chain = holders.delegated(tool)
    carried = envelope(chain, holders.carol, tool, DEEP)
    params = {"name": tool, "arguments": DEEP, "_meta": {"tenuo": carried}}
    first, again = (result_of(holders.rpc(params)) for _ in range(2))
    assert again["content"] == first["content"]
    assert again["_meta"]["gatehouse/repeatedOf"] == first["_meta"]["gatehouse/requestId"]
    assert holders.record(again)["warrant"]["decision"] == "allowed"
    assert len(holders.received(tool)) == 1


def test_a_nonce_tells_equal_calls_apart_when_the_holder_signed_it(holders: Holders) -> None:
    tool = holders.tool()
    chain = holders.delegated(tool)
    carried = envelope(chain, holders.carol, tool, DEEP)

    def call(object_: Json) -> str | None:
        params = {"name": tool, "arguments": DEEP, "_meta": {"tenuo": object_}}
        return reason(result_of(holders.rpc(params)))

    assert call(carried) is None
    for nonce in (b"1", b"2"):
        assert call(with_nonce(carried, holders.carol, nonce)) is None
        assert call(with_nonce(carried, holders.carol, nonce)) == "proof-replayed"
    unsigned = {**carried, "nonce": base64.b64encode(b"3").decode()}
    assert call(unsigned) == "pop-challenge-invalid"
    assert call(with_nonce(carried, holders.bob, b"3")) == "pop-challenge-invalid"
    assert len(holders.received(tool)) == 3


def test_a_tool_may_take_equal_calls(holders: Holders) -> None:
    tool = holders.tool(allow_equal_calls=True)
    chain = holders.delegated(tool)
    carried = envelope(chain, holders.carol, tool, DEEP)
    params = {"name": tool, "arguments": DEEP, "_meta": {"tenuo": carried}}
    assert [reason(result_of(holders.rpc(params))) for _ in range(3)] == [None] * 3
    assert len(holders.received(tool)) == 3


def test_a_root_counts_through_the_integrations_that_it_names(world: World, echo: Echo) -> None:
    holders = Holders(world.tenant(), echo)
    other = world.admin(
        "POST",
        f"/admin/v1/projects/{holders.tenant.project_id}/integrations",
        {"name": "other"},
    ).json()
    world.journal.note("API key", other["api_key"])
    world.journal.shown_once.add(other["api_key"])
    holders.trust(integration_ids=[other["id"]])
    holders.look("enforce")
    tool = holders.tool()
    chain = holders.delegated(tool)
    assert reason(holders.call(chain, holders.carol, tool, DEEP)) == "untrusted-root"
    through_the_other = holders.tenant
    through_the_other.api_key, own = other["api_key"], through_the_other.api_key
    assert reason(holders.call(chain, holders.carol, tool, DEEP)) is None
    through_the_other.api_key = own
    gone = holders.tenant.api("DELETE", f"/api/v1/warrants/roots/{public(holders.root).hex()}")
    assert gone.status_code == 204
    through_the_other.api_key = other["api_key"]
    assert reason(holders.call(chain, holders.carol, tool, DEEP)) == "untrusted-root"


def test_a_tool_asks_for_clearance(holders: Holders) -> None:
    holders.look("enforce", clearances={"read-*": 20})
    tool = holders.tool()
    low = holders.minted(tool)
    assert reason(holders.call([low], holders.alice, tool, {"path": "/data/1"})) == (
        "tool-not-authorized"
    )
    high = holders.minted(tool, clearance=tenuo_core.Clearance(20))
    assert reason(holders.call([high], holders.alice, tool, {"path": "/data/1"})) is None


def test_a_tool_may_be_stricter_than_its_project_and_never_laxer(holders: Holders) -> None:
    holders.look("audit")
    strict, lax = holders.tool(warrant_mode="enforce"), holders.tool(warrant_mode="off")
    params: Json = {"name": strict, "arguments": DEEP}
    assert reason(result_of(holders.rpc(params))) == "warrant-missing"
    result = result_of(holders.rpc({"name": lax, "arguments": DEEP}))
    assert holders.record(result)["warrant"]["mode"] == "audit"
    assert (len(holders.received(strict)), len(holders.received(lax))) == (0, 1)


@pytest.mark.parametrize("size", [8193, 9000])
def test_headers_that_are_too_long_are_refused_and_say_what_to_do(
    holders: Holders, size: int
) -> None:
    tool = holders.tool()
    headers = {"x-tenuo-warrant": "A" * size}
    result = result_of(holders.rpc({"name": tool, "arguments": DEEP}, headers=headers))
    assert reason(result) == "carrier-malformed"
    assert "8192 characters; send the warrant in _meta.tenuo" in result["content"][0]["text"]
    assert holders.received(tool) == []


def test_a_chain_that_headers_cannot_hold_goes_into_meta(holders: Holders) -> None:
    by_hand = {"public_key": PUBLIC["root"].hex()}
    assert holders.tenant.api("POST", "/api/v1/warrants/roots", by_hand).status_code == 201
    tool = holders.tool()
    now = int(time.time())
    tools: dict[str, object] = {tool: {"constraints": {}}}
    chain = Minted()
    for number in range(40):
        chain = chain.to("alice" if number % 2 else "bob", k3=tools, k6=now - 9, k7=now + 600)
    assert len(chain.stack) > 8192
    pop = proof(chain, tool, DEEP, now=now)
    carried = {
        "warrant": base64.b64encode(chain.stack).decode(),
        "signature": base64.b64encode(pop).decode(),
    }
    params = {"name": tool, "arguments": DEEP, "_meta": {"tenuo": carried}}
    assert reason(result_of(holders.rpc(params))) is None


def test_two_carriers_are_refused_even_when_they_are_the_same(holders: Holders) -> None:
    tool = holders.tool()
    chain = holders.delegated(tool)
    carried = envelope(chain, holders.carol, tool, DEEP)
    params = {
        "name": tool,
        "arguments": {**DEEP, "_tenuo": carried},
        "_meta": {"tenuo": carried},
    }
    assert reason(result_of(holders.rpc(params))) == "carrier-ambiguous"
    assert holders.received(tool) == []


def test_a_header_that_is_sent_twice_is_refused(holders: Holders) -> None:
    tool = holders.tool()
    headers = in_headers(holders, holders.delegated(tool), tool, DEEP)
    twice = [*headers.items(), ("X-Tenuo-PoP", headers["X-Tenuo-PoP"])]
    answer = holders.tenant.http.post(
        "/mcp",
        json={
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": tool, "arguments": DEEP},
        },
        headers=[
            ("authorization", f"Bearer {holders.tenant.api_key}"),
            ("accept", "application/json, text/event-stream"),
            ("mcp-protocol-version", "2025-11-25"),
            *twice,
        ],
    )
    assert reason(result_of(answer)) == "carrier-malformed"
    assert holders.received(tool) == []


def test_a_proof_by_anybody_but_the_holder_is_refused(holders: Holders) -> None:
    tool = holders.tool()
    chain = holders.delegated(tool)
    assert reason(holders.call(chain, holders.bob, tool, DEEP)) == "pop-signature-invalid"
    own = envelope(chain, holders.carol, tool, DEEP)
    moved = {"name": tool, "arguments": {"path": "/data/a/b/z"}, "_meta": {"tenuo": own}}
    assert reason(result_of(holders.rpc(moved))) == "pop-signature-invalid"
    assert holders.received(tool) == []


def test_what_is_no_warrant_is_refused_and_never_an_error(holders: Holders) -> None:
    tool = holders.tool()
    for stack in (b"", b"\x80", b"\xff" * 9, os.urandom(3000), b"\x9f" * 40_000):
        carried = {"warrant": base64.b64encode(stack).decode(), "signature": "AA=="}
        params = {"name": tool, "arguments": DEEP, "_meta": {"tenuo": carried}}
        result = result_of(holders.rpc(params))
        assert result["isError"]
        assert reason(result)
    assert holders.received(tool) == []
