"""The management API, spoken to as one profile."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

import httpx

from gatehouse_cli.failures import Refused, Unreachable
from gatehouse_cli.output import Json
from gatehouse_cli.profiles import Profile

SECONDS: Final = 60.0
PAGE: Final = 100
"""How many items the API gives at most at a time."""


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """Asks, and turns every refusal into words."""

    profile: Profile
    http: httpx.Client = field(repr=False)

    @classmethod
    def of(cls, profile: Profile, transport: httpx.BaseTransport | None = None) -> Self:
        """Return the gateway of a profile; nothing is sent yet."""
        client = httpx.Client(
            base_url=profile.url, timeout=SECONDS, follow_redirects=False, transport=transport
        )
        return cls(profile=profile, http=client)

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: object = None,
    ) -> Json:
        """Return the JSON object that answers; empty where there is nothing to say.

        Raises:
            Refused: The server says no.
            Unreachable: There is no answer, or none of a Gatehouse.
        """
        response = self.send(method, path, query=query, body=body)
        if not response.content:
            return {}
        match _json(response):
            case dict() as document:
                return document
            case _:
                raise Unreachable(f"{self.profile.url} answers like no Gatehouse.")

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: object = None,
    ) -> httpx.Response:
        """Return the answer as it is; raise as `ask`."""
        secret = self.profile.credential(path)
        headers = {"authorization": f"Bearer {secret}"} if secret else {}
        content: Json = {} if body is None else {"json": body}
        try:
            response = self.http.request(
                method, path, params=dict(query or {}), headers=headers, **content
            )
        except httpx.HTTPError as error:
            reason = type(error).__name__
            raise Unreachable(f"{self.profile.url} cannot be reached: {reason}.") from error
        if response.is_success:
            return response
        raise _failure(response)

    def items(self, path: str, query: Mapping[str, Any], limit: int | None) -> Iterator[Json]:
        """Yield pages until there are `limit` items or no more; every page is a whole answer."""
        cursor: dict[str, str] = {}
        left = limit
        while True:
            size = PAGE if left is None else min(PAGE, left)
            page = self.ask("GET", path, query={**query, "limit": size, **cursor})
            yield page
            left = None if left is None else left - len(page.get("items", ()))
            if not page.get("next_cursor") or (left is not None and left <= 0):
                return
            cursor = {"cursor": str(page["next_cursor"])}


def _failure(response: httpx.Response) -> Refused | Unreachable:
    problem = _json(response)
    if not isinstance(problem, dict) or "title" not in problem:
        return Unreachable(f"answered {response.status_code}, and not as a Gatehouse does.")
    lines = [f"{problem['title']} ({response.status_code})"]
    if problem.get("detail"):
        lines[0] += f": {problem['detail']}"
    errors = problem.get("errors") or ()
    lines += (f"  {error.get('field')}: {error.get('message')}" for error in errors)
    if problem.get("current_version") is not None:
        lines.append(f"  it is at version {problem['current_version']} by now")
    lines.append(f"  request {problem.get('request_id')}")
    return Refused("\n".join(lines))


def _json(response: httpx.Response) -> object:
    try:
        parsed: object = response.json()
    except (ValueError, RecursionError):
        return None
    return parsed
