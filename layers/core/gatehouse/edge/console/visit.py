"""One visit of one page: read what it shows, or do what its form says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from gatehouse.domain.errors import FieldError, InvalidFields
from gatehouse.domain.people import Person
from gatehouse.edge.console import refusals
from gatehouse.edge.console.api import Api, ApiAnswer, filled
from gatehouse.edge.console.fields import Form, body_of
from gatehouse.edge.console.forms import FormState, Posted
from gatehouse.edge.console.pages import Do, Page, Read, Where
from gatehouse.edge.console.render import page as rendered
from gatehouse.edge.console.table import MENU, SAID
from gatehouse.edge.http import HttpResponse
from gatehouse.edge.pages.render import see_other
from gatehouse.edge.problem import problem
from gatehouse.edge.signin.browser import Browser, require_form_token

MAX_FIELDS: Final = 4000
"""Of a form, which may have a box for each operation of a large document."""
FORM: Final = "console"
"""What the token of the console's forms is for."""
PERIOD: Final = ("from", "to")
"""Fields of moments, whatever is asked."""
_WITHOUT_ZONE: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Answers GET and POST of a page at `now`, in Unix seconds; `params` are those of its path."""

    browser: Browser
    person: Person
    page: Page
    params: Mapping[str, str]
    api: Api
    now: int

    def answer(self) -> HttpResponse:
        """Show the page, or do what its form says."""
        if self.browser.request.method == "GET":
            return self._show()
        if self.browser.request.method == "POST":
            return self._do()
        return HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED, headers={"allow": "GET, POST"})

    def _do(self) -> HttpResponse:
        form = self.browser.form(most=MAX_FIELDS)
        require_form_token(form, self.browser.form_token(FORM))
        action = self.page.action(form.get("instead") or form.get("action"))
        if action is None:
            return self._refusal(HTTPStatus.BAD_REQUEST, "This page has no such form")
        answer = self._asked(action, form)
        if answer.is_good and not action.shows:
            return see_other(self._after(action, form, answer))
        document = answer.document if isinstance(answer.document, dict) else {}
        posted = Posted(
            action=form.get("action", ""), values=form, problem=None if answer.is_good else document
        )
        status = HTTPStatus.OK if answer.is_good else answer.status
        return self._show(posted, result=document if answer.is_good else None, status=status)

    def _asked(self, action: Do, form: Form) -> ApiAnswer:
        """Ask what a form says, unless the form itself is wrong."""
        params = {**form, **self.params}
        try:
            _require_typed(action, params)
            if action.alone is not None:
                return ApiAnswer(status=HTTPStatus.OK, document=action.alone(form, self.now))
            body = body_of(form, action.body)
            route = _reached(action, params)
        except InvalidFields as error:
            response = problem(error, self.browser.request.request_id)
            return ApiAnswer.of(response)
        has_body = action.method in {"POST", "PUT", "PATCH"} and bool(action.body)
        return self.api(
            action.method,
            route,
            query={name: form[name] for name in action.query if name in form},
            body=body if has_body else None,
        )

    def _after(self, action: Do, form: Form, answer: ApiAnswer) -> str:
        """Return where to go once it is done."""
        made = answer.document if isinstance(answer.document, dict) else {}
        known = {**{k: v for k, v in made.items() if isinstance(v, str)}, **form, **self.params}
        page = self.page.path if action.then is None else action.then
        where = filled(f"{self.page.where}/{page}".rstrip("/"), self._placed(known), escaped=True)
        return f"{where}?{urlencode({'done': action.name})}"

    def _show(
        self,
        posted: Posted | None = None,
        *,
        result: Mapping[str, Any] | None = None,
        status: int = HTTPStatus.OK,
    ) -> HttpResponse:
        answers: dict[str, Any] = {}
        for read in (*self._always(), *self.page.reads):
            answer = self._read(read)
            if not answer.is_good and not read.optional:
                return self._refusal(answer.status, answer.document.get("detail", ""))
            answers[read.name] = answer.document if answer.is_good else None
        values = {**self._values(answers, posted), **self.page.view(answers), "result": result}
        return rendered(self.page.template, values, status=status)

    def _always(self) -> tuple[Read, ...]:
        """Return what the frame of each page is made of: the project, and what one may do there."""
        if self.page.where is not Where.PROJECT:
            return ()
        return (Read(name="own", route="/api/v1/project"),)

    def _read(self, read: Read) -> ApiAnswer:
        asked = self.browser.request.query
        chosen = {
            name: _in_utc(asked[name]) if name in PERIOD else asked[name]
            for name in read.query
            if asked.get(name)
        }
        about = {} if read.about is None else read.about(self.params)
        query = {**(read.fixed or {}), **about, **chosen}
        return self.api("GET", filled(read.route, self.params), query=query)

    def _values(self, answers: Mapping[str, Any], posted: Posted | None) -> dict[str, Any]:
        """Return what each template has."""
        where = self._placed(self.params)
        own = answers.get("own")
        actions = frozenset(own["actions"]) if own else frozenset()

        def form_state(action: str, stored: Mapping[str, Any], key: str) -> FormState:
            is_it = posted is not None and posted.action == action
            is_it = is_it and posted is not None and posted.values.get("key", "") == key
            return FormState(
                action=action, key=key, stored=stored, posted=posted if is_it else None
            )

        return {
            "page": self.page,
            "title": self.page.title,
            "menu": MENU[self.page.where],
            "base": filled(self.page.where, where, escaped=True),
            "here": self.browser.request.path,
            "origin": self.browser.origin,
            "person": self.person,
            "params": self.params,
            "query": self.browser.request.query,
            "csrf": self.browser.form_token(FORM),
            "csrf_signout": self.browser.form_token("signout"),
            "may": actions.__contains__,
            "own": own,
            "said": SAID.get(self.browser.request.query.get("done", "")),
            "posted": posted,
            "form_state": form_state,
            **answers,
        }

    def _placed(self, params: Mapping[str, str]) -> dict[str, str]:
        return {**params, "project_id": self.api.project_id or ""}

    def _refusal(self, status: int, message: str) -> HttpResponse:
        return refusals.shown(status, message, self.browser.request.request_id)


def _reached(action: Do, params: Mapping[str, str]) -> str:
    """Return the route that a form asks; raise `InvalidFields` where it lacks what names it."""
    try:
        return filled(action.route, params)
    except KeyError as missing:
        raise InvalidFields((FieldError(str(missing.args[0]), "is missing"),)) from None


def _require_typed(action: Do, params: Mapping[str, str]) -> None:
    """Raise `InvalidFields` unless what cannot be undone was confirmed by typing its name."""
    if action.confirm is None:
        return
    expected = params.get(action.confirm)
    if expected is None or params.get("typed") != expected:
        raise InvalidFields((FieldError("typed", f"must be exactly: {expected}"),))


def _in_utc(moment: str) -> str:
    """Return a moment as the API takes it: browsers write no zone, and pages ask for UTC."""
    return f"{moment}Z" if _WITHOUT_ZONE.fullmatch(moment) else moment
