"""Send somebody to their provider, and let them in when they come back."""

from collections.abc import Callable
from dataclasses import dataclass, field

from gatehouse.domain import sign_ins
from gatehouse.domain.authorization_requests import Arrival
from gatehouse.domain.base62 import Choose
from gatehouse.domain.errors import Forbidden, GatehouseError, InvalidAssertion, NotFound
from gatehouse.domain.id_tokens import UnverifiedEmail
from gatehouse.domain.identity_providers import Provider, named
from gatehouse.domain.people import Identity, Person
from gatehouse.domain.sign_ins import SignInOutcome, SignInRecord, SignInTransaction
from gatehouse.ports.identity_providers import Providers
from gatehouse.ports.sign_ins import PendingAuthorizations, SignInRecords, SignInTransactions
from gatehouse.usecases.admit_person import AdmitPerson, NotAdmitted
from gatehouse.usecases.identify import Identify


class SignInFailed(Forbidden):
    """Somebody came back from a provider with something that does not hold."""

    def __init__(self, reason: str) -> None:
        super().__init__("This sign-in cannot be completed. Please start again.")
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class WayIn:
    """What somebody signs in for: a waiting authorization request, an invitation (its digest)."""

    request: str | None = None
    invitation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAnswer:
    """What a provider sent a browser back with, and the browser's own cookie."""

    provider_id: str
    browser: str = field(repr=False)
    state: str = field(repr=False)
    code: str | None = field(default=None, repr=False)
    error: str | None = None
    issuer: str | None = None
    source_ip: str
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who came back. Without a `person` they have no account; then `request` waits for them."""

    identity: Identity
    person: Person | None
    request: str | None

    @property
    def arrival(self) -> Arrival:
        """The same, for the authorization request."""
        return Arrival(
            identity=self.identity, user_id=None if self.person is None else self.person.id
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Both halves of a sign-in; between them stands a transaction that is used once."""

    providers: Providers
    identify: Identify
    admit: AdmitPerson
    transactions: SignInTransactions
    pending: PendingAuthorizations
    records: SignInRecords
    clock: Callable[[], int]
    choose: Choose

    def leave(self, provider_id: str, way_in: WayIn, *, browser: str, origin: str) -> str:
        """Return where to send a browser whose cookie is `browser`; raise `NotFound`."""
        provider = self._provider(provider_id)
        state = sign_ins.new_secret(self.choose)
        transaction = SignInTransaction(
            provider_id=provider.id,
            nonce=sign_ins.new_secret(self.choose),
            verifier=sign_ins.new_secret(self.choose),
            browser=sign_ins.digest(browser),
            expires_at=self.clock() + sign_ins.TRANSACTION_SECONDS,
            request=way_in.request,
            invitation=way_in.invitation,
        )
        address = self.identify.departure(
            provider, transaction, state=state, redirect_uri=callback(origin, provider.id)
        )
        self.transactions.begin(sign_ins.digest(state), transaction)
        return address

    def come_back(self, answer: ProviderAnswer, *, origin: str) -> SignedIn:
        """Return who it is, once for each departure.

        Raises:
            SignInFailed: The answer does not belong to this browser's departure to this provider,
                or does not hold.
            NotAdmitted, UnverifiedEmail: They are proven, and not let in.
            Unavailable: The provider or a store does not answer.
        """
        provider = self._provider(answer.provider_id)
        transaction = self.transactions.take(
            sign_ins.digest(answer.state),
            provider_id=provider.id,
            browser=sign_ins.digest(answer.browser),
            now=self.clock(),
        )
        if transaction is None:
            raise SignInFailed("no such departure of this browser to this provider")
        identity: Identity | None = None
        try:
            identity = self._identified(provider, transaction, answer, origin)
            person = self.admit(
                identity,
                transaction.invitation,
                source_ip=answer.source_ip,
                request_id=answer.request_id,
            )
            if person is None and transaction.request is None:
                raise NotAdmitted(SignInOutcome.NO_ACCOUNT)
        except GatehouseError as error:
            self._note(answer, _outcome(error), identity, reason=getattr(error, "reason", None))
            raise
        signed_in = SignedIn(identity=identity, person=person, request=transaction.request)
        self._arrive(signed_in, answer)
        outcome = SignInOutcome.VISITOR if person is None else SignInOutcome.SIGNED_IN
        self._note(answer, outcome, identity, user_id=signed_in.arrival.user_id)
        return signed_in

    def _identified(
        self,
        provider: Provider,
        transaction: SignInTransaction,
        answer: ProviderAnswer,
        origin: str,
    ) -> Identity:
        try:
            self.identify.require_answer_of(provider, answer.issuer)
            if answer.error is not None:
                raise SignInDenied
            if answer.code is None:
                raise SignInFailed("neither a code nor an error came back")
            return self.identify(
                provider,
                transaction,
                code=answer.code,
                redirect_uri=callback(origin, provider.id),
            )
        except InvalidAssertion as error:
            raise SignInFailed(error.reason) from error

    def _arrive(self, signed_in: SignedIn, answer: ProviderAnswer) -> None:
        if signed_in.request is None:
            return
        browser = sign_ins.digest(answer.browser)
        if not self.pending.arrive(
            sign_ins.digest(signed_in.request), signed_in.arrival, browser=browser, now=self.clock()
        ):
            raise SignInFailed("the authorization request is over")

    def _provider(self, provider_id: str) -> Provider:
        provider = named(self.providers.all(), provider_id)
        if provider is None:
            raise NotFound("There is no such provider here")
        return provider

    def _note(
        self,
        answer: ProviderAnswer,
        outcome: SignInOutcome | None,
        identity: Identity | None,
        *,
        user_id: str | None = None,
        reason: str | None = None,
    ) -> None:
        if outcome is None:
            return
        self.records.note(
            SignInRecord(
                request_id=answer.request_id,
                at=self.clock(),
                provider_id=answer.provider_id,
                outcome=outcome,
                source_ip=answer.source_ip,
                user_id=user_id,
                email=identity.email if identity else None,
                reason=reason,
            )
        )


class SignInDenied(Forbidden):
    """The provider sent somebody back without letting them through."""

    def __init__(self) -> None:
        super().__init__("Your provider did not sign you in. You can try again.")
        self.reason = "denied"


def callback(origin: str, provider_id: str) -> str:
    """Return where a provider sends people back: each has its own, which tells them apart."""
    return f"{origin}/signin/callback/{provider_id}"


def _outcome(error: GatehouseError) -> SignInOutcome | None:
    """Return how a failed sign-in is recorded; what says nothing about anybody is not."""
    match error:
        case NotAdmitted():
            return error.outcome
        case UnverifiedEmail():
            return SignInOutcome.UNVERIFIED_EMAIL
        case SignInDenied():
            return SignInOutcome.DENIED
        case SignInFailed():
            return SignInOutcome.NOT_GENUINE
        case _:
            return None
