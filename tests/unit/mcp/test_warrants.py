"""Warrants at the door: read with the request, taken out of it, and told of in its answer."""

import json
from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest

from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.warrant_policies import PresentedWarrant, WarrantMode, WarrantPolicy
from gatehouse.edge import log
from tests.samples import API_KEY, LOOKUP, PROJECT, PROJECT_ID, SESSION, authority
from tests.unit.mcp.world import META as MODERN_META
from tests.unit.mcp.world import PAGE, Answer, World, token
from tests.warranted import ARGUMENTS, CHAIN, ROOT, names, presented
from tests.warrants import NOW, PUBLIC

OFF, AUDIT, PERMISSIVE, ENFORCE = WarrantMode
META: JsonObject = {**MODERN_META}  # type: ignore[dict-item]


def world(mode: WarrantMode, **policy: Any) -> World:
    """The project trusts the root, and looks at warrants in one mode."""
    table = authority()
    table.projects[PROJECT_ID] = replace(PROJECT, warrant_policy=WarrantPolicy(mode=mode, **policy))
    table.roots[PROJECT_ID, PUBLIC["root"]] = ROOT
    return World(table=table, now=NOW)


def envelope(warrant: PresentedWarrant) -> JsonObject:
    members = {
        "warrant": warrant.stack,
        "signature": warrant.proof,
        "nonce": warrant.nonce,
        "nonce_sig": warrant.nonce_signature,
    }
    return {name: b64encode(value).decode() for name, value in members.items() if value}


def headers(warrant: PresentedWarrant) -> dict[str, str]:
    return {
        "X_Tenuo_Warrant": b64encode(warrant.stack).decode(),
        "X_Tenuo_PoP": b64encode(warrant.proof).decode(),
    }


def params(meta: JsonObject | None = None, **more: object) -> dict[str, object]:
    return {"name": LOOKUP.name, "arguments": {**ARGUMENTS, **more}, "_meta": meta or {}}


def called(world: World, warrant: PresentedWarrant, **options: Any) -> Answer:
    """Call with a warrant in `_meta`."""
    return world.legacy("tools/call", params({"tenuo": envelope(warrant)}), **options)


def test_every_carrier_brings_its_warrant_in_both_eras() -> None:
    gate, good = world(ENFORCE), presented()
    answers = [
        gate.legacy("tools/call", params({"tenuo": envelope(presented(nonce=b"1"))})),
        gate.legacy("tools/call", params(_tenuo=envelope(presented(nonce=b"2")))),
        gate.legacy("tools/call", params(), **headers(good)),
        gate.modern("tools/call", params({**META, "tenuo": envelope(presented(nonce=b"3"))})),
        gate.modern("tools/call", params(META, _tenuo=envelope(presented(nonce=b"4")))),
    ]
    assert [answer.result["isError"] for answer in answers] == [False] * 5
    assert [call.arguments for call in gate.dispatcher.asked] == [ARGUMENTS] * 5
    assert all("gatehouse/warrant" not in answer.text for answer in answers)


@pytest.mark.parametrize("mode", WarrantMode)
@pytest.mark.parametrize("value", [{"warrant": "AA=="}, "text", None, {"contact_id": "c1"}])
def test_the_carrier_is_no_argument_whatever_the_mode_and_the_carrier(
    mode: WarrantMode, value: object
) -> None:
    """The tool's schema refuses members that it does not name."""
    gate = world(mode)
    answer = gate.legacy("tools/call", params(_tenuo=value))
    assert "_tenuo'" not in answer.text
    if mode is not ENFORCE:
        assert answer.result["isError"] is False
        assert [call.arguments for call in gate.dispatcher.asked] == [ARGUMENTS]
    else:
        assert gate.dispatcher.asked == []


def test_the_carrier_does_not_tell_equal_calls_apart() -> None:
    gate = world(OFF)
    gate.add(replace(LOOKUP, deduplicate_seconds=30))
    for more in ({}, {"_tenuo": {"warrant": "AA=="}}):
        gate.legacy("tools/call", params(**more))
    first, second = gate.dispatcher.asked
    assert first.deduplication == second.deduplication


def test_a_denial_is_a_result_that_says_why_to_model_and_machine() -> None:
    gate = world(ENFORCE)
    answer = gate.legacy("tools/call", params())
    assert answer.status == 200
    assert answer.result["isError"] is True
    [block] = answer.result["content"]
    assert "warrant-missing" in block["text"]
    assert answer.result["_meta"]["gatehouse/warrant"] == {
        "mode": "enforce",
        "decision": "denied",
        "reason": "warrant-missing",
        "hint": "This tool is called with a warrant; none came with the call",
    }
    assert answer.headers["x-gatehouse-warrant"] == 'denied; reason="warrant-missing"'


def test_a_denial_names_the_argument_and_the_code_and_repeats_no_value() -> None:
    gate = world(ENFORCE)
    other: JsonObject = {"contact_id": "s3cr3t"}
    answer = gate.legacy(
        "tools/call",
        {
            "name": LOOKUP.name,
            "arguments": other,
            "_meta": {"tenuo": envelope(presented(arguments=other))},
        },
    )
    note = answer.result["_meta"]["gatehouse/warrant"]
    assert (note["reason"], note["code"], note["field"]) == (
        "constraint-violation",
        1501,
        "contact_id",
    )
    assert "contact_id" in answer.result["content"][0]["text"]
    assert "s3cr3t" not in answer.text
    assert "s3cr3t" not in repr(gate.records.written)


def test_permissive_warns_and_answers() -> None:
    gate = world(PERMISSIVE)
    answer = gate.legacy("tools/call", params())
    assert answer.result["isError"] is False
    assert answer.result["structuredContent"] == {"name": "Ada"}
    assert answer.result["_meta"]["gatehouse/warrant"]["decision"] == "would_deny"
    assert answer.headers["x-gatehouse-warrant"] == 'would-deny; reason="warrant-missing"'


@pytest.mark.parametrize("mode", [OFF, AUDIT])
def test_otherwise_nobody_hears_of_it(mode: WarrantMode) -> None:
    answer = world(mode).legacy("tools/call", params())
    assert answer.result["_meta"].keys() == {"gatehouse/requestId"}
    assert "x-gatehouse-warrant" not in answer.headers


def test_a_page_may_read_the_header() -> None:
    answer = world(PERMISSIVE).legacy("tools/call", params(), origin=PAGE)
    assert "x-gatehouse-warrant" in answer.headers["access-control-expose-headers"]


def test_a_page_may_send_the_headers() -> None:
    asked = World().send("", method="OPTIONS", origin=PAGE, access_control_request_method="POST")
    allowed = asked.headers["access-control-allow-headers"].split(", ")
    assert {"x-tenuo-warrant", "x-tenuo-pop", "x-tenuo-approvals"} <= set(allowed)


def test_in_a_batch_each_result_tells_its_own() -> None:
    gate = world(PERMISSIVE)
    calls = [
        {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params()},
        {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "tools/call",
            "params": params({"tenuo": envelope(presented())}),
        },
    ]
    answer = gate.send(json.dumps(calls), MCP_Protocol_Version="2025-03-26")
    told = ["gatehouse/warrant" in each["result"]["_meta"] for each in answer.json]
    assert told == [True, False]
    assert "x-gatehouse-warrant" not in answer.headers


def test_headers_of_a_batch_make_one_call() -> None:
    gate = world(ENFORCE)
    call = {"jsonrpc": "2.0", "method": "tools/call", "params": params()}
    answer = gate.send(
        json.dumps([{**call, "id": number} for number in range(3)]),
        MCP_Protocol_Version="2025-03-26",
        **headers(presented()),
    )
    assert [each["result"]["isError"] for each in answer.json] == [False, True, True]
    assert len(gate.dispatcher.asked) == 1


def test_revoked_is_revoked_for_the_very_next_call() -> None:
    gate = world(ENFORCE)
    assert called(gate, presented(nonce=b"1")).result["isError"] is False
    gate.table.revoked.add((PROJECT_ID, names(CHAIN)[0]))
    answer = called(gate, presented(nonce=b"2"))
    assert answer.result["_meta"]["gatehouse/warrant"]["reason"] == "warrant-revoked"


def test_a_root_no_longer_trusted_is_so_for_the_very_next_call() -> None:
    gate = world(ENFORCE)
    assert called(gate, presented(nonce=b"1")).result["isError"] is False
    del gate.table.roots[PROJECT_ID, PUBLIC["root"]]
    answer = called(gate, presented(nonce=b"2"))
    assert answer.result["_meta"]["gatehouse/warrant"]["reason"] == "untrusted-root"


def test_what_another_project_trusts_and_revokes_is_its_own_matter() -> None:
    gate = world(ENFORCE)
    gate.table.revoked.add(("Proj0002", names(CHAIN)[0]))
    assert called(gate, presented(nonce=b"1")).result["isError"] is False
    gate.table.roots = {("Proj0002", PUBLIC["root"]): ROOT}
    assert called(gate, presented(nonce=b"2")).result["isError"] is True


def test_a_members_session_brings_warrants_like_a_key() -> None:
    gate = world(ENFORCE)
    session = token(replace(SESSION, issued_at=NOW, expires_at=NOW + 900))
    assert called(gate, presented(nonce=b"1"), credential=session).result["isError"] is False
    gate.table.revoked.add((PROJECT_ID, names(CHAIN)[0]))
    answer = called(gate, presented(nonce=b"2"), credential=session)
    assert answer.result["_meta"]["gatehouse/warrant"]["reason"] == "warrant-revoked"


def test_it_is_one_read_whatever_comes() -> None:
    gate = world(ENFORCE)
    called(gate, presented())
    called(gate, replace(presented(), stack=b"\xff"))
    assert gate.table.reads == 2


def test_a_warrant_is_no_credential() -> None:
    gate = world(ENFORCE)
    for credential in (None, API_KEY[:-1] + "0", "x"):
        answer = called(gate, presented(), credential=credential)
        assert answer.status == 401
    assert called(gate, replace(presented(), stack=b"\xff"), credential="x").status == 401
    assert gate.dispatcher.asked == []


def test_the_log_says_what_was_decided_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    noted: list[object] = []
    monkeypatch.setattr(log, "note", lambda **known: noted.append(known.get("warrant")))
    gate = world(AUDIT)
    called(gate, presented())
    gate.legacy("tools/call", params())
    assert [said for said in noted if said] == ["allowed", "would_deny:warrant-missing"]
