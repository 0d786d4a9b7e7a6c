"""Probing a tool's endpoint."""

from pydantic import Field

from gatehouse.domain.checklist.snapshot import Probe
from gatehouse.domain.probing import ProbeKind
from gatehouse.edge.rest.models import Answer, Input
from gatehouse.edge.rest.routing import Answered, Call
from gatehouse.usecases.management import Management


class NewProbe(Input):
    """How far probing may go."""

    may_change: bool = Field(
        default=False, description="Also where a call that is let in may change something."
    )


class ProbeAnswer(Answer):
    """One wrong request, and what it was answered; null where nothing was."""

    kind: ProbeKind
    status: int | None
    let_in: bool


class ProbesAnswer(Answer):
    """One wrong request of each kind."""

    tool: str
    probes: list[ProbeAnswer]


def probe_tool(management: Management, call: Call, body: NewProbe) -> Answered:
    """Send a tool's endpoint what it has to refuse; nothing is signed with the tool's secret."""
    probes = management.probe_tool(
        call.principal.as_caller(), call.params["id"], may_change=body.may_change
    )
    return Answered(
        answer=ProbesAnswer(tool=probes[0].tool_name, probes=[_answer(probe) for probe in probes])
    )


def _answer(probe: Probe) -> ProbeAnswer:
    return ProbeAnswer(kind=probe.kind, status=probe.status, let_in=probe.was_let_in)
