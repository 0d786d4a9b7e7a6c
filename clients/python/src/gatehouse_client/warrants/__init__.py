"""Warrants: mint and delegate authority, prove calls under it, and guard functions by it.

Needs the extra `gatehouse-client[warrants]`. Names are those of the public package `tenuo`; a name
is fetched from its module on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gatehouse.domain.warrants.authorizer import Authorizer
    from gatehouse.domain.warrants.denied import Denied
    from gatehouse_client.errors import ConfigurationError
    from gatehouse_client.warrants._drafts import Clearance
    from gatehouse_client.warrants.bound import BoundWarrant
    from gatehouse_client.warrants.capabilities import Capability
    from gatehouse_client.warrants.conditions import (
        CEL,
        All,
        Any,
        AnyOf,
        Cel,
        Cidr,
        Not,
        Shlex,
        Subpath,
        UrlPattern,
        UrlSafe,
    )
    from gatehouse_client.warrants.configuration import (
        Mode,
        auto_configure,
        configure,
        is_audit_mode,
        is_enforce_mode,
        reset_config,
        should_block_violation,
    )
    from gatehouse_client.warrants.constraints import (
        Constraint,
        Contains,
        Exact,
        NotOneOf,
        OneOf,
        Pattern,
        Range,
        Regex,
        Subset,
        Wildcard,
    )
    from gatehouse_client.warrants.errors import AuthorizationDenied, Violation, WarrantWarning
    from gatehouse_client.warrants.granting import GrantBuilder
    from gatehouse_client.warrants.guards import guard
    from gatehouse_client.warrants.keys import PublicKey, Signer, SigningKey, key_from_env
    from gatehouse_client.warrants.minting import MintBuilder
    from gatehouse_client.warrants.proofs import POP_VERSION
    from gatehouse_client.warrants.reasons import WhyDenied
    from gatehouse_client.warrants.scopes import acting, mint, mint_sync, received
    from gatehouse_client.warrants.warrant import Warrant

__all__ = [
    "CEL",
    "POP_VERSION",
    "All",
    "Any",
    "AnyOf",
    "AuthorizationDenied",
    "Authorizer",
    "BoundWarrant",
    "Capability",
    "Cel",
    "Cidr",
    "Clearance",
    "ConfigurationError",
    "Constraint",
    "Contains",
    "Denied",
    "Exact",
    "GrantBuilder",
    "MintBuilder",
    "Mode",
    "Not",
    "NotOneOf",
    "OneOf",
    "Pattern",
    "PublicKey",
    "Range",
    "Regex",
    "Shlex",
    "Signer",
    "SigningKey",
    "Subpath",
    "Subset",
    "UrlPattern",
    "UrlSafe",
    "Violation",
    "Warrant",
    "WarrantWarning",
    "WhyDenied",
    "Wildcard",
    "acting",
    "auto_configure",
    "configure",
    "guard",
    "is_audit_mode",
    "is_enforce_mode",
    "key_from_env",
    "mint",
    "mint_sync",
    "received",
    "reset_config",
    "should_block_violation",
]

_HOMES: Final = {
    "gatehouse.domain.warrants.authorizer": "Authorizer",
    "gatehouse.domain.warrants.denied": "Denied",
    "gatehouse_client.errors": "ConfigurationError",
    "._drafts": "Clearance",
    ".bound": "BoundWarrant",
    ".capabilities": "Capability",
    ".conditions": "CEL All Any AnyOf Cel Cidr Not Shlex Subpath UrlPattern UrlSafe",
    ".configuration": "Mode auto_configure configure is_audit_mode is_enforce_mode reset_config"
    " should_block_violation",
    ".constraints": "Constraint Contains Exact NotOneOf OneOf Pattern Range Regex Subset Wildcard",
    ".errors": "AuthorizationDenied Violation WarrantWarning",
    ".granting": "GrantBuilder",
    ".guards": "guard",
    ".keys": "PublicKey Signer SigningKey key_from_env",
    ".minting": "MintBuilder",
    ".proofs": "POP_VERSION",
    ".reasons": "WhyDenied",
    ".scopes": "acting mint mint_sync received",
    ".warrant": "Warrant",
}
"""The names by the module where they live."""


def __getattr__(name: str) -> object:
    """Fetch a public name from its module (PEP 562)."""
    for home, names in _HOMES.items():
        if name in names.split():
            found: object = getattr(import_module(home, __name__), name)
            globals()[name] = found
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
