"""E-mail addresses, as people are known by them."""

import re
from typing import Final

from gatehouse.domain.members import MAX_EMAIL

# Letters that become ASCII in lower case (the Kelvin sign, a dotless i) would make one address of
# two, so only ASCII passes.
_ADDRESS: Final = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?P<domain>[a-z0-9-]+(\.[a-z0-9-]+)+)", re.ASCII
)


def normalized(text: object) -> str | None:
    """Return an address in lower case, in which two are compared; None for what is none."""
    if not isinstance(text, str) or not text.isascii() or len(text) > MAX_EMAIL:
        return None
    address = text.lower()
    return address if _ADDRESS.fullmatch(address) else None


def domain_of(address: str) -> str:
    """Return what stands after the @ of a normalized address."""
    return address.rpartition("@")[2]
