"""Service apps, for those who register them, in memory."""

from dataclasses import dataclass, replace

from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.domain.service_apps import ServiceApp
from gatehouse.ports.pages import Page
from tests.fakes.authority import MemoryAuthority
from tests.fakes.stores import page_of, require_active


@dataclass
class MemoryAppRegistry:
    """Keeps `AppRegistry`."""

    table: MemoryAuthority

    def create(self, app: ServiceApp) -> None:
        """See `AppRegistry.create`."""
        if any(known.name == app.name for known in self.table.apps.values()):
            raise Conflict("An app of this name exists")
        for grant in app.grants:
            require_active(self.table, grant.project_id)
        self.table.apps[app.id] = app

    def get(self, app_id: str) -> ServiceApp:
        """See `AppRegistry.get`."""
        if app_id not in self.table.apps:
            raise NotFound
        return self.table.apps[app_id]

    def page(self, *, after: str | None, limit: int) -> Page[ServiceApp]:
        """See `AppRegistry.page`."""
        return page_of({("", app_id): a for app_id, a in self.table.apps.items()}, "", after, limit)

    def of_project(self, project_id: str, *, after: str | None, limit: int) -> Page[ServiceApp]:
        """See `AppRegistry.of_project`."""
        theirs = {
            (project_id, app_id): app
            for app_id, app in self.table.apps.items()
            if app.grant_in(project_id)
        }
        return page_of(theirs, project_id, after, limit)

    def change(self, current: ServiceApp, changed: ServiceApp) -> ServiceApp:
        """See `AppRegistry.change`."""
        known = self.get(current.id)
        if known.version != current.version:
            raise Conflict("The app has changed", current_version=known.version)
        for grant in changed.grants:
            if known.grant_in(grant.project_id) is None:
                require_active(self.table, grant.project_id)
        self.table.apps[current.id] = replace(changed, version=current.version + 1)
        return self.table.apps[current.id]

    def delete(self, app: ServiceApp) -> None:
        """See `AppRegistry.delete`."""
        if self.get(app.id).version != app.version:
            raise NotFound
        del self.table.apps[app.id]
