"""Probing: what is sent must be refused, is harmless, and is never signed with the secret."""

from dataclasses import replace
from typing import Any

import pytest

from gatehouse.domain.calls import Invocation
from gatehouse.domain.probing import FORGED, OLD_SECONDS, ProbeKind, forged, sample_arguments
from gatehouse.domain.rendering import render
from gatehouse.domain.requests import OutboundRequest
from gatehouse.domain.signatures import authenticated, signature
from gatehouse.domain.tools import AuthStrategy, SignatureScheme
from gatehouse.ports.calls import DispatchUncertain
from tests.fakes.dispatch import answered
from tests.rest import Answer, Api
from tests.samples import LOOKUP, NOW, stored
from tests.unit.test_dispatch_call import AGAIN, SECRET, SIGNED, World, raiser

PATH = "/api/v1/custom-tools/{}/probe"


def probe(api: Api, body: dict[str, Any] | None = None, **changes: object) -> Answer:
    tool = api.tool(**{"http_method": "GET", **changes})
    return api.call("POST", PATH.format(tool["id"]), body or {})


def test_one_wrong_request_of_each_kind_is_sent_and_its_answer_told() -> None:
    api = Api()
    api.dispatcher.says = answered(b"{}", status=401)
    answer = probe(api)
    assert answer.status == 200, answer.text
    assert answer.json["tool"] == "crm-contacts-lookup"
    assert answer.json["probes"] == [
        {"kind": kind, "status": 401, "let_in": False} for kind in ProbeKind
    ]
    assert [asked.probe for asked in api.dispatcher.asked] == list(ProbeKind)
    assert all(asked.deduplication is None for asked in api.dispatcher.asked)


def test_an_endpoint_that_lets_it_in_is_told() -> None:
    assert all(each["let_in"] for each in probe(Api()).json["probes"])


def test_no_answer_is_no_refusal() -> None:
    api = Api()
    api.dispatcher.raises = DispatchUncertain
    assert {each["status"] for each in probe(api).json["probes"]} == {None}


@pytest.mark.parametrize(
    ("changes", "body", "field"),
    [
        ({"http_method": "POST"}, {}, "may_change"),
        ({"http_method": "DELETE"}, {"may_change": False}, "may_change"),
        ({"auth_strategy": "static_bearer"}, {"may_change": True}, "id"),
        ({"auth_strategy": "none", "encrypted_auth_secret": None}, {}, "id"),
    ],
)
def test_what_may_change_something_or_is_not_signed_is_left_alone(
    changes: dict[str, object], body: dict[str, Any], field: str
) -> None:
    api = Api()
    answer = probe(api, body, **changes)
    assert (answer.status, answer.fields) == (422, [field])
    assert api.dispatcher.asked == []


@pytest.mark.parametrize(
    ("changes", "body"),
    [
        ({"http_method": "POST"}, {"may_change": True}),
        ({"http_method": "POST", "annotations": {"readOnlyHint": True}}, {}),
    ],
)
def test_unless_somebody_says_that_it_may(changes: dict[str, object], body: dict[str, Any]) -> None:
    assert probe(Api(), body, **changes).status == 200


@pytest.mark.parametrize("kind", ProbeKind)
def test_the_secret_is_not_opened_and_signs_nothing(kind: ProbeKind) -> None:
    world = World()
    world.secrets.open = raiser(AssertionError("a secret was opened"))
    world.run(replace(AGAIN, tool=SIGNED, deduplication=None, probe=kind))
    (sent,) = world.upstream.sent
    headers = dict(sent.headers)
    assert headers["X-Tengine-Signature"] == f"tng1={FORGED}"
    assert FORGED not in signature(sent, SignatureScheme.TNG1, [SECRET])
    (record,) = world.records.records.values()
    assert record.reason == f"probe_{kind}"


@pytest.mark.parametrize("kind", ProbeKind)
def test_each_kind_is_wrong_in_its_own_way(kind: ProbeKind) -> None:
    right = rendered()
    sent, was = dict(forged(right, SignatureScheme.TNG2, kind).headers), dict(right.headers)
    assert sent.pop("X-Tengine-Signature") == f"tng2={FORGED}"
    changed = {name: value for name, value in sent.items() if value != was[name]}
    expected = {
        ProbeKind.BAD_SIGNATURE: {},
        ProbeKind.OLD_TIMESTAMP: {"X-Tengine-Timestamp": str(NOW - OLD_SECONDS)},
        ProbeKind.FOREIGN_PROJECT: {"X-Tengine-Project-Id": "00000000"},
    }
    assert changed == expected[kind]


def rendered() -> OutboundRequest:
    definition = replace(LOOKUP, auth_strategy=AuthStrategy.HMAC_SIGNATURE)
    invocation: Invocation = replace(
        AGAIN, tool=stored(definition), arguments={"contact_id": "7", "fields": "name"}
    )
    request = render(invocation, timestamp=NOW)
    assert authenticated(request, definition, [SECRET]) != request
    return request


def test_arguments_are_of_the_types_that_the_schema_names() -> None:
    schema: Any = {
        "type": "object",
        "properties": {
            "text": {"type": "string"},
            "number": {"type": "integer"},
            "flag": {"type": "boolean"},
            "list": {"type": "array"},
            "kind": {"enum": ["a", "b"]},
            "inner": {"type": "object", "properties": {"x": {"default": 3}}},
            "any": True,
        },
    }
    assert sample_arguments(schema) == {
        "text": "preflight",
        "number": 1,
        "flag": False,
        "list": [],
        "kind": "a",
        "inner": {"x": 3},
        "any": "preflight",
    }
    assert sample_arguments({"type": "object"}) == {}
