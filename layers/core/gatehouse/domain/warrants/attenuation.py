"""What a child may be, given its parent: never more in any respect."""

from gatehouse.domain.warrants.capabilities import ANY_TOOL, capability_for
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.effort import Effort
from gatehouse.domain.warrants.payload import EXECUTION, ISSUER, Payload


def require_attenuated(parent: Payload, child: Payload, effort: Effort) -> None:
    """Check that `child` holds no authority that `parent` lacks.

    Raises:
        Denied: It does, or comparing costs too much.
    """
    if (child.clearance or 0) > (parent.clearance or 0):
        raise Denied(1502, "a child's clearance may not exceed its parent's")
    if parent.kind == EXECUTION:
        if child.kind == ISSUER:
            raise Denied(1502, "a warrant to call tools cannot issue warrants")
        _require_tools(parent, child, effort)
    elif child.kind == ISSUER:
        _require_issuing(parent, child, effort)
    else:
        _require_issued(parent, child, effort)
    _require_approvals(parent, child, effort)


def _require_tools(parent: Payload, child: Payload, effort: Effort) -> None:
    for tool, capability in child.tools.items():
        allowed = (
            parent.tools.get(ANY_TOOL) if tool == ANY_TOOL else capability_for(parent.tools, tool)
        )
        if allowed is None:
            raise Denied(1502, "a child names a tool that its parent does not")
        allowed.require_covers(capability, effort)
    rest = child.tools.get(ANY_TOOL)
    if rest is None:
        return
    for tool, capability in parent.tools.items():
        # Where the child does not name a tool of the parent's, its `*` speaks for the tool.
        if tool not in child.tools:
            try:
                capability.require_covers(rest, effort)
            except Denied as denied:
                if denied.code != 1502:  # noqa: PLR2004 - it costs too much
                    raise
                hint = "a child's * allows more than its parent's named tool"
                raise Denied(denied.code, hint, field=denied.field) from denied


def _require_issuing(parent: Payload, child: Payload, effort: Effort) -> None:
    if not all(_may_issue(parent, tool) for tool in child.issuing.tools):
        raise Denied(1502, "an issuer may not pass on more tools than it may issue")
    most = parent.issuing.max_depth
    if most is not None and (child.issuing.max_depth is None or child.issuing.max_depth > most):
        raise Denied(1502, "an issuer may not raise or drop max_issue_depth")
    if parent.issuing.bounds is not None:
        if child.issuing.bounds is None:
            raise Denied(1502, "an issuer may not drop its bounds")
        parent.issuing.bounds.require_covers(child.issuing.bounds, effort)


def _require_issued(parent: Payload, child: Payload, effort: Effort) -> None:
    if child.holder == parent.holder:
        raise Denied(1400, "an issuer may not issue to itself")
    if child.holder == parent.issuer:
        raise Denied(1400, "an issuer may not issue to its own issuer")
    for tool, capability in child.tools.items():
        if not _may_issue(parent, tool):
            raise Denied(1502, "a tool is not among those that may be issued")
        if parent.issuing.bounds is not None:
            parent.issuing.bounds.require_covers(capability, effort)


def _may_issue(issuer: Payload, tool: str) -> bool:
    return tool in issuer.issuing.tools or ANY_TOOL in issuer.issuing.tools


def _require_approvals(parent: Payload, child: Payload, effort: Effort) -> None:
    if parent.approvers:
        if parent.approvers - child.approvers:
            raise Denied(1502, "a child may not drop or replace approvers")
        if child.min_approvals < parent.min_approvals:
            raise Denied(1502, "a child may not lower the number of approvals")
    for tool, gate in parent.gates.items():
        if child.kind == EXECUTION and capability_for(child.tools, tool) is None:
            continue
        kept = child.gates.get(tool)
        if kept is None or not gate.is_kept_by(kept, effort):
            raise Denied(1502, "a child may not weaken an approval gate")
