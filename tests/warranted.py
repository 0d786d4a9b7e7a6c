"""A project that looks at warrants, and warrants for its sample tool, good ones and bad ones."""

import hashlib
from dataclasses import dataclass, field, replace

from gatehouse.domain import ids
from gatehouse.domain.arguments import Schemas
from gatehouse.domain.caller import Caller
from gatehouse.domain.calls import CallRecord, Dispatched, Invocation
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.tools import Tool
from gatehouse.domain.warrant_policies import (
    Carried,
    PresentedWarrant,
    TrustedRoot,
    WarrantMode,
    WarrantPolicy,
    WarrantStanding,
)
from gatehouse.usecases.call_tool import CalledTool, CallTool, ToolCall
from gatehouse.usecases.check_warrant import CheckWarrant
from gatehouse.usecases.dispatch_call import NOTHING_TO_REPEAT
from gatehouse.usecases.rounds import Rounds
from gatehouse.usecases.spend_proof import SpendProof
from tests.fakes.calls import MemoryCallRecords
from tests.fakes.credentials import MemoryMarks
from tests.fakes.dispatch import ScriptedDispatcher
from tests.receipts import Instance
from tests.samples import INTEGRATION, LOOKUP, PROJECT, stored
from tests.warrants import KEYS, NOW, PUBLIC, Minted, proof

ARGUMENTS: JsonObject = {"contact_id": "c1"}
TOOLS: dict[str, object] = {LOOKUP.name: {"constraints": {"contact_id": [1, {"value": "c1"}]}}}
CHAIN = Minted().to("alice", k3=TOOLS)
ROOT = TrustedRoot(
    public_key=PUBLIC["root"], description=None, integration_ids=None, created_at=NOW
)


def names(chain: Minted) -> tuple[str, ...]:
    """The warrants of a chain as they are printed."""
    return tuple(f"tnu_wrt_{payload[1].hex()}" for payload in chain.payloads)


def presented(
    chain: Minted = CHAIN,
    arguments: JsonObject = ARGUMENTS,
    *,
    tool: str = LOOKUP.name,
    now: int = NOW,
    nonce: bytes = b"",
) -> PresentedWarrant:
    """What the holder sends with a call; a nonce is signed."""
    pop = proof(chain, tool, arguments, now=now)
    return PresentedWarrant(
        stack=chain.stack,
        proof=pop,
        nonce=nonce,
        nonce_signature=nonce_signature(chain, pop, nonce) if nonce else b"",
    )


def nonce_signature(chain: Minted, pop: bytes, nonce: bytes, *, by: str = "") -> bytes:
    """The holder's signature over a proof and a nonce."""
    message = b"gatehouse-pop-nonce-v1" + hashlib.sha256(pop).digest() + nonce
    return KEYS[by or chain.holder].sign(message)


def standing(
    chain: Minted = CHAIN, *, root: TrustedRoot | None = ROOT, revoked: frozenset[str] = frozenset()
) -> WarrantStanding:
    """What the project holds about a chain."""
    return WarrantStanding(root=root, ids=names(chain), revoked=revoked)


@dataclass
class Dispatching(ScriptedDispatcher):
    """A dispatch function that has `kept` what an equal call came to, if anything."""

    kept: Dispatched | None = None

    def dispatch(self, invocation: Invocation) -> Dispatched:
        """See `Dispatcher.dispatch`."""
        said = super().dispatch(invocation)
        return (self.kept or NOTHING_TO_REPEAT) if invocation.only_repeat else said


@dataclass
class Gate:
    """Calls of the sample tool in one mode, over fakes; all share the marks."""

    mode: WarrantMode = WarrantMode.ENFORCE
    policy: WarrantPolicy = field(default_factory=WarrantPolicy)
    tool: Tool = field(default_factory=lambda: stored(LOOKUP))
    dispatcher: Dispatching = field(default_factory=Dispatching)
    records: MemoryCallRecords = field(default_factory=MemoryCallRecords)
    marks: MemoryMarks = field(default_factory=MemoryMarks)
    receipts: Instance = field(default_factory=Instance)
    now: int = NOW
    made: int = 0

    def call(
        self,
        carried: Carried,
        arguments: JsonObject = ARGUMENTS,
        holds: WarrantStanding | None = None,
        *,
        name: str = LOOKUP.name,
        **changes: object,
    ) -> CalledTool:
        """Make one call."""
        self.made += 1
        project = replace(PROJECT, warrant_policy=replace(self.policy, mode=self.mode))
        call = ToolCall(
            request_id=ids.request_id(self.now * 1000, self.made),
            caller=Caller(project=project, integration=INTEGRATION),
            name=name,
            tool=self.tool,
            arguments=arguments,
            warrant=carried,
            standing=standing() if holds is None else holds,
        )
        return self.use_case()(replace(call, **changes))  # type: ignore[arg-type]

    def use_case(self) -> CallTool:
        """The use case itself."""
        return CallTool(
            check_warrant=CheckWarrant(clock=lambda: self.now),
            spend_proof=SpendProof(
                marks=self.marks, dispatcher=self.dispatcher, clock=lambda: self.now
            ),
            dispatcher=self.dispatcher,
            records=self.records,
            receipts=self.receipts.write,
            rounds=Rounds(clock=lambda: self.now, new_nonce=lambda: b"n" * 12),
            clock_ms=lambda: self.now * 1000,
            schemas=Schemas(),
        )

    @property
    def executed(self) -> int:
        """How many calls dispatch was asked to make."""
        return sum(not invocation.only_repeat for invocation in self.dispatcher.asked)

    @property
    def denied(self) -> list[CallRecord]:
        """The records of calls that were not handed over."""
        return self.records.written
