"""Whose warrants a project trusts."""

import re
from typing import Final

from pydantic import Field

from gatehouse.domain.errors import NotFound
from gatehouse.domain.warrant_policies import TrustedRoot
from gatehouse.edge.rest.models import Answer, Input, Listing, Nothing, PageQuery, rfc3339
from gatehouse.edge.rest.routing import Answered, Call
from gatehouse.usecases.manage_warrants import NewRoot
from gatehouse.usecases.management import Management

_KEY: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


class NewRootBody(Input):
    """A key to trust."""

    public_key: str = Field(description="Ed25519, 32 bytes in hexadecimal or base64.")
    description: str | None = None
    integration_ids: list[str] | None = Field(
        default=None, description="The integrations through which it is trusted; null means all."
    )


class RootAnswer(Answer):
    """A trusted key, in hexadecimal."""

    public_key: str
    description: str | None
    integration_ids: list[str] | None
    created_at: str


class RootList(Listing[RootAnswer]):
    """A page of trusted keys."""


def add_root(management: Management, call: Call, body: NewRootBody) -> Answered:
    """Trust the warrants of a key, through all integrations or through some."""
    only = body.integration_ids
    wanted = NewRoot(
        public_key=body.public_key,
        description=body.description,
        integration_ids=None if only is None else tuple(only),
    )
    return Answered(answer=_answer(management.warrants.trust(call.project_id, wanted)))


def list_roots(management: Management, call: Call, query: PageQuery) -> Answered:
    """List the keys whose warrants are trusted."""
    page = management.warrants.page(call.project_id, after=query.cursor, limit=query.limit)
    return Answered(answer=RootList.of(map(_answer, page.items), page.next_after))


def remove_root(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """End the trust in a key for the very next call."""
    management.warrants.distrust(call.project_id, read_key(call.params["public_key"]))
    return Answered(answer=None)


def read_key(text: str) -> bytes:
    """Return the key that a path names; raise `NotFound` when it can name none."""
    if not _KEY.fullmatch(text):
        raise NotFound
    return bytes.fromhex(text)


def _answer(root: TrustedRoot) -> RootAnswer:
    only = root.integration_ids
    return RootAnswer(
        public_key=root.public_key.hex(),
        description=root.description,
        integration_ids=None if only is None else list(only),
        created_at=rfc3339(root.created_at),
    )
