"""How pages write numbers, moments and names."""

from datetime import datetime


def moment(text: str | None) -> str:
    """Write an RFC 3339 moment for people, in UTC."""
    if text is None:
        return "never"
    return datetime.fromisoformat(text).strftime("%d %b %Y, %H:%M:%S")


def count(number: int | None) -> str:
    """Write a number with its thousands apart."""
    return "none" if number is None else f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def words(name: str) -> str:
    """Write a name of a program's as words."""
    text = name.replace("_", " ").replace("-", " ")
    return (text[:1].upper() + text[1:]).replace("Hmac", "HMAC")


def milliseconds(number: int | None) -> str:
    """Write a duration."""
    if number is None:
        return "\N{EN DASH}"
    return f"{number} ms" if number < 1000 else f"{number / 1000:.1f} s"  # noqa: PLR2004
