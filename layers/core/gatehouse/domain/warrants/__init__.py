"""Warrants: signed, attenuable authority on every tool call.

A warrant says what its holder may do, with which arguments and until when; handed on, it can only
shrink. `Authorizer` verifies the chain of warrants that comes with a call. Pure: no clock, no I/O.
docs/warrants.md has the format and the rules.
"""

from gatehouse.domain.warrants.authorizer import Authorized, Authorizer
from gatehouse.domain.warrants.chain import Chain
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.revocation import RevocationList

__all__ = ["Authorized", "Authorizer", "Chain", "Denied", "RevocationList"]
