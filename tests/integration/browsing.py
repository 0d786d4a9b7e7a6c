"""A browser without a screen: cookies of its own, one step at a time, every answer checked."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import httpx

FLAGS: Final = {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"}
HEADERS: Final = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
}


@dataclass
class Browsing:
    """Visits `origin` as a browser would, and checks what every answer must have.

    It keeps cookies itself, for httpx sends no Secure ones over http.
    """

    origin: str
    cookies: dict[str, str] = field(default_factory=dict)
    seen: list[httpx.Response] = field(default_factory=list)

    def get(self, url: str, **headers: str) -> httpx.Response:
        """Follow a link, and no redirect."""
        return self._send("GET", url, headers, None)

    def post(
        self, path: str, form: dict[str, str], *, page_of: str | None = None, **headers: str
    ) -> httpx.Response:
        """Send a form of a page of `page_of`, by default this origin's; "" is a page of none."""
        page = self.origin if page_of is None else page_of
        named = {"origin": page} if page else {}
        return self._send("POST", path, {**named, **headers}, form)

    def delete(self, path: str, *, page_of: str | None = None) -> httpx.Response:
        """Ask as a script of a page."""
        return self._send("DELETE", path, {"origin": page_of or self.origin}, None)

    def follow(self, answer: httpx.Response, *, until: str = "nowhere") -> httpx.Response:
        """Follow redirects, also to other sites, until one leads to an address that has `until`."""
        while answer.is_redirect and until not in answer.headers["location"]:
            answer = self.get(answer.headers["location"])
        return answer

    def _send(
        self, method: str, url: str, headers: dict[str, str], form: dict[str, str] | None
    ) -> httpx.Response:
        target = self.origin + url if url.startswith("/") else url
        own = target.startswith(self.origin)
        if own and self.cookies:
            pairs = (f"{name}={value}" for name, value in self.cookies.items())
            headers = {"cookie": "; ".join(pairs), **headers}
        answer = httpx.request(method, target, headers=headers, data=form, timeout=60)
        if own:
            self._keep(answer)
        return answer

    def _keep(self, answer: httpx.Response) -> None:
        self.seen.append(answer)
        for header in answer.headers.get_list("set-cookie"):
            pair, *attributes = header.split("; ")
            name, _, value = pair.partition("=")
            assert name.startswith("__Host-gatehouse_"), header
            assert set(attributes) >= FLAGS, header
            assert not any(each.startswith("Domain") for each in attributes), header
            if "Max-Age=0" in attributes:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        if not answer.headers.get("content-type", "").startswith("text/css"):
            for name, value in HEADERS.items():
                assert answer.headers[name] == value, answer.url
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]


def inputs(answer: httpx.Response) -> dict[str, str]:
    """Return the hidden fields of a page's form."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', answer.text)
    return {name: unescape(value) for name, value in found}


def query_of(url: str) -> dict[str, str]:
    """Return the query of an address."""
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def text_of(answer: httpx.Response) -> str:
    """Return what a person reads of a page."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))
