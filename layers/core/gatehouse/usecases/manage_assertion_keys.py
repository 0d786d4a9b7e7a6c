"""Register, list and deactivate the keys with which a backend vouches for its members."""

from collections.abc import Callable
from dataclasses import dataclass

from gatehouse.domain import ids
from gatehouse.domain.assertion_key_rules import checked_public_key
from gatehouse.domain.assertion_keys import AssertionAlgorithm, AssertionKey
from gatehouse.domain.errors import FieldError, InvalidFields
from gatehouse.domain.shown_text import text_problem
from gatehouse.ports.credentials import AssertionKeys
from gatehouse.ports.pages import Page

MAX_DESCRIPTION = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAssertionKey:
    """What is asked for."""

    kid: str
    algorithm: AssertionAlgorithm
    public_key_pem: str
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManageAssertionKeys:
    """The use cases around assertion keys."""

    keys: AssertionKeys
    clock: Callable[[], int]

    def register(self, project_id: str, wanted: NewAssertionKey) -> AssertionKey:
        """Register a key; raise `InvalidFields`, or `Conflict` when its kid was ever used."""
        pem = checked_public_key(wanted.kid, wanted.algorithm, wanted.public_key_pem)
        if wanted.description is not None and (
            problem := text_problem(wanted.description, longest=MAX_DESCRIPTION)
        ):
            raise InvalidFields((FieldError("description", problem),))
        key = AssertionKey(
            kid=wanted.kid,
            algorithm=wanted.algorithm,
            public_key_pem=pem,
            description=wanted.description,
            created_at=self.clock(),
        )
        self.keys.register(project_id, key)
        return key

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[AssertionKey]:
        """List a project's keys, deactivated ones included."""
        return self.keys.page(project_id, after=after, limit=limit)

    def deactivate(self, project_id: str, key_id: str) -> None:
        """End a key for the very next request; raise `NotFound`."""
        self.keys.deactivate(project_id, ids.assertion_kid(key_id), now=self.clock())
