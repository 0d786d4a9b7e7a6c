"""What a service app may be called, granted and known by."""

import re
from collections.abc import Iterator
from typing import Final

from gatehouse.domain.errors import FieldError
from gatehouse.domain.service_apps import ServiceApp

NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,62}[a-z0-9]", re.ASCII)
MAX_GRANTS: Final = 20
MAX_PUBLIC_KEYS: Final = 4
MAX_ORIGINS: Final = 20
_LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_ORIGIN: Final = re.compile(
    rf"https://(?=[^:]{{1,253}}(:|\Z))({_LABEL}\.)+{_LABEL}(:[1-9][0-9]{{0,4}})?"
)
_LOCAL: Final = re.compile(r"http://(127\.0\.0\.1|localhost):[1-9][0-9]{0,4}")


def app_errors(app: ServiceApp, *, allow_local: bool) -> Iterator[FieldError]:
    """Yield what breaks a rule; `allow_local` lets pages of a developer's machine in."""
    if not NAME.fullmatch(app.name):
        yield FieldError("name", "must be 2 to 64 of a-z 0-9 -, begin with a letter, not end in -")
    if len(app.grants) > MAX_GRANTS:
        yield FieldError("grants", f"must be at most {MAX_GRANTS}")
    if len({grant.project_id for grant in app.grants}) != len(app.grants):
        yield FieldError("grants", "must name each project once")
    if not all(grant.actions for grant in app.grants):
        yield FieldError("grants", "must each hold an action")
    if len(app.public_keys) > MAX_PUBLIC_KEYS:
        yield FieldError("public_keys", f"must be at most {MAX_PUBLIC_KEYS}")
    if len({key.kid for key in app.public_keys}) != len(app.public_keys):
        yield FieldError("public_keys", "must each have a kid of its own")
    if len(app.allowed_origins) > MAX_ORIGINS:
        yield FieldError("allowed_origins", f"must be at most {MAX_ORIGINS}")
    for origin in app.allowed_origins:
        if not is_origin(origin, allow_local=allow_local):
            yield FieldError(
                "allowed_origins",
                "must be origins such as https://app.example.com: exact, in lower case, no path",
            )
            return


def is_origin(text: str, *, allow_local: bool) -> bool:
    """Say whether a browser could send `text` as its page's origin, and it is one to trust.

    A port that https has anyway is never sent, so an origin that names it would never match.
    """
    if allow_local and _LOCAL.fullmatch(text):
        return True
    return bool(_ORIGIN.fullmatch(text)) and not text.endswith(":443")
