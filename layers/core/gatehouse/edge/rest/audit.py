"""What was changed, by whom, and the signed statements that nothing of it is missing."""

from base64 import b64encode
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from gatehouse.domain.audit import (
    DEPLOYMENT,
    AuditEntry,
    AuditFilter,
    Target,
    entry_digest,
    entry_document,
)
from gatehouse.domain.audit_heads import SignedHead, statement_document
from gatehouse.edge.rest.models import Answer, Listing, Nothing, PageQuery
from gatehouse.edge.rest.routing import Answered, Call
from gatehouse.usecases.management import Management

PROJECT = Field(
    default=None,
    pattern=r"^[0-9A-Za-z]{8}$",
    description="Instead of the deployment's, the chain of a project, also of a deleted one.",
)


class AuditQuery(PageQuery):
    """Which changes; by default all, the newest first."""

    from_: AwareDatetime | None = Field(default=None, alias="from")
    to: AwareDatetime | None = None
    actor: str | None = Field(default=None, description="Such as `user:<id>`, `key:<id>`.")
    action: str | None = Field(default=None, description="A method and a path of this document.")
    target: str | None = Field(
        default=None, pattern=r"^[a-z_]+:.+$", description="A kind and an id, such as `tool:<id>`."
    )
    order: Literal["newest", "oldest"] = "newest"

    @property
    def filter(self) -> AuditFilter:
        """What this leaves out."""
        return AuditFilter(
            starts_at=None if self.from_ is None else int(self.from_.timestamp()),
            ends_at=None if self.to is None else int(self.to.timestamp()),
            actor=self.actor,
            action=self.action,
            target=None if self.target is None else _target(self.target),
        )


class DeploymentAuditQuery(AuditQuery):
    """Which changes of the deployment, or of one of its projects."""

    project_id: str | None = PROJECT


class HeadQuery(PageQuery):
    """Which part of the statements, the oldest first."""


class DeploymentHeadQuery(HeadQuery):
    """Which statements about the deployment's chain, or about a project's."""

    project_id: str | None = PROJECT


class ActorAnswer(Answer):
    """Who did it. The name is what they were called then, and may be anybody's."""

    kind: str
    id: str
    name: str


class TargetAnswer(Answer):
    """What was changed."""

    kind: str
    id: str


class EntryAnswer(Answer):
    """A change. The digest is SHA-256 of all else here as canonical JSON (RFC 8785)."""

    chain: str
    seq: int
    at: str
    actor: ActorAnswer
    action: str
    target: TargetAnswer
    before: Annotated[
        str | None, Field(description="SHA-256 of what it was, without secrets; null: created.")
    ]
    after: Annotated[str | None, Field(description="SHA-256 of what it then was; null: removed.")]
    source_ip: str
    request_id: str
    prev: Annotated[str | None, Field(description="The digest of the entry before.")]
    digest: str


class EntryList(Listing[EntryAnswer]):
    """A page of changes; a filtered one may be short, even empty, and have a next one."""


class HeadAnswer(Answer):
    """What was signed of where a chain ended on a day."""

    deployment_id: str
    chain: str
    date: str
    seq: int
    digest: str
    signature: Annotated[str, Field(description="ECDSA P-256 with SHA-256, DER in base64.")]


class HeadList(Listing[HeadAnswer]):
    """A page of statements."""


class AuditKeyAnswer(Answer):
    """The deployment's public key for statements."""

    public_key_pem: str


def list_changes(management: Management, call: Call, query: AuditQuery) -> Answered:
    """List what was changed in the project."""
    return _entries(management, call.project_id, query)


def list_heads(management: Management, call: Call, query: HeadQuery) -> Answered:
    """List the signed statements of where the project's chain of changes ended."""
    return _heads(management, call.project_id, query)


def read_audit_key(management: Management, _call: Call, _nothing: Nothing) -> Answered:
    """Read the public key that the statements are verified with."""
    return Answered(answer=AuditKeyAnswer(public_key_pem=management.audit.public_key_pem()))


def list_deployment_changes(
    management: Management, _call: Call, query: DeploymentAuditQuery
) -> Answered:
    """List what was changed in the deployment, or in one of its projects."""
    return _entries(management, query.project_id or DEPLOYMENT, query)


def list_deployment_heads(
    management: Management, _call: Call, query: DeploymentHeadQuery
) -> Answered:
    """List the signed statements of where a chain of changes ended."""
    return _heads(management, query.project_id or DEPLOYMENT, query)


def _entries(management: Management, chain: str, query: AuditQuery) -> Answered:
    page = management.audit.page(
        chain,
        query.filter,
        newest_first=query.order == "newest",
        after=query.cursor,
        limit=query.limit,
    )
    return Answered(answer=EntryList.of(map(_entry, page.items), page.next_after))


def _heads(management: Management, chain: str, query: HeadQuery) -> Answered:
    page = management.audit.signed_heads(chain, after=query.cursor, limit=query.limit)
    return Answered(answer=HeadList.of(map(_head, page.items), page.next_after))


def _target(text: str) -> Target:
    kind, _, of_kind = text.partition(":")
    return Target(kind=kind, id=of_kind)


def _entry(entry: AuditEntry) -> EntryAnswer:
    return EntryAnswer.model_validate({**entry_document(entry), "digest": entry_digest(entry)})


def _head(head: SignedHead) -> HeadAnswer:
    signature = b64encode(head.signature).decode("ascii")
    return HeadAnswer.model_validate({**statement_document(head.statement), "signature": signature})
