"""Keep a stored secret through a change, where it goes on being used as it was given for."""

from typing import Protocol

from gatehouse.domain.errors import Conflict
from gatehouse.domain.sealing import SealedSecret, SecretBinding


class Bound(Protocol):
    """Something stored with a secret."""

    @property
    def sealed_secret(self) -> SealedSecret | None:
        """The secret, if there is one."""
        ...

    @property
    def secret_binding(self) -> SecretBinding | None:
        """What a secret of it is, or would be, bound to."""
        ...


def kept_secret(current: Bound, *, needs_one: bool, new: str | None) -> SealedSecret | None:
    """Return the stored secret if a change goes on with it: it needs one and brings none."""
    return current.sealed_secret if needs_one and new is None else None


def require_same_use(kept: SealedSecret | None, current: Bound, changed: Bound) -> None:
    """Raise `Conflict` if a kept secret would go elsewhere, or be used otherwise, than before."""
    if kept is not None and changed.secret_binding != current.secret_binding:
        raise Conflict(
            "Changing base_url or auth_strategy needs encrypted_auth_secret again: the "
            "stored one was given for another origin or use"
        )
