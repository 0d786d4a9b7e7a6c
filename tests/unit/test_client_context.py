"""What a client says of itself and answers, as the upstream is told of it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from gatehouse.domain.calls import Invocation
from gatehouse.domain.client_context import ClientContext
from gatehouse.domain.ids import request_id
from gatehouse.domain.rendering import render
from gatehouse.domain.requests import OutboundRequest
from gatehouse.domain.tools import HttpMethod
from tests.samples import INTEGRATION_ID, LOOKUP, NOW, stored

TOLD = {
    "responses": "{input.responses}",
    "state": "{input.state}",
    "capabilities": "{client.capabilities}",
    "level": "{client.log_level}",
}
ASKED = replace(
    LOOKUP,
    http_method=HttpMethod.POST,
    endpoint_path="/ask",
    query_template={"level": "{client.log_level}"},
    body_template=TOLD,
)
TRACE = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


def rendered(
    client: ClientContext, *, told: Any = TOLD, trace: str | None = None
) -> OutboundRequest:
    invocation = Invocation(
        request_id=request_id(NOW * 1000, 0),
        tool=stored(replace(ASKED, body_template=told)),
        integration_id=INTEGRATION_ID,
        member=None,
        arguments={"input.state": "forged", "client.capabilities": {"sampling": {}}},
        traceparent=trace,
        client=client,
    )
    return render(invocation, timestamp=NOW)


def test_the_upstream_is_told_what_its_templates_name() -> None:
    client = ClientContext(
        capabilities={"sampling": {}},
        log_level="warning",
        responses={"name": {"action": "decline"}},
        state=[1, {"a": None}],
    )
    request = rendered(client)
    assert json.loads(request.body) == {
        "responses": {"name": {"action": "decline"}},
        "state": [1, {"a": None}],
        "capabilities": {"sampling": {}},
        "level": "warning",
    }
    assert request.target == "/ask?level=warning"


def test_what_a_client_does_not_say_is_left_out_and_no_argument_stands_in_for_it() -> None:
    request = rendered(ClientContext())
    assert (request.body, request.target) == (b"{}", "/ask")


@pytest.mark.parametrize("value", [{}, [], "", 0, False])
def test_an_empty_answer_is_an_answer(value: Any) -> None:
    assert json.loads(rendered(ClientContext(state=value)).body) == {"state": value}


def test_without_a_body_template_nothing_of_the_client_is_sent() -> None:
    request = rendered(ClientContext(responses={"a": {}}, state=1), told=None)
    assert set(json.loads(request.body)) == {"input.state", "client.capabilities"}


def test_the_clients_trace_goes_on_and_none_is_made_up() -> None:
    assert dict(rendered(ClientContext(), trace=TRACE).headers)["traceparent"] == TRACE
    assert "traceparent" not in dict(rendered(ClientContext()).headers)
