"""Service apps."""

from typing import Protocol

from gatehouse.domain.service_apps import ServiceApp


class Apps(Protocol):
    """Service apps, as those need them who prove an app's identity."""

    def find(self, app_id: str) -> ServiceApp | None:
        """Return an app as it stands, inactive ones included; never cached."""
        ...

    def note_use(self, app: ServiceApp, key_id: str, *, now: int) -> None:
        """Note that a key was used, at most every five minutes; a failure of that is none."""
        ...
