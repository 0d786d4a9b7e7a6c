"""The deployed template with the fixture project in it, for as long as a run takes."""

import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from gatehouse_client import SessionTokens
from local.aws import free_port
from local.stack import LocalStack
from tests.conformance import fixtures, upstream

MEMBER = "conformance-member"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where the gateway is, and how to be let in as a member of the fixture project."""

    api_url: str
    api_key: str
    stack: LocalStack
    session: Callable[[], str]
    """Gives a session token that is valid for at least another minute."""


@contextmanager
def laid() -> Iterator[Ground]:
    """Deploy on free ports with a home of its own, and furnish the fixture project."""
    secret = secrets.token_urlsafe(32)
    with (
        tempfile.TemporaryDirectory(prefix="gatehouse-") as home,
        LocalStack(home=Path(home), aws_port=free_port()) as stack,
        httpx.Client(base_url=stack.api_url, timeout=60) as http,
    ):
        project = fixtures.new_project(http, stack.admin_token)
        with (
            upstream.serving(project.project_id, secret) as origin,
            SessionTokens(stack.api_url, project.api_key, project.signer()) as tokens,
        ):
            fixtures.furnish(http, project, origin, secret)
            yield Ground(
                api_url=stack.api_url,
                api_key=project.api_key,
                stack=stack,
                session=lambda: tokens.token(MEMBER),
            )
