"""Assertion keys."""

from typing import Annotated

from pydantic import Field

from gatehouse.domain.assertion_keys import AssertionAlgorithm, AssertionKey
from gatehouse.domain.ids import assertion_key_id
from gatehouse.edge.rest.models import Answer, Input, Listing, Nothing, PageQuery, rfc3339
from gatehouse.edge.rest.routing import Answered, Call
from gatehouse.usecases.manage_assertion_keys import NewAssertionKey
from gatehouse.usecases.management import Management


class NewKey(Input):
    """A public key to register; only `algorithm` is ever accepted from it."""

    kid: str
    public_key_pem: str
    algorithm: Annotated[AssertionAlgorithm, Field(strict=False)]
    description: str | None = None


class KeyAnswer(Answer):
    """A registered key."""

    id: str
    kid: str
    algorithm: AssertionAlgorithm
    description: str | None
    active: bool
    created_at: str
    deactivated_at: str | None


class KeyList(Listing[KeyAnswer]):
    """A page of keys."""


def register_key(management: Management, call: Call, body: NewKey) -> Answered:
    """Register a public key with which the backend vouches for members."""
    key = management.assertion_keys.register(
        call.project_id,
        NewAssertionKey(
            kid=body.kid,
            algorithm=body.algorithm,
            public_key_pem=body.public_key_pem,
            description=body.description,
        ),
    )
    return Answered(answer=_answer(key))


def list_keys(management: Management, call: Call, query: PageQuery) -> Answered:
    """List the project's assertion keys, deactivated ones included."""
    page = management.assertion_keys.page(call.project_id, after=query.cursor, limit=query.limit)
    return Answered(answer=KeyList.of(map(_answer, page.items), page.next_after))


def deactivate_key(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """Deactivate a key; sessions minted through it end at once."""
    management.assertion_keys.deactivate(call.project_id, call.params["id"])
    return Answered(answer=None)


def _answer(key: AssertionKey) -> KeyAnswer:
    ended = key.deactivated_at
    return KeyAnswer(
        id=assertion_key_id(key.kid),
        kid=key.kid,
        algorithm=key.algorithm,
        description=key.description,
        active=key.is_active,
        created_at=rfc3339(key.created_at),
        deactivated_at=None if ended is None else rfc3339(ended),
    )
