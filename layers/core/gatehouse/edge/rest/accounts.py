"""Everybody who has an account, for administrators of the deployment."""

from gatehouse.domain.people import Person
from gatehouse.edge.rest.models import Answer, Input, Listing, PageQuery, rfc3339
from gatehouse.edge.rest.routing import Answered, Call
from gatehouse.usecases.management import Management


class AccountChange(Input):
    """What is to change; what is left out stays. Whatever changes, all their sessions end."""

    is_active: bool | None = None
    is_admin: bool | None = None


class Account(Answer):
    """Somebody who has an account."""

    id: str
    email: str
    name: str | None
    is_active: bool
    is_admin: bool
    created_at: str
    last_sign_in_at: str | None


class AccountList(Listing[Account]):
    """A page of accounts."""


def list_accounts(management: Management, _call: Call, query: PageQuery) -> Answered:
    """List everybody who has an account."""
    page = management.accounts.page(after=query.cursor, limit=query.limit)
    return Answered(answer=AccountList.of(map(_answer, page.items), page.next_after))


def change_account(management: Management, call: Call, body: AccountChange) -> Answered:
    """Let somebody in or not, or administrate or not; all their sessions end at once."""
    changed = management.accounts.change(
        call.params["user_id"], is_active=body.is_active, is_admin=body.is_admin
    )
    return Answered(answer=_answer(changed))


def _answer(person: Person) -> Account:
    seen = person.last_sign_in_at
    return Account(
        id=person.id,
        email=person.email,
        name=person.name,
        is_active=person.is_active,
        is_admin=person.is_admin,
        created_at=rfc3339(person.created_at),
        last_sign_in_at=None if seen is None else rfc3339(seen),
    )
