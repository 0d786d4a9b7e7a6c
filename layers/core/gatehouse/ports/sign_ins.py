"""What is remembered of people on their way in. All of it is short-lived and used once."""

from typing import Protocol

from gatehouse.domain.authorization_requests import Arrival, PendingAuthorization
from gatehouse.domain.sign_ins import SignInRecord, SignInTransaction


class SignInTransactions(Protocol):
    """People who left for a provider, by the digest of their `state`."""

    def begin(self, digest: str, transaction: SignInTransaction) -> None:
        """Keep a new one."""
        ...

    def take(
        self, digest: str, *, provider_id: str, browser: str, now: int
    ) -> SignInTransaction | None:
        """Use one up that began in this browser, with this provider, and is not over.

        Of all who ask one gets it. What is asked for elsewhere stays for whom it belongs to.
        """
        ...


class PendingAuthorizations(Protocol):
    """Authorization requests that wait for somebody, each in one browser."""

    def begin(self, digest: str, pending: PendingAuthorization) -> None:
        """Keep a new one."""
        ...

    def get(self, digest: str, *, browser: str, now: int) -> PendingAuthorization | None:
        """Return one of this browser that is not over."""
        ...

    def arrive(self, digest: str, arrival: Arrival, *, browser: str, now: int) -> bool:
        """Note who has signed in for it; False when there is none such that is not over."""
        ...

    def take(self, digest: str, *, browser: str, now: int) -> PendingAuthorization | None:
        """Use one up that somebody has signed in for; of all who ask one gets it."""
        ...


class SignInRecords(Protocol):
    """What became of sign-ins. They are forgotten in time, and nothing is decided by them."""

    def note(self, record: SignInRecord) -> None:
        """Keep a line; one that cannot be kept is lost."""
        ...
