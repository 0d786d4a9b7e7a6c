"""Decide what a call's warrants mean for it: nothing, a remark, or that it is not made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from gatehouse.domain.caller import Caller
from gatehouse.domain.errors import ToolRefused
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.receipts import evidence
from gatehouse.domain.tools import Tool
from gatehouse.domain.warrant_counts import MISSING
from gatehouse.domain.warrant_policies import (
    Carried,
    Decision,
    Evidence,
    PresentedWarrant,
    UnusableCarrier,
    WarrantMode,
    WarrantStanding,
    WarrantVerdict,
)

if TYPE_CHECKING:
    from gatehouse.domain.warrants import Authorized, Denied

NEEDED: Final = "This tool is called with a warrant; none came with the call"
MAX_FIELD: Final = 128
"""Characters of an argument's name that a verdict repeats."""


class WarrantRefused(ToolRefused):
    """The call is not made, because of its warrants."""

    def __init__(self, verdict: WarrantVerdict) -> None:
        hint = f": {verdict.hint}" if verdict.hint else ""
        where = f" (argument '{verdict.field}')" if verdict.field else ""
        message = f"The call's warrant does not allow it: {verdict.reason}{where}{hint}"
        super().__init__(message, code=f"warrant:{verdict.reason}")
        self.verdict = verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A proof of possession that held, to be spent once: SHA-256 of it, and the signed nonce.

    `ends_at` is from when on, in epoch seconds, it is refused for its age.
    """

    digest: bytes
    nonce: bytes
    ends_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was decided, if anything was asked; and the proof that the call is to spend, if one."""

    verdict: WarrantVerdict | None = None
    proof: Proof | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Warranted:
    """A call as far as warrants are concerned; the caller may make it but for them."""

    caller: Caller
    tool: Tool
    arguments: JsonObject = field(repr=False)
    carried: Carried
    standing: WarrantStanding


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckWarrant:
    """Ask the verifier, as the mode in force says; a warrant never allows what is not allowed."""

    clock: Callable[[], int]

    def __call__(self, call: Warranted) -> Checked:
        """Return what was decided about a call that is made.

        Raises:
            WarrantRefused: It is not made.
        """
        policy = call.caller.project.warrant_policy
        mode = policy.mode_for(call.tool.warrant_mode)
        carried = call.carried
        if mode is WarrantMode.OFF or (carried is None and not policy.require_warrant):
            return Checked()
        verdict = WarrantVerdict(
            mode=mode,
            decision=Decision.ALLOWED,
            warrant_id=call.standing.ids[-1] if call.standing.ids else None,
        )
        if carried is None:
            return Checked(verdict=not_allowed(verdict, MISSING, hint=NEEDED))
        if isinstance(carried, UnusableCarrier):
            return Checked(verdict=not_allowed(verdict, carried.reason, hint=carried.hint))
        return self._verified(call, carried, verdict)

    def _verified(
        self, call: Warranted, carried: PresentedWarrant, verdict: WarrantVerdict
    ) -> Checked:
        # Loaded by the first call that brings a warrant, not by every cold start.
        from gatehouse.domain.warrants import Denied  # noqa: PLC0415
        from gatehouse.domain.warrants.pop import require_nonce  # noqa: PLC0415

        verdict = replace(verdict, evidence=_evidence(call, carried))
        try:
            authorized = _authorized(call, carried, now=self.clock())
            if carried.nonce or carried.nonce_signature:
                require_nonce(
                    authorized.holder, carried.proof, carried.nonce, carried.nonce_signature
                )
        except Denied as denied:
            return Checked(verdict=_denied(verdict, denied))
        if call.tool.allow_equal_calls:
            return Checked(verdict=verdict)
        proof = Proof(
            digest=authorized.proof, nonce=carried.nonce, ends_at=authorized.proof_ends_at
        )
        return Checked(verdict=verdict, proof=proof)


def _evidence(call: Warranted, carried: PresentedWarrant) -> Evidence | None:
    """Return what a receipt of the decision says, where the project wants receipts."""
    policy = call.caller.project.warrant_policy
    if not policy.receipts:
        return None
    return evidence(
        carried,
        tool=call.tool.definition.name,
        arguments=call.arguments,
        policy=policy,
        trusted_roots=_trusted_roots(call),
    )


def _trusted_roots(call: Warranted) -> frozenset[bytes]:
    """Return the keys that count for this call: the first warrant's issuer, if it is trusted."""
    root = call.standing.root
    if root is None or not root.is_trusted_by(call.caller.integration.id):
        return frozenset()
    return frozenset({root.public_key})


def not_allowed(verdict: WarrantVerdict, reason: str, *, hint: str) -> WarrantVerdict:
    """Return the verdict that a rule was not kept.

    Raises:
        WarrantRefused: The mode in force has such calls denied.
    """
    return _in_force(replace(verdict, reason=reason, hint=hint))


def _denied(verdict: WarrantVerdict, denied: "Denied") -> WarrantVerdict:
    return _in_force(
        replace(
            verdict,
            reason=denied.reason,
            code=denied.code,
            field=denied.field[:MAX_FIELD] if denied.field else None,
            hint=denied.hint or None,
        )
    )


def _in_force(broken: WarrantVerdict) -> WarrantVerdict:
    if broken.mode is WarrantMode.ENFORCE:
        raise WarrantRefused(replace(broken, decision=Decision.DENIED))
    return replace(broken, decision=Decision.WOULD_DENY)


def _authorized(call: Warranted, carried: PresentedWarrant, *, now: int) -> "Authorized":
    """Ask about the arguments as they are signed: in MCP, whole floats as integers.

    Whoever signs for HTTP headers may do either; each is a call of its own to the verifier.
    """
    from gatehouse.domain.warrants import Authorizer, Denied, RevocationList  # noqa: PLC0415
    from gatehouse.domain.warrants.folding import folded  # noqa: PLC0415

    authorizer = Authorizer(
        _trusted_roots(call),
        clearances=call.caller.project.warrant_policy.clearances,
        revocations=RevocationList(
            ids=call.standing.revoked, version=0, issued_at="", issuer=b"", data=b""
        ),
    )

    def check(arguments: Mapping[str, object]) -> "Authorized":
        return authorizer.check(
            carried.stack,
            call.tool.definition.name,
            arguments,
            carried.proof,
            approvals=carried.approvals,
            now=now,
        )

    if not carried.is_in_headers:
        return check(folded(call.arguments))
    try:
        return check(call.arguments)
    except Denied as denied:
        if denied.reason != "pop-signature-invalid":
            raise
        return check(folded(call.arguments))
