"""Somebody at a browser without scripts: follows links and redirects, fills in forms."""

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx

LOGIN: Final = "ada"


@dataclass
class Form:
    """What can be sent, and where to."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(found.get("href", ""))
        elif tag == "form":
            self.forms.append(Form(found.get("action", "")))
        elif tag == "input" and "name" in found:
            self.forms[-1].fields[found["name"]] = found.get("value", "")


@dataclass(frozen=True)
class Cookies:
    """What a browser keeps, by origin. Secure or not: browsers trust 127.0.0.1 like https."""

    kept: dict[bytes, dict[str, str]] = field(default_factory=dict)

    def send(self, request: httpx.Request) -> None:
        """Let a request bring along what is kept for its origin."""
        found = self.kept.get(request.url.netloc, {})
        request.headers["cookie"] = "; ".join(f"{name}={value}" for name, value in found.items())

    def keep(self, response: httpx.Response) -> None:
        """Keep what an answer sets, and forget what it ends."""
        kept = self.kept.setdefault(response.request.url.netloc, {})
        for header in response.headers.get_list("set-cookie"):
            for name, cookie in SimpleCookie(header).items():
                kept[name] = cookie.value
                if cookie["max-age"] == "0" or "1970" in cookie["expires"]:
                    del kept[name]


class Lost(Exception):
    """A page on which there is nothing to do."""


def allow(address: str, client: str) -> None:
    """Go to an authorization request, sign in at the company, and allow what is asked.

    Raises:
        Lost: All that did not end at the page of `client`.
    """
    cookies = Cookies()
    hooks: dict[str, list[Callable[..., None]]] = {
        "request": [cookies.send],
        "response": [cookies.keep],
    }
    with httpx.Client(event_hooks=hooks, follow_redirects=True, timeout=60) as http:
        page = http.get(address)
        ours = urlsplit(address).netloc
        for _ in range(8):
            step = _step(http, page, ours)
            if step is None:
                break
            page = step
    if not str(page.url).startswith(client):
        raise Lost(f"{page.url}: {page.text}")


def _step(http: httpx.Client, page: httpx.Response, ours: str) -> httpx.Response | None:
    """Do what a page asks for; None when it asks for nothing more."""
    here, read = str(page.url), _Page(page.text)
    if page.is_error:
        raise Lost(f"{here}: {page.status_code} {page.text}")
    to_provider = [link for link in read.links if link.startswith("/signin/")]
    if page.url.netloc.decode() == ours and to_provider:
        return http.get(urljoin(here, to_provider[0]))
    if not read.forms:
        return None
    form = read.forms[0]
    answers = {"login": LOGIN, "password": "any"}
    filled = {name: answers.get(name, value) for name, value in form.fields.items()}
    if "csrf" in filled:
        filled["decision"] = "allow"
    target = urljoin(here, form.action)
    origin = f"{page.url.scheme}://{page.url.netloc.decode()}"
    return http.post(target, data=filled, headers={"origin": origin})
