"""The documents between mcp and dispatch."""

import json
from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain import invocations as known_to
from gatehouse.domain.calls import Deduplication, Dispatched, Invocation, Outcome, UpstreamAnswer
from gatehouse.domain.client_context import ClientContext
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.ids import request_id
from gatehouse.domain.invocations import (
    MAX_KNOWN,
    dispatched_document,
    document_bytes,
    invocation_document,
    read_dispatched,
    read_invocation,
    unavailable_document,
)
from gatehouse.domain.json_values import JsonValue
from gatehouse.domain.members import MemberIdentity
from gatehouse.domain.probing import ProbeKind
from gatehouse.domain.sealing import SealedSecret
from gatehouse.domain.strict_fields import UnreadableDocument
from gatehouse.domain.tools import AuthStrategy, InjectedIdentity, SignatureScheme, Tool
from gatehouse.domain.warrant_policies import Decision, Evidence, WarrantMode, WarrantVerdict
from gatehouse.net.bodies import MAX_BODY
from tests.samples import ADA, INTEGRATION_ID, LOOKUP, NOW, stored

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=8,
)
sealed_secrets = st.builds(
    SealedSecret, wrapped_key=st.binary(), nonce=st.binary(), ciphertext=st.binary()
)
definitions = st.builds(
    replace,
    st.just(LOOKUP),
    description=texts,
    body_template=values,
    headers_template=st.dictionaries(texts, texts),
    annotations=st.none() | st.dictionaries(texts, values),
    allowed_roles=st.lists(texts).map(tuple),
    auth_strategy=st.sampled_from(AuthStrategy),
    signature_scheme=st.sampled_from(SignatureScheme),
    inject_member_identity=st.builds(
        InjectedIdentity, id=st.booleans(), email=st.booleans(), roles=st.booleans()
    ),
)
tools = st.builds(
    lambda definition, secret: stored(definition, sealed_secret=secret),
    definitions,
    st.none() | sealed_secrets,
)
members = st.builds(
    MemberIdentity, external_id=texts, email=st.none() | texts, roles=st.lists(texts).map(tuple)
)
objects = st.dictionaries(texts, values)
clients = st.builds(
    ClientContext,
    capabilities=st.none() | objects,
    log_level=st.none() | texts,
    responses=st.none() | objects,
    state=values,
)
evidences = st.builds(
    Evidence,
    stack=st.binary(),
    proof=st.binary(),
    root=st.binary(),
    request_hash=st.none() | st.binary(),
    policy_hash=st.binary(),
    trusted_roots=st.binary(),
)
verdicts = st.builds(
    WarrantVerdict,
    mode=st.sampled_from(WarrantMode),
    decision=st.sampled_from(Decision),
    warrant_id=st.none() | texts,
    reason=st.none() | texts,
    code=st.none() | st.integers(0, 9999),
    field=st.none() | texts,
    hint=st.none() | texts,
    evidence=st.none() | evidences,
)
invocations = st.builds(
    Invocation,
    request_id=st.builds(request_id, st.integers(0, 2**48 - 1), st.integers(0, 2**74 - 1)),
    tool=tools,
    integration_id=texts,
    member=st.none() | members,
    arguments=st.dictionaries(texts, values),
    deduplication=st.none()
    | st.builds(
        Deduplication, digest=texts, sealing_key=st.binary(), window_seconds=st.integers(0, 3600)
    ),
    traceparent=st.none() | texts,
    client=clients,
    warrant=st.none() | verdicts,
    only_repeat=st.booleans(),
    probe=st.none() | st.sampled_from(ProbeKind),
)
dispatches = st.builds(
    Dispatched,
    outcome=st.sampled_from(Outcome),
    duration_ms=st.integers(0),
    answer=st.none()
    | st.builds(
        UpstreamAnswer,
        status=st.integers(100, 599),
        content_type=texts,
        body=st.binary(),
        truncated=st.booleans(),
    ),
    error=st.none() | texts,
    repeated_of=st.none() | texts,
)

INVOCATION = Invocation(
    request_id=request_id(NOW * 1000, 0),
    tool=stored(LOOKUP, sealed_secret=SealedSecret(wrapped_key=b"w", nonce=b"n", ciphertext=b"c")),
    integration_id=INTEGRATION_ID,
    member=ADA,
    arguments={"contact_id": "c-1"},
    deduplication=Deduplication(digest="d", sealing_key=b"k" * 32, window_seconds=30),
    traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-01",
    client=ClientContext(capabilities={}, log_level="info", responses={}, state=[1]),
)
DISPATCHED = Dispatched(
    outcome=Outcome.SUCCEEDED,
    duration_ms=3,
    answer=UpstreamAnswer(status=200, content_type="text/plain", body=b"\0\xff"),
)


BROKEN: tuple[Any, ...] = ([], 1.5, {"x": 1})
ACCEPTABLE: tuple[tuple[str, Any], ...] = (
    ("roles", []),
    ("arguments", {"x": 1}),
    ("capabilities", {"x": 1}),
    ("responses", {"x": 1}),
)


def sent(document: JsonValue) -> Any:
    return json.loads(document_bytes(cast("dict[str, JsonValue]", document)))


@given(invocations)
def test_an_invocation_arrives_as_it_was_sent(invocation: Invocation) -> None:
    assert read_invocation(sent(invocation_document(invocation))) == invocation


@given(dispatches)
def test_what_dispatch_says_arrives_as_it_was_sent(dispatched: Dispatched) -> None:
    assert read_dispatched(sent(dispatched_document(dispatched))) == dispatched


def test_unavailability_arrives_as_such() -> None:
    with pytest.raises(Unavailable) as refusal:
        read_dispatched(sent(unavailable_document(Unavailable(retry_after=7))))
    assert refusal.value.retry_after == 7


def _objects(value: Any, path: tuple[str, ...] = ()) -> Any:
    """Paths of all objects that are ours to shape: not templates, schemas or arguments."""
    foreign = {"arguments", "definition", "capabilities", "responses"}
    if isinstance(value, dict) and not foreign.intersection(path[-1:]):
        yield path
        for name, item in value.items():
            yield from _objects(item, (*path, name))


def _at(document: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        document = document[name]
    return document


@pytest.mark.parametrize(
    ("document", "read"),
    [
        (sent(invocation_document(INVOCATION)), read_invocation),
        (sent(dispatched_document(DISPATCHED)), read_dispatched),
    ],
    ids=["invocation", "dispatched"],
)
def test_a_missing_an_unknown_and_a_mistyped_field_are_refused(document: Any, read: Any) -> None:
    seen = 0
    for path in list(_objects(document)):
        for name in list(_at(document, path)):
            for broken in BROKEN:
                spoiled = json.loads(json.dumps(document))
                _at(spoiled, path)[name] = broken
                if name == "state" or (name, broken) in ACCEPTABLE:
                    continue
                with pytest.raises(UnreadableDocument):
                    read(spoiled)
            spoiled = json.loads(json.dumps(document))
            del _at(spoiled, path)[name]
            with pytest.raises(UnreadableDocument):
                read(spoiled)
            seen += 1
        spoiled = json.loads(json.dumps(document))
        _at(spoiled, path)["extra"] = None
        with pytest.raises(UnreadableDocument):
            read(spoiled)
    assert seen > 9


@pytest.mark.parametrize("version", [0, 1, 2, 4, True, "3", None])
def test_another_version_is_refused(version: object) -> None:
    for document, read in (
        (sent(invocation_document(INVOCATION)), read_invocation),
        (sent(dispatched_document(DISPATCHED)), read_dispatched),
    ):
        with pytest.raises(UnreadableDocument):
            cast("Any", read)({**document, "version": version})


@pytest.mark.parametrize("document", [None, [], "x", 1, {}])
def test_what_is_no_document_is_refused(document: JsonValue) -> None:
    with pytest.raises(UnreadableDocument):
        read_invocation(document)
    with pytest.raises(UnreadableDocument):
        read_dispatched(document)


def test_a_request_id_that_is_none_is_refused() -> None:
    document = sent(invocation_document(INVOCATION))
    with pytest.raises(UnreadableDocument):
        read_invocation({**document, "request_id": "7"})


def test_a_full_answer_fits_into_what_lambda_returns() -> None:
    answer = UpstreamAnswer(status=200, content_type="x" * 200, body=b"\xff" * MAX_BODY)
    document = dispatched_document(replace(DISPATCHED, answer=answer))
    assert len(document_bytes(document)) < 6 * 1024 * 1024


@given(invocations, st.data())
def test_a_tool_that_was_read_before_is_read_as_it_is_now(
    invocation: Invocation, data: st.DataObject
) -> None:
    document = sent(invocation_document(invocation))
    for _ in range(3):
        assert read_invocation(document) == invocation
    name = data.draw(st.sampled_from(["version", "is_enabled", "created_at", "updated_at"]))
    changed = json.loads(json.dumps(document))
    before = changed["tool"][name]
    changed["tool"][name] = not before if name == "is_enabled" else before + 1
    assert getattr(read_invocation(changed).tool, name) == changed["tool"][name]
    assert read_invocation(document) == invocation
    changed["tool"][name] = int(before) if name == "is_enabled" else bool(before)
    with pytest.raises(UnreadableDocument):
        read_invocation(changed)


def test_a_tool_that_is_sent_again_is_the_same_object() -> None:
    document = sent(invocation_document(INVOCATION))
    first, second, third, fourth = (read_invocation(sent(document)).tool for _ in range(4))
    assert first == second == third
    assert third is fourth


def test_no_more_tools_are_remembered_than_may_be() -> None:
    for number in range(MAX_KNOWN + 9):
        tool = replace(INVOCATION.tool, digest=f"{number:064x}")
        document = sent(invocation_document(replace(INVOCATION, tool=tool)))
        for _ in range(2):
            assert read_invocation(document).tool.digest == tool.digest
    assert len(known_to._tools) == MAX_KNOWN


def test_tools_are_read_with_their_types() -> None:
    tool = read_invocation(sent(invocation_document(INVOCATION))).tool
    assert isinstance(tool, Tool)
    assert isinstance(tool.definition.auth_strategy, AuthStrategy)
