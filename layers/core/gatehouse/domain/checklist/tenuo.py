"""The items of Tenuo's guide to production: from looking at warrants to enforcing them."""

from functools import partial
from typing import Final

from gatehouse.domain.checklist import inside_rules as inside
from gatehouse.domain.checklist.commands import ENFORCE, RECEIPTS, attest
from gatehouse.domain.checklist.items import Asked, ByConstruction, Document, Item, Measured

_item = partial(Item, document=Document.TENUO)
ROLLOUT: Final = (
    _item(
        id="warrants-enforced",
        place="Enforcement modes",
        says="Whoever uses warrants enforces them",
        risk="What no warrant allows is done, and only noted",
        fix="Set the mode to `enforce` once nothing would be denied that is meant",
        command=ENFORCE,
        known=Measured(inside=inside.warrants_are_enforced),
    ),
    _item(
        id="violations-looked-at",
        place="Gradual rollout 1",
        says="What would have been denied was looked at before it was",
        risk="Enforcing breaks what people rely on",
        fix="Run in `audit` for a while, and read the violations",
        command=attest("violations-looked-at"),
        known=Asked(days=365),
    ),
    _item(
        id="critical-tools-guarded",
        place="Gradual rollout 2",
        says="Where warrants are used, tools that destroy ask for clearance",
        risk="The weakest warrant is good enough for the worst call",
        fix="Name each such tool under the policy's `clearances`, which are set whole",
        command='gatehouse warrants set-policy --set clearances=\'{"TOOL": 40, "OTHER": 40}\'',
        known=Measured(inside=inside.destruction_asks_for_clearance),
    ),
    _item(
        id="scoped-warrants-tried",
        place="Gradual rollout 3",
        says="A narrow warrant was tried: what it allows is done, what it does not is denied",
        risk="Warrants turn out wider than they look",
        fix="Mint a narrow warrant, and make one call within it and one beyond",
        command=attest("scoped-warrants-tried"),
        known=Asked(days=365),
    ),
    _item(
        id="warrants-required",
        place="Gradual rollout 4",
        says="Where warrants are used, a call without one is denied",
        risk="Leaving the warrant away is the way round it",
        fix="Set `require_warrant` in the policy",
        command=ENFORCE,
        known=Measured(inside=inside.warrants_are_required),
    ),
)

KEYS: Final = (
    _item(
        id="roots-trusted",
        place="Key management, trusted roots",
        says="Where warrants are looked at, the keys that may issue them are named",
        risk="Every call is denied, or would be",
        fix="Add the issuer's public key as a root",
        command="gatehouse warrants add-root --public-key PUBLIC_KEY",
        known=Measured(inside=inside.roots_are_trusted),
    ),
    _item(
        id="issuer-keys-in-a-vault",
        place="Key management, production",
        says="The issuer's key comes from a secrets manager, and was made for production",
        risk="Whoever finds it issues any warrant",
        fix="Make a new key in the secrets manager; trust it; distrust the old one",
        command=attest("issuer-keys-in-a-vault"),
        known=Asked(),
    ),
    _item(
        id="no-development-mode",
        place="Environment variables",
        says="No variable makes production take what development takes",
        risk="A variable that was left behind opens everything",
        fix="Nothing: functions do not start with such a value in staging and prod",
        command="make integration",
        known=ByConstruction(
            test="integration/test_production_checklist.py"
            "::test_9_values_of_development_are_refused_in_production"
        ),
    ),
    _item(
        id="roots-rotated",
        place="Control plane, rotation",
        says="No trusted root is older than a year",
        risk="A key that leaked long ago is still good",
        fix="Trust a new root, re-issue, then remove the old one",
        command="gatehouse warrants remove-root PUBLIC_KEY",
        known=Measured(inside=inside.roots_are_rotated),
    ),
    _item(
        id="warrants-revocable",
        place="Control plane, revocation",
        says="A revoked warrant, and all that was made of it, ends with the very next call",
        risk="What was lost stays good until it ends by itself",
        fix="Nothing: revocations are read with each call",
        command="gatehouse warrants revoke --warrant WARRANT_ID",
        known=ByConstruction(
            test="integration/test_warrants_management.py"
            "::test_a_list_of_the_real_package_revokes_a_chain_for_good"
        ),
    ),
    _item(
        id="receipts-kept",
        place="Control plane, receipts",
        says="Where warrants are used, each decision is kept as a signed receipt",
        risk="What was allowed to whom cannot be proven afterwards",
        fix="Set `receipts` in the policy",
        command=RECEIPTS,
        known=Measured(inside=inside.receipts_are_kept),
    ),
)

PATTERNS: Final = (
    _item(
        id="proof-of-possession",
        place="Pattern 1, keys separate from warrants",
        says="A warrant is worth nothing without its holder's key",
        risk="Whoever sees a warrant uses it",
        fix="Nothing: each call carries a proof by the holder, and a proof makes one call",
        command="make integration",
        known=ByConstruction(
            test="integration/test_warrants_gateway.py"
            "::test_a_proof_by_anybody_but_the_holder_is_refused"
        ),
    ),
    _item(
        id="bound-warrants-not-stored",
        place="Pattern 2, bound warrants",
        says="What holds a key is neither copied nor stored",
        risk="A key ends up in a cache, a queue or a checkpoint",
        fix="Nothing with `gatehouse_client.warrants`: what holds a key refuses to be pickled",
        command="make unit",
        known=ByConstruction(
            test="unit/client_warrants/test_keys.py"
            "::test_what_holds_a_key_is_neither_copied_nor_pickled"
        ),
    ),
    _item(
        id="delegation-narrows",
        place="Low-level API, delegation",
        says="Whoever hands a warrant on can only take away from it",
        risk="A worker does more than who sent it may",
        fix="Nothing: the whole chain is verified with each call",
        command="make unit",
        known=ByConstruction(test="unit/warrants/test_strictness.py::test_a_child_gains_nothing"),
    ),
)

ITEMS: Final = (*ROLLOUT, *KEYS, *PATTERNS)
