"""What happened: calls and their counts, members, the audit, the checklist, the health."""

from typing import Final

from gatehouse_cli.commands import Command, Group, Option

PERIOD: Final = (
    Option(flag="--since", field="from", help="From when, RFC 3339: 2026-01-31T00:00:00Z."),
    Option(flag="--until", field="to", help="Until when, RFC 3339."),
)
FILTERS: Final = (
    Option(flag="--tool", field="tool", help="Of this tool."),
    Option(flag="--member", field="member", help="Of this member."),
    Option(flag="--outcome", field="outcome", help="succeeded, failed, denied, ..."),
)
CALL_COLUMNS: Final = (
    "started_at", "tool", "member", "outcome", "reason", "upstream_status", "duration_ms",
    "request_id",
)  # fmt: skip
_ENTRY: Final = ("seq", "at", "actor.name", "action", "target.id", "source_ip")
_HEAD: Final = ("date", "chain", "seq", "digest")
_AUDIT: Final = (
    *PERIOD,
    Option(flag="--actor", field="actor", help="Such as user:<id> or key:<id>."),
    Option(flag="--action", field="action", help='Such as "DELETE /api/v1/integrations/{id}".'),
    Option(flag="--target", field="target", help="Such as tool:<id> or integration:<id>."),
    Option(flag="--order", field="order", help="newest or oldest first."),
)
_PROJECT: Final = Option(
    flag="--project", field="project_id", help="A project's, not the deployment's."
)

GROUPS: Final[tuple[Group, ...]] = (
    Group(
        name="calls",
        help="Calls of tools: who, which, how it ended; never their arguments.",
        commands=(
            Command(
                name="list",
                route="GET /api/v1/tool-calls",
                help="List calls, newest first.",
                columns=CALL_COLUMNS,
                options=(*FILTERS, *PERIOD),
            ),
            Command(
                name="show",
                route="GET /api/v1/tool-calls/{request_id}",
                help="Show what remains of one call.",
            ),
        ),
    ),
    Group(
        name="usage",
        help="Counts of calls.",
        commands=(
            Command(
                name="show",
                route="GET /api/v1/usage",
                help="Count calls, failures and durations by tool and period.",
                columns=("tool", "starts_at", "calls", "failures", "denied", "p50_ms", "p95_ms"),
                options=(
                    *PERIOD,
                    Option(flag="--granularity", field="granularity", help="hour or day."),
                ),
                is_paged=False,
            ),
        ),
    ),
    Group(
        name="members",
        help="Members: those for whom your backend asks for sessions.",
        commands=(
            Command(
                name="list",
                route="GET /api/v1/members",
                help="List the members that were given a session, or blocked.",
                columns=("external_id", "email", "roles", "blocked", "last_seen"),
            ),
            Command(
                name="block",
                route="POST /api/v1/members/{external_id}/block",
                help="End a member's sessions and refuse new ones.",
                takes_body=False,
                confirms="Block {external_id}?",
            ),
            Command(
                name="unblock",
                route="DELETE /api/v1/members/{external_id}/block",
                help="Let a member have new sessions again.",
            ),
        ),
    ),
    Group(
        name="sessions",
        help="Sessions of members.",
        commands=(
            Command(
                name="end",
                route="POST /api/v1/members/{external_id}/end-sessions",
                help="End a member's sessions.",
                takes_body=False,
                confirms="End all sessions of {external_id}?",
            ),
        ),
    ),
    Group(
        name="audit",
        help="What was changed and by whom; and proof that nothing of it was removed.",
        commands=(
            Command(
                name="list",
                route="GET /api/v1/audit",
                help="List what was changed in the project.",
                columns=_ENTRY,
                options=_AUDIT,
            ),
            Command(
                name="heads",
                route="GET /api/v1/audit/heads",
                help="List the signed statements of where the chain of changes ended.",
                columns=_HEAD,
            ),
            Command(
                name="key",
                route="GET /api/v1/audit/key",
                help="Show the public key that the statements are verified with.",
            ),
        ),
    ),
    Group(
        name="deployment",
        help="The deployment itself, as an administrator.",
        commands=(
            Command(name="health", route="GET /health", help="Ask whether anybody answers."),
            Command(
                name="audit",
                route="GET /admin/v1/audit",
                help="List what was changed in the deployment, or in one of its projects.",
                columns=_ENTRY,
                options=(*_AUDIT, _PROJECT),
            ),
            Command(
                name="audit-heads",
                route="GET /admin/v1/audit/heads",
                help="List the signed statements of where a chain of changes ended.",
                columns=_HEAD,
                options=(_PROJECT,),
            ),
            Command(
                name="people",
                route="GET /admin/v1/people",
                help="List everybody who has an account.",
                columns=("id", "email", "name", "is_active", "is_admin", "last_sign_in_at"),
            ),
            Command(
                name="edit-person",
                route="PATCH /admin/v1/people/{user_id}",
                help="Let somebody in or not: --set is_active=false, --set is_admin=true.",
            ),
            Command(
                name="invite",
                route="POST /admin/v1/invitations",
                help="Invite somebody to administrate the deployment; the text is shown once.",
                options=(
                    Option(flag="--email", field="email", help="For this address only."),
                    Option(flag="--days", field="days", help="How long it is good.", kind=int),
                ),
                once=("invitation",),
            ),
        ),
    ),
    Group(
        name="checklist",
        help="The production checklist, by what the gateway knows itself.",
        commands=(
            Command(
                name="show",
                route="GET /api/v1/checklist",
                help="Evaluate the checklist; `gatehouse preflight` looks from outside too.",
                columns=("id", "standing", "says", "problems"),
                is_paged=False,
            ),
            Command(
                name="attest",
                route="POST /api/v1/checklist/attestations",
                help="Say that an item holds, in your own name.",
                options=(
                    Option(flag="--item", field="item", help="Its id, as `show` tells it."),
                    Option(flag="--note", field="note", help="How you know."),
                ),
            ),
        ),
    ),
)
