"""Who may make whom what: nobody gives, changes or takes away more than they hold."""

from gatehouse.domain.errors import Forbidden
from gatehouse.domain.principals import Principal
from gatehouse.domain.roles import Action, Role

ONLY_OWNERS = "Only owners decide who is an owner"


def require_holds(principal: Principal, actions: frozenset[Action]) -> None:
    """Raise `MissingAction` unless the principal holds all of `actions` too."""
    for action in sorted(actions):
        principal.require(action)


def require_over(principal: Principal, role: Role, actions: frozenset[Action]) -> None:
    """Refuse whoever may not decide about somebody who is `role` and holds `actions` in all.

    Raises:
        Forbidden: They are an owner, which only owners decide about.
        MissingAction: They hold what the principal does not.
    """
    if role is Role.OWNER and not principal.is_owner:
        raise Forbidden(ONLY_OWNERS)
    require_holds(principal, actions)
