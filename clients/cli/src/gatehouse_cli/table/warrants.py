"""What a project asks of warrants, and what came of it."""

from typing import Final

from gatehouse_cli.commands import Command, Group, Option
from gatehouse_cli.table.calls import PERIOD

_POLICY: Final = "/api/v1/warrants/policy"

GROUPS: Final[tuple[Group, ...]] = (
    Group(
        name="warrants",
        help="What the project asks of warrants: policy, roots, revocations, receipts.",
        commands=(
            Command(name="policy", route=f"GET {_POLICY}", help="Show what is asked of warrants."),
            Command(
                name="set-policy",
                route=f"PUT {_POLICY}",
                help="Change what is asked of warrants; what is not given stays.",
                options=(
                    Option(flag="--mode", field="mode", help="off, audit, permissive or enforce."),
                ),
                is_versioned=True,
                keeps=("mode", "require_warrant", "clearances", "receipts"),
            ),
            Command(
                name="roots",
                route="GET /api/v1/warrants/roots",
                help="List the keys whose warrants are trusted.",
                columns=("public_key", "description", "integration_ids", "created_at"),
            ),
            Command(
                name="add-root",
                route="POST /api/v1/warrants/roots",
                help="Trust the warrants of a key.",
                options=(
                    Option(flag="--public-key", field="public_key", help="As text."),
                    Option(flag="--description", field="description", help="Whose it is."),
                ),
            ),
            Command(
                name="remove-root",
                route="DELETE /api/v1/warrants/roots/{public_key}",
                help="End the trust in a key for the very next call.",
                confirms="Trust {public_key} no more?",
            ),
            Command(
                name="revocations",
                route="GET /api/v1/warrants/revocations",
                help="List the newest revocation list of each issuer.",
                columns=("issuer", "version", "warrants", "reason", "accepted_at"),
            ),
            Command(
                name="revoke",
                route="POST /api/v1/warrants/revocations",
                help="Revoke warrants, and all that were derived from them.",
                options=(
                    Option(
                        flag="--warrant",
                        field="warrant_ids",
                        help="Its id; more than once.",
                        kind=list[str],
                    ),
                    Option(flag="--reason", field="reason", help="Why."),
                ),
                confirms="Revoke for the very next call?",
            ),
            Command(
                name="violations",
                route="GET /api/v1/warrants/violations",
                help="Count what enforcing would have denied, by tool and reason.",
                columns=("tool", "reason", "denied", "would_deny", "last_seen"),
                options=PERIOD,
                is_paged=False,
            ),
            Command(
                name="receipts",
                route="GET /api/v1/warrants/receipts",
                help="List the chains of receipts of a period.",
                columns=("chain", "function", "hour"),
                options=PERIOD,
            ),
            Command(
                name="receipt-chain",
                route="GET /api/v1/warrants/receipts/{chain}",
                help="List a chain of receipts; with --json, its certificate too.",
                columns=("sequence", "receipt"),
            ),
            Command(
                name="receipt-key",
                route="GET /api/v1/warrants/receipt-key",
                help="Show the public key that certificates of receipts are verified with.",
            ),
        ),
    ),
)
