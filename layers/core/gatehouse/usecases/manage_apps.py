"""Register service apps, grant them actions in projects, and hand out their keys."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from gatehouse.domain import app_keys, base62
from gatehouse.domain.app_rules import app_errors
from gatehouse.domain.errors import Conflict, FieldError, InvalidFields, NotFound
from gatehouse.domain.service_apps import MAX_KEYS, AppKey, ServiceApp
from gatehouse.ports.apps import AppRegistry
from gatehouse.ports.pages import Page

DAY: Final = 86_400
MAX_DAYS: Final = 3650


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedKey:
    """An app with a new key, which is never seen again."""

    app: ServiceApp
    key: AppKey
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManageApps:
    """The use cases around service apps; what is changed holds for the very next request."""

    apps: AppRegistry
    clock: Callable[[], int]
    choose: base62.Choose
    allow_local_origins: bool

    def new_id(self) -> str:
        """Return an id that no app has."""
        return base62.random_text(app_keys.APP_ID_LENGTH, self.choose)

    def create(self, app: ServiceApp) -> ServiceApp:
        """Register an app, without a key as yet.

        Raises:
            InvalidFields: It breaks a rule.
            Conflict: Its name is taken.
            NotFound: A project that it is granted something in does not exist.
        """
        self._require_sound(app)
        self.apps.create(app)
        return app

    def get(self, app_id: str) -> ServiceApp:
        """Return an app; raise `NotFound`."""
        return self.apps.get(app_id)

    def page(self, *, after: str | None, limit: int) -> Page[ServiceApp]:
        """List all apps."""
        return self.apps.page(after=after, limit=limit)

    def of_project(self, project_id: str, *, after: str | None, limit: int) -> Page[ServiceApp]:
        """List the apps that are granted something in a project."""
        return self.apps.of_project(project_id, after=after, limit=limit)

    def change(self, current: ServiceApp, changed: ServiceApp, *, version: int) -> ServiceApp:
        """Keep what `current` was changed to, on the version that the caller knows.

        Raises:
            InvalidFields: It breaks a rule.
            Conflict: Somebody else changed it; with the current version.
            NotFound: It is gone, or a project is.
        """
        if current.version != version:
            raise Conflict("The app has changed", current_version=current.version)
        self._require_sound(changed)
        return self.apps.change(current, changed)

    def delete(self, app_id: str) -> None:
        """End an app, its keys and its tokens, at once; raise `NotFound`."""
        self.apps.delete(self.apps.get(app_id))

    def create_key(self, app_id: str, *, days: int | None) -> CreatedKey:
        """Give an app another key, for so many days; those that have ended make room.

        Raises:
            InvalidFields: The time is too long.
            Conflict: It has two keys already, or changed meanwhile.
            NotFound: There is no such app.
        """
        if days is not None and not 1 <= days <= MAX_DAYS:
            raise InvalidFields((FieldError("days", f"must be from 1 to {MAX_DAYS}"),))
        now = self.clock()
        app = self.apps.get(app_id)
        good = tuple(key for key in app.keys if key.is_good(now=now))
        if len(good) >= MAX_KEYS:
            raise Conflict(f"An app has at most {MAX_KEYS} active keys; delete one first")
        text = app_keys.new_key(app.id, self._new_key_id(app), self.choose)
        key = AppKey(
            id=app_keys.read(text).key_id,
            digest=app_keys.digest(text),
            created_at=now,
            expires_at=None if days is None else now + days * DAY,
        )
        kept = self.apps.change(app, replace(app, keys=(*good, key)))
        return CreatedKey(app=kept, key=key, text=text)

    def delete_key(self, app_id: str, key_id: str) -> None:
        """End a key at once; raise `NotFound`, `Conflict`."""
        app = self.apps.get(app_id)
        left = tuple(key for key in app.keys if key.id != key_id)
        if len(left) == len(app.keys):
            raise NotFound
        self.apps.change(app, replace(app, keys=left))

    def _new_key_id(self, app: ServiceApp) -> str:
        """Return an id that none of the app's keys has: a text of another key never names it."""
        taken = {key.id for key in app.keys}
        while True:
            key_id = base62.random_text(app_keys.KEY_ID_LENGTH, self.choose)
            if key_id not in taken:
                return key_id

    def _require_sound(self, app: ServiceApp) -> None:
        if errors := tuple(app_errors(app, allow_local=self.allow_local_origins)):
            raise InvalidFields(errors)
