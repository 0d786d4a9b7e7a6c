"""Warrants: what is asked of them, whose are trusted, what was revoked, what was decided."""

from typing import Final

from gatehouse.edge.console.fields import flag, json, lines, text, whole
from gatehouse.edge.console.pages import Do, Heading, Page, Read
from gatehouse.edge.console.violations import violations
from gatehouse.edge.console.warrant_reading import warrant_read

POLICY: Final = "/api/v1/warrants/policy"
ROOTS: Final = "/api/v1/warrants/roots"
REVOCATIONS: Final = "/api/v1/warrants/revocations"
RECEIPTS: Final = "/api/v1/warrants/receipts"

WARRANTS: Final = (
    Page(
        path="warrants",
        title="Warrants",
        section="warrants",
        menu="Warrants",
        under=Heading.ACCESS,
        template="warrants.html",
        reads=(
            Read(name="policy", route=POLICY),
            Read(name="violations", route="/api/v1/warrants/violations", query=("from", "to")),
        ),
        view=violations,
        actions=(
            Do(
                name="change-policy",
                method="PUT",
                route=POLICY,
                body=(
                    whole("version"), text("mode"), flag("require_warrant"), json("clearances"),
                    flag("receipts"),
                ),
                says="The policy holds from the next call on.",
            ),
        ),
    ),
    Page(
        path="warrants/roots",
        title="Trusted roots",
        section="warrants",
        template="warrant_roots.html",
        reads=(Read(name="roots", route=ROOTS, query=("cursor",)),),
        actions=(
            Do(
                name="trust-root",
                method="POST",
                route=ROOTS,
                body=(text("public_key"), text("description")),
                says="Warrants of this root are trusted from the next call on.",
            ),
            Do(
                name="distrust-root",
                method="DELETE",
                route=f"{ROOTS}/{{public_key}}",
                confirm="beginning",
                says="Warrants of this root are worth nothing any more.",
            ),
        ),
    ),
    Page(
        path="warrants/revocations",
        title="Revocations",
        section="warrants",
        template="warrant_revocations.html",
        reads=(Read(name="revocations", route=REVOCATIONS, query=("cursor",)),),
        actions=(
            Do(
                name="revoke-warrants",
                method="POST",
                route=REVOCATIONS,
                body=(lines("warrant_ids"), text("reason")),
                says="Revoked, with all that was handed on below them.",
            ),
            Do(
                name="take-revocations",
                method="POST",
                route=REVOCATIONS,
                body=(text("list"),),
                says="The list is taken.",
            ),
        ),
    ),
    Page(
        path="warrants/receipts",
        title="Receipts",
        section="warrants",
        template="warrant_receipts.html",
        reads=(
            Read(name="chains", route=RECEIPTS, query=("from", "to", "cursor")),
            Read(name="key", route="/api/v1/warrants/receipt-key", optional=True),
        ),
    ),
    Page(
        path="warrants/read",
        title="Read a warrant",
        section="warrants",
        template="warrant_read.html",
        actions=(
            Do(name="read-warrant", method="POST", route="", shows=True, alone=warrant_read),
        ),
    ),
)  # fmt: skip
