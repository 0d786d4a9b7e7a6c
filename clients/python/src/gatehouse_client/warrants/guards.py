"""Functions that are called only under a warrant that allows it."""

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast, overload

from gatehouse.domain.warrants.denied import Denied
from gatehouse_client.warrants.configuration import Mode, configuration
from gatehouse_client.warrants.errors import (
    AuthorizationDenied,
    Violation,
    WarrantWarning,
    violation,
)
from gatehouse_client.warrants.proofs import plain_arguments
from gatehouse_client.warrants.scopes import current_scope

if TYPE_CHECKING:
    from inspect import Signature

_LOG: Final = logging.getLogger("gatehouse_client.warrants")

Function = TypeVar("Function", bound=Callable[..., Any])
Extract = Callable[..., Mapping[str, object]]


@overload
def guard(tool: Function, /) -> Function: ...
@overload
def guard(
    tool: str | None = None, *, extract_args: Extract | None = None
) -> Callable[[Function], Function]: ...
def guard(
    tool: Function | str | None = None, *, extract_args: Extract | None = None
) -> Function | Callable[[Function], Function]:
    """Ask the warrant in scope before each call of a function, sync or async.

    Args:
        tool: The tool's name; the function's own, when absent.
        extract_args: Takes what the function is called with and returns the arguments that the
            warrant is asked about; without it these are the function's parameters by name,
            defaults too, but for `self` and `cls`.

    Raises:
        AuthorizationDenied: In the mode `enforce`, by the call; the function is not run.
        ConfigurationError: By the call, when nothing is configured.
    """
    if callable(tool):
        return _guarded(tool, tool.__name__, extract_args)

    def decorate(function: Function) -> Function:
        return _guarded(function, tool or function.__name__, extract_args)

    return decorate


def _guarded(function: Function, tool: str, extract_args: Extract | None) -> Function:
    import inspect  # noqa: PLC0415 - loads slowly, and most programs guard nothing

    named = extract_args or _by_name(inspect.signature(function))
    if inspect.iscoroutinefunction(function):

        @wraps(function)
        async def later(*args: object, **kwargs: object) -> object:
            require(tool, named(*args, **kwargs))
            return await function(*args, **kwargs)

        return cast("Function", later)

    @wraps(function)
    def now(*args: object, **kwargs: object) -> object:
        require(tool, named(*args, **kwargs))
        return function(*args, **kwargs)

    return cast("Function", now)


def _by_name(signature: "Signature") -> Extract:
    def extract(*args: object, **kwargs: object) -> dict[str, object]:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        found: dict[str, object] = {}
        for name, parameter in signature.parameters.items():
            if parameter.kind is parameter.VAR_KEYWORD:
                found |= bound.arguments[name]
            elif not (name in {"self", "cls"} and name == next(iter(signature.parameters))):
                found[name] = bound.arguments[name]
        return found

    return extract


def require(tool: str, arguments: Mapping[str, object]) -> None:
    """Ask the warrant in scope about one call, and act by the mode on what it does not allow.

    Raises:
        AuthorizationDenied: In the mode `enforce`, when it does not.
        ConfigurationError: Nothing is configured.
    """
    settings = configuration()
    found = _violation(tool, arguments)
    if found is None:
        return
    _LOG.warning("warrant violation: %s", found, extra={"violation": found.fields()})
    if settings.on_violation is not None:
        settings.on_violation(found)
    if settings.mode is Mode.ENFORCE:
        raise AuthorizationDenied(found)
    if settings.mode is Mode.PERMISSIVE:
        import warnings  # noqa: PLC0415

        warnings.warn(str(found), WarrantWarning, stacklevel=3)


def _violation(tool: str, arguments: Mapping[str, object]) -> Violation | None:
    settings, scope = configuration(), current_scope()
    if scope is None:
        return violation(tool, settings.mode, None)
    now = int(settings.clock())
    warrant_id = None
    try:
        chain = settings.authorizer.verify_chain(scope.stack, now=now)
        warrant_id = chain.leaf.name
        signed = plain_arguments(arguments)
        proof = scope.prove(tool, signed, now)
        settings.authorizer.check(
            scope.stack, tool, signed, proof, approvals=scope.approvals, now=now
        )
    except Denied as denied:
        return violation(tool, settings.mode, denied, warrant_id)
    return None
