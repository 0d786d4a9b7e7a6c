"""Cookies: every one of them bound to this host, to https and out of reach of scripts."""

from typing import Final

PREFIX: Final = "__Host-gatehouse_"
"""Browsers take a cookie of this name from the very host only, over https, for all paths
(RFC 6265bis section 4.1.3.2). They trust 127.0.0.1 like https."""


def set_cookie(name: str, value: str, *, max_age: int) -> str:
    """Return the Set-Cookie value that keeps `value` for `max_age` seconds.

    `SameSite=Lax`: it comes along when somebody follows a link, as from the provider where they
    signed in, and not with a form or a script of another site.
    """
    return f"{PREFIX}{name}={value}; Max-Age={max_age}; Path=/; Secure; HttpOnly; SameSite=Lax"


def clear_cookie(name: str) -> str:
    """Return the Set-Cookie value that ends a cookie."""
    return set_cookie(name, "", max_age=0)
