"""Rotating a tool's secret: what stays in force, for how long, and that it opens."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.calls import Invocation, UpstreamAnswer
from gatehouse.domain.ids import request_id
from gatehouse.domain.requests import OutboundRequest
from gatehouse.domain.sealing import SealBroken
from gatehouse.domain.tools import Tool
from gatehouse.usecases.circuits import Circuits
from gatehouse.usecases.dispatch_call import DispatchCall
from gatehouse.usecases.send_call import SendCall
from gatehouse_client import InvalidSignature, RequestVerifier
from tests.fakes.breakers import MemoryBreakers
from tests.fakes.calls import MemoryCallRecords, MemoryDeduplications, ScriptedUpstream
from tests.receipts import Instance
from tests.rest import SECRET, TOOL, Answer, Api
from tests.samples import INTEGRATION_ID, NOW, PROJECT_ID

OLD, NEW, NEWEST = SECRET, "new-secret-of-the-tool", "newest-secret-of-the-tool"
NAME = str(TOOL["name"])
OK = UpstreamAnswer(status=200, content_type="application/json", body=b"{}")


def stored(api: Api) -> Tool:
    return api.table.tools[PROJECT_ID, NAME]


def rotate(api: Api, secret: str | None, seconds: object = 3600, **more: object) -> Answer:
    change: dict[str, object] = {
        "rotation_seconds": seconds,
        "version": stored(api).version,
        **more,
    }
    if secret is not None:
        change["encrypted_auth_secret"] = secret
    return api.call("PATCH", f"/api/v1/custom-tools/{stored(api).id}", change)


def sent(api: Api, at: int) -> OutboundRequest:
    """What dispatch sends at a time, its secrets opened as management sealed them."""
    upstream = ScriptedUpstream(lambda _: OK)
    send = SendCall(
        upstream=upstream,
        circuits=Circuits(MemoryBreakers()),
        clock_ms=lambda: at * 1000,
        sleep=lambda _: None,
        random=lambda: 0.5,
    )
    run = DispatchCall(
        send=send,
        secrets=api.sealer,
        deduplications=MemoryDeduplications(),
        records=MemoryCallRecords(),
        receipts=Instance().write,
        clock_ms=lambda: at * 1000,
        lost=lambda *_: pytest.fail("something was lost"),
    )
    run(
        Invocation(
            request_id=request_id(at * 1000, 1),
            tool=stored(api),
            integration_id=INTEGRATION_ID,
            member=None,
            arguments={"contact_id": "c"},
        ),
        seconds_left=20,
    )
    return upstream.sent[0]


def is_accepted(request: OutboundRequest, secret: str, at: int) -> bool:
    """Say whether a receiver that knows `secret` accepts the request."""
    verifier = RequestVerifier(PROJECT_ID, secret, clock=lambda: float(at))
    try:
        verifier.verify(
            method=request.method,
            target=request.target,
            headers=dict(request.headers),
            body=request.body,
        )
    except InvalidSignature:
        return False
    return True


def test_in_the_window_a_receiver_of_either_secret_accepts_and_afterwards_of_the_new_one() -> None:
    api = Api()
    api.tool()
    answer = rotate(api, NEW)
    assert answer.status == 200
    assert answer.json["previous_secret_until"] == "2023-11-14T23:13:20Z"
    for at, old in ((NOW, True), (NOW + 3599, True), (NOW + 3600, False)):
        request = sent(api, at)
        assert is_accepted(request, NEW, at)
        assert is_accepted(request, OLD, at) is old
        assert not is_accepted(request, "a-secret-of-nobody", at)
    values = dict(sent(api, NOW).headers)["X-Tengine-Signature"].split(",")
    alone = dict(sent(api, NOW + 3600).headers)["X-Tengine-Signature"]
    assert len(values) == 2
    assert "," not in alone


def test_the_newest_comes_first() -> None:
    api = Api()
    api.tool()
    before = dict(sent(api, NOW).headers)["X-Tengine-Signature"]
    rotate(api, NEW)
    newest, old = dict(sent(api, NOW).headers)["X-Tengine-Signature"].split(",")
    assert old == before
    assert newest != before


def test_a_bearer_tool_sends_the_newest_secret_and_opens_no_other() -> None:
    api = Api()
    api.tool(auth_strategy="static_bearer")
    rotate(api, NEW)
    assert dict(sent(api, NOW).headers)["Authorization"] == f"Bearer {NEW}"


def test_without_a_window_the_old_secret_ends_at_once() -> None:
    api = Api()
    api.tool()
    assert rotate(api, NEW, 0).json["previous_secret_until"] is None
    assert not is_accepted(sent(api, NOW), OLD, NOW)


def test_a_second_rotation_keeps_the_one_before_and_no_third() -> None:
    api = Api()
    api.tool()
    rotate(api, NEW)
    rotate(api, NEWEST)
    request = sent(api, NOW)
    assert [is_accepted(request, secret, NOW) for secret in (NEWEST, NEW, OLD)] == [
        True, True, False,
    ]  # fmt: skip


def test_a_new_secret_without_a_window_ends_a_rotation_that_was_under_way() -> None:
    api = Api()
    api.tool()
    rotate(api, NEW)
    rotate(api, NEWEST, 0)
    request = sent(api, NOW)
    assert [is_accepted(request, secret, NOW) for secret in (NEWEST, NEW, OLD)] == [
        True, False, False,
    ]  # fmt: skip


def test_another_change_in_the_window_keeps_both_and_after_it_the_old_one_goes() -> None:
    api = Api()
    api.tool()
    rotate(api, NEW)
    assert rotate(api, None, 0, description="Reworded").json["previous_secret_until"]
    assert is_accepted(sent(api, NOW), OLD, NOW)
    api.now += 3600
    assert rotate(api, None, 0, description="Again").json["previous_secret_until"] is None
    assert stored(api).retiring_secret is None


@pytest.mark.parametrize(
    ("secret", "seconds", "more"),
    [
        (NEW, -1, {}),
        (NEW, 86_401, {}),
        (NEW, "60", {}),
        (NEW, None, {}),
        (None, 60, {}),
        (NEW, 60, {"base_url": "https://elsewhere.example.com"}),
        (NEW, 60, {"auth_strategy": "static_bearer"}),
    ],
)
def test_what_cannot_be_kept_is_refused(secret: str | None, seconds: object, more: Any) -> None:
    api = Api()
    api.tool()
    answer = rotate(api, secret, seconds, **more)
    assert (answer.status, answer.fields) == (422, ["rotation_seconds"])
    assert stored(api).version == 1


def test_a_first_secret_has_none_before_it_and_a_new_tool_no_window() -> None:
    api = Api()
    api.tool(auth_strategy="none", encrypted_auth_secret=None)
    answer = rotate(api, NEW, 60, auth_strategy="hmac_signature")
    assert (answer.status, answer.fields) == (422, ["rotation_seconds"])
    created = api.call(
        "POST", "/api/v1/custom-tools", {**TOOL, "name": "b", "rotation_seconds": 60}
    )
    assert (created.status, created.fields) == (422, ["rotation_seconds"])


def test_moving_or_dropping_the_secret_ends_a_rotation() -> None:
    api = Api()
    api.tool()
    rotate(api, NEW)
    moved = rotate(api, NEWEST, 0, base_url="https://elsewhere.example.com")
    assert moved.json["previous_secret_until"] is None
    rotate(api, NEW)
    dropped = rotate(api, None, 0, auth_strategy="none")
    assert (dropped.json["has_secret"], dropped.json["previous_secret_until"]) == (False, None)


@given(seconds=st.integers(1, 86_400), later=st.integers(0, 100_000))
def test_the_old_secret_holds_exactly_as_long_as_was_asked(seconds: int, later: int) -> None:
    api = Api()
    api.tool()
    rotate(api, NEW, seconds)
    assert len(stored(api).sealed_secrets(NOW + later)) == (2 if later < seconds else 1)


def test_the_secret_before_is_bound_to_its_origin_as_the_present_one_is() -> None:
    """Should an item ever be altered, neither opens for where it would be sent."""
    api = Api()
    api.tool()
    rotate(api, NEW)
    tool = stored(api)
    moved = replace(tool, definition=replace(tool.definition, base_url="https://evil.example.com"))
    for sealed in moved.sealed_secrets(NOW):
        with pytest.raises(SealBroken):
            api.sealer.open(sealed, moved.secret_binding)
