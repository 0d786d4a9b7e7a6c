"""The modes on the deployed template: what is called, what is recorded, who is warned."""

import base64
import time
from dataclasses import dataclass

import pytest

from tests.integration.delegates import Holders, envelope, result_of
from tests.integration.echo import Echo
from tests.integration.world import Json, World
from tests.warrants import PUBLIC, Minted, proof

pytestmark = pytest.mark.stack

MODES = ("off", "audit", "permissive", "enforce")
SITUATIONS = {
    "none": "warrant-missing",
    "valid": None,
    "violated": "constraint-violation",
    "expired": "warrant-expired",
    "revoked": "warrant-revoked",
}


@dataclass
class Place:
    """A project in one mode, its tool, and a warrant of each kind."""

    holders: Holders
    tool: str
    warrants: dict[str, object]

    def params(self, situation: str) -> Json:
        """A call in a situation; no two are the same call."""
        arguments = {"path": "/etc/passwd" if situation == "violated" else f"/data/{situation}"}
        call: Json = {"name": self.tool, "arguments": arguments}
        if situation == "expired":
            call["_meta"] = {"tenuo": self._expired(arguments)}
        elif situation != "none":
            warrant = self.warrants["revoked" if situation == "revoked" else "good"]
            alice = self.holders.alice
            call["_meta"] = {"tenuo": envelope([warrant], alice, self.tool, arguments)}
        return call

    def _expired(self, arguments: Json) -> Json:
        """The package mints nothing that has expired, so this one is made by hand."""
        now = int(time.time())
        tools: dict[str, object] = {self.tool: {"constraints": {}}}
        chain = Minted().to("alice", k3=tools, k6=now - 900, k7=now - 60)
        pop = proof(chain, self.tool, arguments, now=now)
        return {
            "warrant": base64.b64encode(chain.stack).decode(),
            "signature": base64.b64encode(pop).decode(),
        }


@pytest.fixture(scope="module")
def places(world: World, echo: Echo) -> dict[str, Place]:
    """A project for each mode."""
    return {mode: _place(Holders(world.tenant(mode), echo), mode) for mode in MODES}


def _place(holders: Holders, mode: str) -> Place:
    holders.trust()
    by_hand = {"public_key": PUBLIC["root"].hex()}
    assert holders.tenant.api("POST", "/api/v1/warrants/roots", by_hand).status_code == 201
    tool = holders.tool()
    warrants = {"good": holders.minted(tool), "revoked": holders.minted(tool)}
    holders.revoke(warrants["revoked"].id)
    holders.look(mode)
    return Place(holders, tool, warrants)


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("mode", MODES)
def test_the_table_of_modes(places: dict[str, Place], mode: str, situation: str) -> None:
    place, why = places[mode], SITUATIONS[situation]
    sent = len(place.holders.received(place.tool))
    answer = place.holders.rpc(place.params(situation))
    result = result_of(answer)
    is_denied = mode == "enforce" and why is not None

    executed = len(place.holders.received(place.tool)) - sent
    assert executed == (0 if is_denied else 1)
    assert bool(result.get("isError")) == is_denied

    record = place.holders.record(result)
    assert record["outcome"] == ("denied" if is_denied else "succeeded")
    assert record["reason"] == (f"warrant:{why}" if is_denied else None)
    decision = "denied" if is_denied else "would_deny" if why else "allowed"
    if mode == "off":
        assert record["warrant"] is None
    else:
        found = record["warrant"]
        assert (found["mode"], found["decision"], found["reason"]) == (mode, decision, why)

    is_warned = mode in {"permissive", "enforce"} and why is not None
    note, header = (
        result["_meta"].get("gatehouse/warrant"),
        answer.headers.get("x-gatehouse-warrant"),
    )
    if is_warned:
        assert (note["mode"], note["decision"], note["reason"]) == (mode, decision, why)
        assert header == f'{decision.replace("_", "-")}; reason="{why}"'
    else:
        assert (note, header) == (None, None)


@pytest.mark.parametrize("mode", MODES)
def test_what_the_modes_decided_is_counted_by_tool_and_reason(
    places: dict[str, Place], mode: str
) -> None:
    place = places[mode]
    answer = place.holders.tenant.api("GET", "/api/v1/warrants/violations").json()
    if mode == "off":
        assert (answer["items"], answer["checked"]) == ([], 0)
        return
    which = "denied" if mode == "enforce" else "would_deny"
    counted = {item["reason"]: item[which] for item in answer["items"]}
    assert counted == {why: 1 for why in SITUATIONS.values() if why}
    assert {item["tool"] for item in answer["items"]} == {place.tool}
    assert (answer["checked"], answer["allowed"]) == (5, 1)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("value", [{"warrant": "AA"}, "text", {"path": "/etc/passwd"}])
def test_the_carrier_never_reaches_the_upstream(
    world: World, echo: Echo, mode: str, value: object
) -> None:
    holders = Holders(world.tenant(), echo)
    holders.look(mode)
    tool = holders.tool(http_method="POST", deduplicate_seconds=0)
    params = {"name": tool, "arguments": {"path": "/data/x", "_tenuo": value}}
    holders.rpc(params, headers={"x-tenuo-warrant-id": "tnu_wrt_0"})
    sent = holders.received(tool)
    assert [each.body for each in sent] == ([] if mode == "enforce" else [b'{"path":"/data/x"}'])
    assert not any("tenuo" in name for each in sent for name in each.headers)
