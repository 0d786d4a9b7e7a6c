"""Service apps."""

from collections.abc import Set as AbstractSet
from typing import Protocol

from gatehouse.domain.service_apps import ServiceApp
from gatehouse.ports.pages import Page


class Apps(Protocol):
    """Service apps, as those need them who prove an app's identity."""

    def find(self, app_id: str) -> ServiceApp | None:
        """Return an app as it stands, inactive ones included; never cached."""
        ...

    def note_use(self, app: ServiceApp, key_id: str, *, now: int) -> None:
        """Note that a key was used, at most every five minutes; a failure of that is none."""
        ...


class AppRegistry(Protocol):
    """All service apps of the deployment, for its administrators."""

    def create(self, app: ServiceApp) -> None:
        """Add an app.

        Raises:
            Conflict: Its name is taken.
            NotFound: A project that it is granted something in is not active.
        """
        ...

    def get(self, app_id: str) -> ServiceApp:
        """Return an app; raise `NotFound`."""
        ...

    def page(self, *, after: str | None, limit: int) -> Page[ServiceApp]:
        """List in the order of ids."""
        ...

    def of_project(self, project_id: str, *, after: str | None, limit: int) -> Page[ServiceApp]:
        """List those that are granted something in a project, in the order of ids."""
        ...

    def change(self, current: ServiceApp, changed: ServiceApp) -> ServiceApp:
        """Replace all but id and name, under the next version.

        Raises:
            Conflict: It changed meanwhile; with the current version.
            NotFound: It is gone, or a project that it is newly granted something in is not active.
        """
        ...

    def delete(self, app: ServiceApp) -> None:
        """Remove an app, which frees its name; raise `NotFound`."""
        ...


class AppOrigins(Protocol):
    """The origins of all active apps' pages."""

    def current(self) -> AbstractSet[str]:
        """Return them, as they were at most a minute ago; none when that cannot be said."""
        ...
