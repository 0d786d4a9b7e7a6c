"""After everything else has run: no secret and no argument lies where it should not.

The file's name makes it the last of the suite, so that it looks at what all other tests left.
"""

import base64
import json
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Any

import pytest
import re2

from local.aws import free_port
from local.stack import LocalStack
from tests.integration.echo import Echo
from tests.integration.world import Tenant, World

pytestmark = pytest.mark.stack


@cache
def spellings(secret: str) -> set[str]:
    """The secret as text, as DynamoDB and JSON may have spelled it."""
    raw = secret.encode()
    return {secret, base64.b64encode(raw).decode(), raw.hex(), json.dumps(secret)[1:-1]}


@cache
def anything_secret(secrets: frozenset[str]) -> "re2._Regexp[str]":
    """Find any spelling of any secret, all at once: there are thousands, and as many texts."""
    options = re2.Options()
    options.max_mem, options.never_capture, options.log_errors = 1 << 28, True, False
    alternatives = sorted({spelling for secret in secrets for spelling in spellings(secret)})
    return re2.compile("|".join(map(re2.escape, alternatives)), options)


def leaks(world: World, text: str, *, but: AbstractSet[str] = frozenset()) -> list[str]:
    """What kinds of secrets `text` holds."""
    if anything_secret(frozenset(world.journal.secrets)).search(text) is None:
        return []
    return [
        what
        for secret, what in world.journal.secrets.items()
        if secret not in but and any(spelling in text for spelling in spellings(secret))
    ]


def items(stack: LocalStack, table: str) -> Iterator[dict[str, Any]]:
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    for page in pages:
        yield from page["Items"]


def as_text(item: dict[str, Any]) -> str:
    """An item with its bytes readable, so that a secret kept as bytes is found too."""
    return json.dumps(item, default=lambda raw: bytes(raw).decode("latin-1"), ensure_ascii=False)


def log_lines(stack: LocalStack) -> Iterator[str]:
    for noun in stack.function_names:
        yield from stack.log_lines(noun)


@pytest.fixture(scope="module")
def _calls_of_every_kind(tenant: Tenant, echo: Echo) -> None:
    """Arguments that would be recognized, in calls that end in every way."""
    marker = tenant.journal.note("argument", "arg-7f3a9c51d2e84b06")
    schema = {"type": "object", "properties": {"n": {"type": "integer"}, "q": {"type": "string"}}}
    sent: dict[str, dict[str, Any]] = {
        "ok": {"endpoint_path": "/text"},
        "posted": {"http_method": "POST", "deduplicate_seconds": 60},
        "failed": {"endpoint_path": "/status/500"},
        "broken": {"endpoint_path": "/broken"},
        "member": {"require_member": True},
        "unreachable": {"base_url": f"http://127.0.0.1:{free_port()}"},
    }
    for fields in sent.values():
        tool = tenant.tool(**{"base_url": echo.url, "input_schema": schema, **fields})
        for arguments in ({"q": marker}, {"q": marker}, {"n": marker}):
            tenant.call(tenant.api_key, tool["name"], arguments)
    tenant.call(tenant.api_key, "no-such-tool", {"q": marker})
    tenant.rpc(tenant.api_key, "tools/call", {"name": marker, "arguments": marker})
    tenant.rpc(marker, "tools/list")


@pytest.mark.usefixtures("_calls_of_every_kind")
def test_no_item_holds_a_secret_or_an_argument(world: World, stack: LocalStack) -> None:
    read = 0
    for table in stack.tables.values():
        for item in items(stack, table):
            read += 1
            assert not leaks(world, as_text(item)), f"{table}: {sorted(item)}"
    assert read > 20


@pytest.mark.usefixtures("_calls_of_every_kind")
def test_no_log_line_holds_a_secret_or_an_argument(world: World, stack: LocalStack) -> None:
    read = 0
    for line in log_lines(stack):
        read += 1
        assert not leaks(world, line), line[:300]
    assert read > 20


GIVERS = ("/integrations", "token", "/invitations", "/apps", "/keys")


def test_no_answer_holds_a_secret_but_where_it_is_shown_once(world: World) -> None:
    assert world.journal.answers
    arguments = {s for s, what in world.journal.secrets.items() if what == "argument"}
    for line, text in world.journal.answers:
        shown = {s for s in world.journal.shown_once if s in text}
        gives = line.startswith("POST ") and line.endswith(GIVERS)
        assert len(shown) <= (2 if "oauth/token" in line else 1), line
        assert gives or not shown, line
        assert not leaks(world, text, but=arguments | shown), line
