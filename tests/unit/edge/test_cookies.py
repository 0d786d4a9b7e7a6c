"""No cookie is ever set without its bars."""

import pytest

from gatehouse.edge.cookies import clear_cookie, set_cookie


@pytest.mark.parametrize("flag", ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"])
@pytest.mark.parametrize(
    "cookie", [set_cookie("session", "v", max_age=60), clear_cookie("session")]
)
def test_every_cookie_has_all_flags(cookie: str, flag: str) -> None:
    assert flag in cookie.split("; ")


def test_a_cookie_belongs_to_this_host_only() -> None:
    cookie = set_cookie("session", "v", max_age=60)
    assert cookie.startswith("__Host-gatehouse_session=v; Max-Age=60;")
    assert "domain" not in cookie.lower()


def test_a_cleared_cookie_ends_at_once() -> None:
    assert "session=; Max-Age=0;" in clear_cookie("session")
