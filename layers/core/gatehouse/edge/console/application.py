"""One request of the console: whose it is, which page it means, what the API says to it."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from gatehouse.domain.base62 import Choose
from gatehouse.domain.errors import GatehouseError, NotFound
from gatehouse.edge import log
from gatehouse.edge.console import refusals
from gatehouse.edge.console.api import Api
from gatehouse.edge.console.assets import ASSETS, served
from gatehouse.edge.console.chooser import chooser
from gatehouse.edge.console.pages import CONSOLE, Page
from gatehouse.edge.console.table import PAGES
from gatehouse.edge.console.visit import Visit
from gatehouse.edge.http import HttpRequest, HttpResponse
from gatehouse.edge.pages.render import see_other
from gatehouse.edge.rest.application import MAX_BODY as API_BODY
from gatehouse.edge.rest.application import ManagementApi
from gatehouse.edge.signin.browser import Browser, browser_of
from gatehouse.usecases.console_sessions import ConsoleSession, ConsoleSessions
from gatehouse.usecases.list_own_projects import ListOwnProjects

SIGN_IN = "/signin"
MAX_BODY: Final = 3 * API_BODY
"""Bytes of a form, which spells most marks of a document in three characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleApplication:
    """Answers a browser. `api` is the management API as one session may ask it.

    `count_guess` counts a cookie that proves nobody, and returns what to raise when it is one too
    many.
    """

    sessions: ConsoleSessions
    own_projects: ListOwnProjects
    api: Callable[[ConsoleSession], ManagementApi]
    count_guess: Callable[[HttpRequest], GatehouseError | None]
    choose: Choose
    clock: Callable[[], int]

    def __call__(self, request: HttpRequest, origin: str) -> HttpResponse:
        """Answer one request; whoever is not signed in may sign in first."""
        if request.path.startswith(ASSETS):
            return served(request.path) or refusals.refused(NotFound(), request.request_id)
        browser = browser_of(request, origin, self.choose)
        session = self.sessions.read(browser.session)
        if session is None:
            return self._nobody(browser)
        log.note(actor=f"user:{session.person.id}")
        if request.path.rstrip("/") == CONSOLE:
            return self._chosen(browser, session)
        for page in PAGES:
            if match := page.pattern.fullmatch(request.path):
                answer = self._visit(browser, session, page, match.groupdict()).answer()
                log.note(route=f"{request.method} {page.address}")  # not those that it asked
                return answer
        raise NotFound("There is no such page")

    def _visit(
        self, browser: Browser, session: ConsoleSession, page: Page, params: dict[str, str]
    ) -> Visit:
        api = Api(
            answer=self.api(session),
            asked=browser.request,
            cookie=session.cookie,
            project_id=params.pop("project_id", None),
        )
        return Visit(
            browser=browser,
            person=session.person,
            page=page,
            params=params,
            api=api,
            now=self.clock(),
        )

    def _chosen(self, browser: Browser, session: ConsoleSession) -> HttpResponse:
        own = self.own_projects(session.person.id)
        api = Api(
            answer=self.api(session), asked=browser.request, cookie=session.cookie, project_id=None
        )
        return chooser(browser, session.person, own, api)

    def _nobody(self, browser: Browser) -> HttpResponse:
        """Send whoever wants to see something to sign in; refuse whatever else."""
        if browser.session is not None and (refusal := self.count_guess(browser.request)):
            raise refusal
        if browser.request.method == "GET":
            return see_other(SIGN_IN)
        return refusals.shown(
            HTTPStatus.UNAUTHORIZED,
            "You are not signed in, so nothing was changed. Sign in, and send the form again.",
            browser.request.request_id,
        )
