"""The items of sign-ins under way and of what became of them: both directions together."""

from typing import TYPE_CHECKING, Final

from gatehouse.aws.attributes import (
    NewItem,
    number,
    number_value,
    optional_text,
    text,
    text_value,
    texts,
    texts_value,
    without_none,
)
from gatehouse.aws.item_parts import optional_text_value
from gatehouse.aws.tables import pending_authorization_key, sign_in_key, transaction_key
from gatehouse.domain.authorization_requests import (
    Arrival,
    AuthorizationRequest,
    PendingAuthorization,
)
from gatehouse.domain.people import Identity
from gatehouse.domain.sign_ins import SignInRecord, SignInTransaction

if TYPE_CHECKING:
    from gatehouse.aws.attributes import Item

KEPT_SECONDS: Final = 90 * 86_400
"""For which lines about sign-ins are kept."""


def transaction_item(digest: str, transaction: SignInTransaction) -> NewItem:
    """Write somebody on the way to a provider."""
    return without_none(
        {
            **transaction_key(digest),
            "provider_id": text_value(transaction.provider_id),
            "nonce": text_value(transaction.nonce),
            "verifier": text_value(transaction.verifier),
            "browser": text_value(transaction.browser),
            "expires_at": number_value(transaction.expires_at),
            "waiting": optional_text_value(transaction.request),
            "invitation": optional_text_value(transaction.invitation),
            "ttl": number_value(transaction.expires_at),
        }
    )


def read_transaction(item: "Item") -> SignInTransaction:
    """Read somebody on the way to a provider."""
    return SignInTransaction(
        provider_id=text(item, "provider_id"),
        nonce=text(item, "nonce"),
        verifier=text(item, "verifier"),
        browser=text(item, "browser"),
        expires_at=number(item, "expires_at"),
        request=optional_text(item, "waiting"),
        invitation=optional_text(item, "invitation"),
    )


def pending_item(digest: str, pending: PendingAuthorization) -> NewItem:
    """Write a client's request that waits for somebody."""
    request = pending.request
    return without_none(
        {
            **pending_authorization_key(digest),
            "client_id": text_value(request.client_id),
            "client_name": text_value(request.client_name),
            "redirect_uri": text_value(request.redirect_uri),
            "client_state": optional_text_value(request.state),
            "challenge": text_value(request.challenge),
            "resource": text_value(request.resource),
            "scopes": texts_value(sorted(request.scope)),
            "browser": text_value(pending.browser),
            "expires_at": number_value(pending.expires_at),
            **({} if pending.arrival is None else arrival_attributes(pending.arrival)),
            "ttl": number_value(pending.expires_at),
        }
    )


def arrival_attributes(arrival: Arrival) -> NewItem:
    """Write who has signed in for a request."""
    identity = arrival.identity
    return without_none(
        {
            "provider": text_value(identity.provider),
            "subject": text_value(identity.subject),
            "email": text_value(identity.email),
            "user_id": optional_text_value(arrival.user_id),
        }
    )


def read_pending(item: "Item") -> PendingAuthorization:
    """Read a client's request that waits for somebody."""
    return PendingAuthorization(
        request=AuthorizationRequest(
            client_id=text(item, "client_id"),
            client_name=text(item, "client_name"),
            redirect_uri=text(item, "redirect_uri"),
            state=optional_text(item, "client_state"),
            challenge=text(item, "challenge"),
            resource=text(item, "resource"),
            scope=frozenset(texts(item, "scopes")),
        ),
        browser=text(item, "browser"),
        expires_at=number(item, "expires_at"),
        arrival=_read_arrival(item) if "provider" in item else None,
    )


def _read_arrival(item: "Item") -> Arrival:
    identity = Identity(
        provider=text(item, "provider"), subject=text(item, "subject"), email=text(item, "email")
    )
    return Arrival(identity=identity, user_id=optional_text(item, "user_id"))


def record_item(record: SignInRecord) -> NewItem:
    """Write a line about a sign-in."""
    return without_none(
        {
            **sign_in_key(record.request_id, at=record.at),
            "at": number_value(record.at),
            "provider_id": text_value(record.provider_id),
            "outcome": text_value(record.outcome),
            "source_ip": text_value(record.source_ip),
            "user_id": optional_text_value(record.user_id),
            "email": optional_text_value(record.email),
            "reason": optional_text_value(record.reason),
            "ttl": number_value(record.at + KEPT_SECONDS),
        }
    )
