"""Revoked warrants: by lists that issuers signed, or by the project's own; all are published."""

import base64
from typing import Annotated, Final

from pydantic import Field

from gatehouse.domain.api_keys import ID_LENGTH
from gatehouse.domain.base62 import is_base62
from gatehouse.domain.errors import FieldError, InvalidFields, NotFound
from gatehouse.domain.revocations import KeptList
from gatehouse.edge.rest.models import Answer, Input, Listing, Nothing, PageQuery, rfc3339
from gatehouse.edge.rest.routing import Answered, Call, Content
from gatehouse.edge.rest.warrant_roots import read_key
from gatehouse.usecases.management import Management

CBOR: Final = "application/cbor"
PUBLISHED: Final = "/.well-known/gatehouse/{project_id}/revocations/{issuer}"


class NewRevocation(Input):
    """Either a list that an issuer signed, or warrants for the project's own list."""

    signed_list: str | None = Field(
        default=None, alias="list", description="A signed revocation list, CBOR in base64."
    )
    warrant_ids: list[str] | None = Field(
        default=None, description="Warrants as they are printed (tnu_wrt_...), at most 1000."
    )
    reason: str | None = Field(
        default=None, description="With warrant_ids: shown beside the project's own list."
    )


class RevocationListAnswer(Answer):
    """The newest list of an issuer, a key in hexadecimal."""

    issuer: str
    version: int
    warrants: Annotated[int, Field(description="How many it revokes.")]
    sha256: str
    reason: str | None
    accepted_at: str
    path: Annotated[str, Field(description="Where it is published, for everybody.")]


class RevocationListList(Listing[RevocationListAnswer]):
    """A page of revocation lists."""


def revoke(management: Management, call: Call, body: NewRevocation) -> Answered:
    """Revoke warrants, and all that were derived from them, for the very next call."""
    project, revocations = call.project, management.revocations
    if body.signed_list is None and body.warrant_ids is not None:
        kept = revocations.revoke(project, body.warrant_ids, body.reason)
    elif body.signed_list is not None and body.warrant_ids is None and body.reason is None:
        kept = revocations.upload(project, _octets(body.signed_list))
    else:
        message = "give either this, alone, or warrant_ids"
        raise InvalidFields((FieldError("list", message),))
    return Answered(answer=_answer(project.id, kept))


def list_revocations(management: Management, call: Call, query: PageQuery) -> Answered:
    """List the newest revocation list of each issuer."""
    page = management.revocations.page(call.project_id, after=query.cursor, limit=query.limit)
    items = (_answer(call.project_id, kept) for kept in page.items)
    return Answered(answer=RevocationListList.of(items, page.next_after))


def publish(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """Read a project's revocation list of an issuer, as it was signed."""
    project_id, issuer = call.params["project_id"], read_key(call.params["issuer"])
    if len(project_id) != ID_LENGTH or not is_base62(project_id):
        raise NotFound
    kept = management.revocations.published(project_id, issuer)
    return Answered(
        content=Content(data=kept.data, media_type=CBOR),
        etag=f'"{kept.digest.hex()}"',
        # For whoever verifies, wherever: the list is signed, and to be asked for again each time.
        headers={"cache-control": "no-cache", "access-control-allow-origin": "*"},
    )


def _octets(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise InvalidFields((FieldError("list", "is not base64"),)) from error


def _answer(project_id: str, kept: KeptList) -> RevocationListAnswer:
    issuer = kept.issuer.hex()
    return RevocationListAnswer(
        issuer=issuer,
        version=kept.version,
        warrants=kept.warrants,
        sha256=kept.digest.hex(),
        reason=kept.reason,
        accepted_at=rfc3339(kept.accepted_at),
        path=PUBLISHED.format(project_id=project_id, issuer=issuer),
    )
