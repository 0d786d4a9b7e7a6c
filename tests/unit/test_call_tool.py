"""Which tool calls are made, which are refused, and what remains of each."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from gatehouse.domain import ids
from gatehouse.domain.arguments import Schemas
from gatehouse.domain.caller import Caller
from gatehouse.domain.calls import CallRecord, Deduplication, Invocation, Outcome
from gatehouse.domain.errors import NotFound, Unavailable
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.members import MemberIdentity
from gatehouse.domain.project_settings import ProjectSettings
from gatehouse.domain.rich_results import Structured
from gatehouse.domain.tool_results import Text, ToolResult
from gatehouse.domain.tools import Tool, ToolDefinition
from gatehouse.ports.calls import DispatchUncertain
from gatehouse.usecases.call_tool import UNCERTAIN, CallTool, ToolCall
from gatehouse.usecases.check_warrant import CheckWarrant
from gatehouse.usecases.rounds import Rounds
from gatehouse.usecases.spend_proof import SpendProof
from tests.fakes.calls import MemoryCallRecords
from tests.fakes.credentials import MemoryMarks
from tests.fakes.dispatch import ScriptedDispatcher, answered
from tests.receipts import Instance
from tests.samples import ADA, INTEGRATION, LOOKUP, NOW, PROJECT, stored

REQUEST_ID = ids.request_id(NOW * 1000, 7)
KEY_CALLER = Caller(project=PROJECT, integration=INTEGRATION)
ADA_CALLER = replace(KEY_CALLER, member=ADA)
GOOD: JsonObject = {"contact_id": "c1"}


@dataclass
class Ended:
    """How a call ended that needed one round."""

    outcome: Outcome
    result: ToolResult


@dataclass
class Calls:
    """The use case over fakes."""

    dispatcher: ScriptedDispatcher = field(default_factory=ScriptedDispatcher)
    records: MemoryCallRecords = field(default_factory=MemoryCallRecords)

    def call(
        self,
        definition: ToolDefinition = LOOKUP,
        arguments: JsonObject = GOOD,
        caller: Caller = KEY_CALLER,
        **changes: object,
    ) -> Ended:
        return self.call_tool(stored(definition, **changes), arguments, caller)

    def call_tool(
        self,
        tool: Tool | None,
        arguments: JsonObject = GOOD,
        caller: Caller = KEY_CALLER,
        name: str = LOOKUP.name,
    ) -> Ended:
        run = CallTool(
            check_warrant=CheckWarrant(clock=lambda: NOW),
            spend_proof=SpendProof(
                marks=MemoryMarks(), dispatcher=self.dispatcher, clock=lambda: NOW
            ),
            dispatcher=self.dispatcher,
            records=self.records,
            receipts=Instance().write,
            rounds=Rounds(clock=lambda: NOW, new_nonce=lambda: b"n" * 12),
            clock_ms=lambda: NOW * 1000 + 12,
            schemas=Schemas(),
        )
        called = run(
            ToolCall(
                request_id=REQUEST_ID, caller=caller, name=name, tool=tool, arguments=arguments
            )
        )
        assert isinstance(called.result, ToolResult)
        return Ended(called.outcome, called.result)

    def denial(self) -> str | None:
        """The reason of the one record, which is a denial; nothing was dispatched."""
        assert self.dispatcher.asked == []
        [record] = self.records.written
        assert record.outcome is Outcome.DENIED
        assert (record.request_id, record.duration_ms) == (REQUEST_ID, 12)
        return record.reason


class Unwritable(MemoryCallRecords):
    """Records that cannot be written just now."""

    def write(self, record: CallRecord) -> None:
        """See `CallRecords.write`."""
        raise Unavailable(record.request_id)


def text_of(result: ToolResult) -> str:
    [block] = result.content
    assert isinstance(block, Text)
    return block.text


def test_a_call_is_handed_over_with_its_caller() -> None:
    calls = Calls()
    called = calls.call(caller=ADA_CALLER)
    assert calls.dispatcher.asked == [
        Invocation(
            request_id=REQUEST_ID,
            tool=stored(LOOKUP),
            integration_id=INTEGRATION.id,
            member=ADA,
            arguments=GOOD,
        )
    ]
    assert called.outcome is Outcome.SUCCEEDED
    assert called.result.structured == Structured({"name": "Ada"})
    assert calls.records.written == []  # dispatch records what it was handed


@pytest.mark.parametrize(
    ("tool", "reason"),
    [
        (None, "unknown_tool"),
        (stored(LOOKUP, is_enabled=False), "tool_disabled"),
        (stored(LOOKUP, project_id="Proj0002"), "tool_disabled"),
    ],
)
def test_unknown_disabled_and_foreign_tools_read_the_same(tool: Tool | None, reason: str) -> None:
    calls = Calls()
    with pytest.raises(NotFound) as refusal:
        calls.call_tool(tool)
    assert str(refusal.value) == "Unknown tool: crm-contacts-get"
    assert calls.denial() == reason


STRICT = replace(PROJECT, settings=ProjectSettings(require_approval=True))


@pytest.mark.parametrize("approved", [None, "0" * 64, "of what it was before"])
def test_where_approval_is_asked_for_a_tool_that_has_none_reads_as_unknown(
    approved: str | None,
) -> None:
    calls = Calls()
    with pytest.raises(NotFound) as refusal:
        calls.call(caller=replace(KEY_CALLER, project=STRICT), approved_digest=approved)
    assert str(refusal.value) == "Unknown tool: crm-contacts-get"
    assert calls.denial() == "not_approved"


def test_an_approved_definition_is_called() -> None:
    approved = stored(LOOKUP).digest
    called = Calls().call(caller=replace(KEY_CALLER, project=STRICT), approved_digest=approved)
    assert called.outcome is Outcome.SUCCEEDED


def test_approval_does_not_enable_a_disabled_tool() -> None:
    calls = Calls()
    approved = stored(LOOKUP).digest
    with pytest.raises(NotFound):
        calls.call(approved_digest=approved, is_enabled=False)
    assert calls.denial() == "tool_disabled"


def test_a_disabled_tool_says_nothing_of_its_rules() -> None:
    calls = Calls()
    with pytest.raises(NotFound):
        calls.call(replace(LOOKUP, require_member=True), {"wrong": 1}, is_enabled=False)


@pytest.mark.parametrize("name", ["", "a" * 65, "a.b", "ä", "a\n", "../x", "a" * 1_000_000])
def test_a_name_that_no_tool_can_have_leaves_no_record(name: str) -> None:
    calls = Calls()
    with pytest.raises(NotFound) as refusal:
        calls.call_tool(None, name=name)
    assert str(refusal.value) == f"Unknown tool: {name[:64]}"
    assert calls.records.written == []


def test_a_members_tool_is_not_called_with_an_api_key() -> None:
    calls = Calls()
    called = calls.call(replace(LOOKUP, require_member=True))
    assert called.outcome is Outcome.DENIED
    assert called.result.is_error
    assert text_of(called.result) == "Member context required"
    assert calls.denial() == "member_required"


def test_a_members_tool_is_called_for_a_member() -> None:
    called = Calls().call(replace(LOOKUP, require_member=True), caller=ADA_CALLER)
    assert called.outcome is Outcome.SUCCEEDED


def test_a_tool_for_roles_needs_a_member() -> None:
    calls = Calls()
    called = calls.call(replace(LOOKUP, allowed_roles=("admin",)))
    assert text_of(called.result) == "Member context required"
    assert calls.denial() == "member_required"


@pytest.mark.parametrize("roles", [(), ("user",), ("Admin",), ("admin2", "adm")])
def test_a_member_without_an_allowed_role_is_refused(roles: tuple[str, ...]) -> None:
    calls = Calls()
    member = MemberIdentity(external_id="bob", roles=roles)
    called = calls.call(
        replace(LOOKUP, allowed_roles=("admin", "owner")),
        caller=replace(KEY_CALLER, member=member),
    )
    assert called.result.is_error
    assert calls.denial() == "role_not_allowed"
    assert calls.records.written[0].member_external_id == "bob"


def test_one_allowed_role_is_enough() -> None:
    member = replace(ADA, roles=("user", "owner"))
    called = Calls().call(
        replace(LOOKUP, allowed_roles=("admin", "owner")),
        caller=replace(KEY_CALLER, member=member),
    )
    assert called.outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize(("origins", "sent"), [
    (None, 1),
    (("https://api.example.com",), 1),
    (("https://api.example.com:8443", "https://example.com", "http://api.example.com"), 0),
    ((), 0),
])  # fmt: skip
def test_a_project_calls_the_origins_that_it_may_call(
    origins: tuple[str, ...] | None, sent: int
) -> None:
    calls = Calls()
    settings = ProjectSettings(upstream_origins=origins)
    caller = replace(KEY_CALLER, project=replace(KEY_CALLER.project, settings=settings))
    definition = replace(LOOKUP, base_url="https://API.example.com:443")
    ended = calls.call(definition, caller=caller)
    assert len(calls.dispatcher.asked) == sent
    if not sent:
        assert ended.result.is_error
        assert calls.denial() == "origin_not_allowed"


def test_arguments_that_do_not_fit_are_named_and_not_repeated() -> None:
    calls = Calls()
    called = calls.call(arguments={"contact_id": 1, "token": "s3cr3t"})
    assert called.result.is_error
    assert set(text_of(called.result).splitlines()) == {
        "The arguments do not fit the tool's input schema:",
        "- arguments.contact_id must be of type string",
        "- arguments may not have 'token'",
    }
    assert calls.denial() == "invalid_arguments"
    assert "s3cr3t" not in repr(calls.records.written)


def test_who_may_not_call_learns_nothing_of_the_arguments() -> None:
    called = Calls().call(replace(LOOKUP, require_member=True), {"wrong": 1})
    assert text_of(called.result) == "Member context required"


def test_a_schema_that_cannot_be_used_refuses() -> None:
    calls = Calls()
    called = calls.call(replace(LOOKUP, input_schema={"$ref": "https://example.com/x"}))
    assert called.result.is_error
    assert calls.denial() == "unusable_schema"


def test_a_denial_that_cannot_be_recorded_is_unavailability() -> None:
    with pytest.raises(Unavailable):
        Calls(records=Unwritable()).call(replace(LOOKUP, require_member=True))


def test_without_an_answer_from_dispatch_the_outcome_is_unknown_and_recorded() -> None:
    calls = Calls(ScriptedDispatcher(raises=DispatchUncertain))
    called = calls.call(caller=ADA_CALLER)
    assert called.outcome is Outcome.UNKNOWN
    assert called.result.is_error
    assert text_of(called.result) == UNCERTAIN
    [record] = calls.records.written
    assert record.outcome is Outcome.UNKNOWN
    assert record.reason == "no_answer_from_dispatch"
    assert record.tool_digest == stored(LOOKUP).digest


def test_the_model_hears_of_an_unknown_outcome_even_when_it_cannot_be_recorded() -> None:
    calls = Calls(ScriptedDispatcher(raises=DispatchUncertain), Unwritable())
    assert text_of(calls.call().result) == UNCERTAIN


def test_a_call_that_was_certainly_not_made_is_unavailability_and_not_recorded() -> None:
    calls = Calls(ScriptedDispatcher(raises=Unavailable))
    with pytest.raises(Unavailable):
        calls.call()
    assert calls.records.written == []


def test_a_declared_output_is_held_to_its_schema() -> None:
    declares = replace(LOOKUP, output_schema={"type": "object", "required": ["email"]})
    called = Calls().call(declares)
    assert called.result.is_error
    assert text_of(called.result).endswith("- answer lacks 'email'")
    good = Calls(ScriptedDispatcher(answered(b'{"email":"a@b"}'))).call(declares)
    assert good.result.structured == Structured({"email": "a@b"})


def test_an_output_schema_that_cannot_be_used_is_an_error() -> None:
    called = Calls().call(replace(LOOKUP, output_schema={"$ref": "https://example.com/x"}))
    assert called.result.is_error


# --- equal calls ----------------------------------------------------------------------------------

ONCE = replace(LOOKUP, deduplicate_seconds=30)


def deduplication(
    definition: ToolDefinition = ONCE, arguments: JsonObject = GOOD, caller: Caller = ADA_CALLER
) -> Deduplication:
    calls = Calls()
    calls.call(definition, arguments, caller)
    [invocation] = calls.dispatcher.asked
    assert invocation.deduplication is not None
    return invocation.deduplication


def test_equal_calls_have_one_digest_whatever_their_members_order() -> None:
    first = deduplication(arguments={"contact_id": "c1", "fields": "a"})
    assert first == deduplication(arguments={"fields": "a", "contact_id": "c1"})
    assert first.window_seconds == 30
    assert len(first.sealing_key) == 32


OTHER_PEPPER = replace(ADA_CALLER, project=replace(PROJECT, pepper=b"q" * 32))
OTHERS: list[Callable[[], Deduplication]] = [
    lambda: deduplication(arguments={"contact_id": "c2"}),
    lambda: deduplication(caller=KEY_CALLER),
    lambda: deduplication(caller=replace(ADA_CALLER, member=replace(ADA, external_id="-"))),
    lambda: deduplication(
        caller=replace(ADA_CALLER, integration=replace(INTEGRATION, id="Integ002"))
    ),
    lambda: deduplication(replace(ONCE, description="Another tool")),
    lambda: deduplication(caller=OTHER_PEPPER),
]


def test_calls_that_differ_in_anything_have_keys_of_their_own() -> None:
    all_of_them = [deduplication(), *(other() for other in OTHERS)]
    assert len({found.digest for found in all_of_them}) == len(all_of_them)
    assert len({found.sealing_key for found in all_of_them}) == len(all_of_them)


def test_the_digest_is_keyed_and_is_not_the_sealing_key() -> None:
    found = deduplication()
    assert found.sealing_key.hex() != found.digest
    assert found.digest != deduplication(caller=OTHER_PEPPER).digest


def test_a_tool_without_a_window_is_always_called() -> None:
    calls = Calls()
    calls.call(replace(LOOKUP, deduplicate_seconds=0))
    assert calls.dispatcher.asked[0].deduplication is None
