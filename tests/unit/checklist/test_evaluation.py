"""Each item comes to something, and each thing that is wrong turns its own item red alone."""

from dataclasses import replace

import pytest

from gatehouse.domain.checklist.catalogue import BY_ID, ITEMS
from gatehouse.domain.checklist.evaluation import Finding, Standing, combined, evaluate
from gatehouse.domain.checklist.items import ByConstruction, Measured, Probed
from gatehouse.domain.checklist.snapshot import Attestation, Probe, Snapshot
from gatehouse.domain.members import MemberStanding
from gatehouse.domain.probing import ProbeKind
from gatehouse.domain.project_settings import ProjectSettings
from gatehouse.domain.tools import AuthStrategy
from gatehouse.domain.warrant_policies import WarrantMode
from tests.samples import ASSERTION_KEY, INTEGRATION, NOW, stored
from tests.unit.checklist.worlds import (
    ATTESTED,
    DAY,
    FEW,
    INSIDE,
    RIGHT,
    ROOT,
    SIGNED,
    answering,
    around,
    asking,
    offering,
    probed,
    telling,
    told,
    with_key,
    with_table,
    within,
)

YEAR = 366 * DAY
STAGING = replace(INTEGRATION, id="Integ002", environment="staging")
WRONG = {
    "no environment": ("environments-apart", within(integrations=(INTEGRATION,))),
    "two environments": (
        "environments-apart",
        within(integrations=(*INSIDE.integrations, STAGING)),
    ),
    "bare word": ("members-vouched-for", told(allow_unverified_minting=True)),
    "bare word in one function": (
        "members-vouched-for",
        around(functions={"Token": {"ALLOW_UNVERIFIED_MEMBER_SESSION_MINTING": "true"}}),
    ),
    "long assertions": ("assertions-short", within(had_long_assertions=True)),
    "nameless kid": (
        "kids-with-versions",
        within(assertion_keys=(replace(ASSERTION_KEY, kid="f3a9"),)),
    ),
    "trial tool": ("no-trial-tools", offering(name="crm_debug")),
    "user tool": ("user-tools-need-members", within(tools=(telling(email=True),))),
    "user tool by its path": (
        "user-tools-need-members",
        offering(endpoint_path="/users/{member.id}"),
    ),
    "bearer": ("tools-signed", offering(auth_strategy=AuthStrategy.STATIC_BEARER)),
    "no auth": ("tools-signed", offering(auth_strategy=AuthStrategy.NONE)),
    "plain upstream": ("upstreams-https", offering(base_url="http://api.example.com")),
    "plain upstreams allowed": ("upstreams-https", told(allow_insecure_upstreams=True)),
    "addresses as ids": (
        "member-ids-last",
        within(members=(MemberStanding(external_id="ada@example.com"),)),
    ),
    "old API key": (
        "keys-rotated",
        within(integrations=(replace(INSIDE.integrations[0], created_at=NOW - YEAR),)),
    ),
    "old assertion key": (
        "keys-rotated",
        within(assertion_keys=(replace(ASSERTION_KEY, created_at=NOW - YEAR),)),
    ),
    "any host": ("hosts-named", told(allowed_hosts=frozenset({"gate.example.com", "*"}))),
    "own host not named": ("hosts-named", told(allowed_hosts=frozenset({"x.example.com"}))),
    "spoofed host": ("hosts-named", answering(spoofed_host_status=200)),
    "any origin": ("origins-named", told(allowed_origins=frozenset({"*"}))),
    "plain origin": ("origins-named", told(allowed_origins=frozenset({"http://x.example"}))),
    "foreign origin": ("origins-named", answering(foreign_origin="*")),
    "no limits": (
        "limits-set",
        within(project=replace(INSIDE.project, settings=ProjectSettings())),
    ),
    "no limits of members": (
        "limits-set",
        within(project=replace(INSIDE.project, settings=ProjectSettings(limits=FEW))),
    ),
    "audit": ("warrants-enforced", asking(mode=WarrantMode.AUDIT)),
    "off, with roots": ("warrants-enforced", asking(mode=WarrantMode.OFF)),
    "no warrant needed": ("warrants-required", asking(require_warrant=False)),
    "no clearance": ("critical-tools-guarded", asking(clearances={"crm-contacts-*": 2})),
    "no roots": ("roots-trusted", within(roots=())),
    "old root": ("roots-rotated", within(roots=(replace(ROOT, created_at=NOW - YEAR),))),
    "no receipts": ("receipts-kept", asking(receipts=False)),
    "no TLS": ("tls", answering(certificate_ends_at=None)),
    "certificate ends": ("tls", answering(certificate_ends_at=NOW + 20 * DAY)),
    "plain http": ("tls", answering(plain_status=200)),
    "no HSTS": ("tls", answering(hsts_seconds={"/health": 0})),
    "no recovery": ("tables-recoverable", with_table(is_recoverable=False)),
    "no protection": ("tables-protected", with_table(is_protected=False)),
    "no key of its own": ("tables-encrypted", with_table(key=None)),
    "no rotation": ("kms-keys-rotate", with_key(rotates=False)),
    "key disabled": ("kms-keys-enabled", with_key(is_enabled=False)),
    "no alarm": ("failures-told", around(alarms=frozenset())),
    "no throttle": ("api-throttled", around(throttle=0)),
    "logs for ever": ("logs-end", around(log_days={"McpLogs": None})),
    "bad signature": ("endpoints-verify-signatures", probed(ProbeKind.BAD_SIGNATURE, 200)),
    "old timestamp": ("endpoints-verify-time", probed(ProbeKind.OLD_TIMESTAMP, 204)),
    "foreign project": ("endpoints-verify-project", probed(ProbeKind.FOREIGN_PROJECT, 201)),
}


WAITING = {"endpoints-verify-time", "endpoints-verify-project"}
"""What is judged once signatures are verified."""


def by_id(snapshot: Snapshot) -> dict[str, Finding]:
    return {finding.item.id: finding for finding in evaluate(snapshot, NOW)}


def test_of_what_is_right_every_item_passes() -> None:
    found = by_id(RIGHT)
    assert list(found) == [item.id for item in ITEMS]
    assert {finding.standing for finding in found.values()} == {Standing.PASSED}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_turns_its_own_item_red_and_no_other(wrong: str) -> None:
    expected, snapshot = WRONG[wrong]
    found = by_id(snapshot)
    red = [name for name, each in found.items() if each.standing is Standing.FAILED]
    open_ones = {name for name, each in found.items() if each.problems} - {expected}
    assert red == [expected]
    assert open_ones == (WAITING if expected == "endpoints-verify-signatures" else set())


def test_every_item_that_is_measured_can_turn_red() -> None:
    measured = {item.id for item in ITEMS if isinstance(item.known, Measured | Probed)}
    assert {expected for expected, _ in WRONG.values()} == measured


@pytest.mark.parametrize("name", ATTESTED)
def test_somebody_s_word_counts_until_it_ends(name: str) -> None:
    known = BY_ID[name].known
    assert not isinstance(known, ByConstruction | Measured)

    def standing(at: int | None) -> Finding:
        words = {name: Attestation(item=name, by="user:ada", at=at, note="")} if at else {}
        return by_id(replace(RIGHT, probes=(), attestations=words))[name]

    assert standing(None).standing is Standing.NEEDS_ATTESTATION
    assert standing(NOW - known.days * DAY + 1).standing is Standing.PASSED
    ended = standing(NOW - known.days * DAY)
    assert ended.standing is Standing.NEEDS_ATTESTATION
    assert ended.attestation is not None


def test_the_two_sides_together_know_of_every_item() -> None:
    inside = by_id(replace(RIGHT, outside=None))
    outside = by_id(replace(RIGHT, inside=None))
    assert inside.keys() | outside.keys() == BY_ID.keys()
    only_outside = outside.keys() - inside.keys()
    assert {"tls", "failures-told", "tables-recoverable"} <= only_outside
    assert all(isinstance(BY_ID[name].known, Measured) for name in only_outside)


def test_findings_of_both_sides_are_as_bad_as_the_worse_and_tell_all() -> None:
    red = told(allowed_hosts=frozenset({"gate.example.com", "*"}))
    from_inside = evaluate(replace(red, outside=None), NOW)
    from_outside = evaluate(replace(answering(spoofed_host_status=200), inside=None), NOW)
    found = {each.item.id: each for each in combined(from_inside, from_outside)}
    assert list(found) == [item.id for item in ITEMS]
    assert found["hosts-named"].standing is Standing.FAILED
    assert len(found["hosts-named"].problems) == 2
    assert {name for name, each in found.items() if each.problems} == {"hosts-named"}


def test_who_has_probed_knows_more_than_who_has_not() -> None:
    unsaid = replace(RIGHT, attestations={})
    from_inside = evaluate(replace(unsaid, outside=None, probes=()), NOW)
    from_outside = evaluate(replace(unsaid, inside=None), NOW)
    found = {each.item.id: each.standing for each in combined(from_inside, from_outside)}
    assert found["endpoints-verify-signatures"] is Standing.PASSED
    assert found["endpoints-verify-time"] is Standing.NEEDS_ATTESTATION


def test_refusing_proves_that_signatures_are_verified_and_nothing_else() -> None:
    unsaid = by_id(replace(RIGHT, attestations={}))
    assert unsaid["endpoints-verify-signatures"].standing is Standing.PASSED
    for name in ("endpoints-verify-time", "endpoints-verify-project"):
        assert unsaid[name].standing is Standing.NEEDS_ATTESTATION
    some = by_id(replace(RIGHT, attestations={}, unprobed=("tickets-create",)))
    assert some["endpoints-verify-signatures"].standing is Standing.NEEDS_ATTESTATION


@pytest.mark.parametrize("status", [200, 204, None])
def test_an_endpoint_that_verifies_nothing_fails_one_item_and_no_word_helps_the_others(
    status: int | None,
) -> None:
    probes = tuple(Probe(tool_name="a", kind=kind, status=status) for kind in ProbeKind)
    found = by_id(replace(RIGHT, probes=probes))
    assert found["endpoints-verify-signatures"].standing is Standing.FAILED
    for name in WAITING:
        assert found[name].standing is Standing.NEEDS_ATTESTATION
        assert found[name].problems == (
            "tool a: nothing shows this before its endpoint refuses bad signatures",
        )


def test_an_endpoint_that_verifies_signatures_is_judged_beside_one_that_does_not() -> None:
    accepting = Probe(tool_name="a", kind=ProbeKind.BAD_SIGNATURE, status=200)
    late = Probe(tool_name="b", kind=ProbeKind.OLD_TIMESTAMP, status=200)
    found = by_id(replace(RIGHT, probes=(accepting, late)))
    assert found["endpoints-verify-time"].standing is Standing.FAILED
    assert found["endpoints-verify-time"].problems == ("tool b: its endpoint answered 200",)


def test_an_endpoint_that_does_not_answer_proves_nothing() -> None:
    found = by_id(probed(ProbeKind.BAD_SIGNATURE, None))["endpoints-verify-signatures"]
    assert found.problems == ("tool crm-contacts-get: its endpoint did not answer",)


def test_what_is_disabled_or_deactivated_or_not_a_key_is_not_looked_at() -> None:
    trial = stored(replace(SIGNED, name="debug"), is_enabled=False)
    gone = replace(ASSERTION_KEY, kid="x", deactivated_at=NOW)
    snapshot = within(tools=(trial,), assertion_keys=(gone,))
    assert not any(finding.problems for finding in evaluate(snapshot, NOW))


def test_a_project_that_uses_no_warrants_has_nothing_to_enforce() -> None:
    snapshot = within(
        roots=(),
        project=replace(
            INSIDE.project,
            warrant_policy=replace(INSIDE.project.warrant_policy, mode=WarrantMode.OFF),
        ),
    )
    assert not any(finding.problems for finding in evaluate(snapshot, NOW))
