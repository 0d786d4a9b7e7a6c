"""Fetch a period's receipts, and the calls that name them, from the management API."""

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx

from gatehouse_client.receipts.documents import (
    Export,
    ExportedChain,
    NamedReceipt,
    read_bytes,
    read_link,
)

TIMEOUT_SECONDS: Final = 30.0
HOUR: Final = timedelta(hours=1)


class ExportFailed(Exception):
    """The Gatehouse did not give what was asked of it."""


def fetch_export(
    url: str,
    api_key_env: str,
    *,
    starts_at: datetime,
    ends_at: datetime,
    transport: httpx.BaseTransport | None = None,
) -> tuple[Export, str]:
    """Return the receipts of [`starts_at`, `ends_at`), and the deployment's public key (PEM).

    Chains come whole: also with receipts of before and after.

    Args:
        url: Origin of the Gatehouse.
        api_key_env: Name of the variable that holds an API key with scope `manage`.
        starts_at: With its zone.
        ends_at: With its zone, at most 31 days later.
        transport: Instead of the network.

    Raises:
        ExportFailed: It could not be fetched.
    """
    api_key = os.environ.get(api_key_env)  # noqa: TID251 - the command line's user says which
    if not api_key:
        raise ExportFailed(f"{api_key_env} is not set")
    with httpx.Client(
        base_url=url,
        headers={"authorization": f"Bearer {api_key}"},
        timeout=TIMEOUT_SECONDS,
        transport=transport,
    ) as client:
        # First the calls: what they name is kept by then. A call may begin in one hour and be
        # decided in the next.
        calls = tuple(_calls(client, _period(starts_at, ends_at)))
        chains = tuple(
            _chain(client, str(item["chain"]))
            for item in _items(
                client, "/api/v1/warrants/receipts", _period(starts_at, ends_at + HOUR)
            )
        )
        project_id = str(_get(client, "/api/v1/project", {})["id"])
        key = str(_get(client, "/api/v1/warrants/receipt-key", {})["public_key_pem"])
    return Export(project_id=project_id, chains=chains, calls=calls), key


def _calls(client: httpx.Client, period: Mapping[str, str]) -> Iterator[NamedReceipt]:
    for item in _items(client, "/api/v1/tool-calls", period):
        if item["receipt"] is not None:
            yield read_link(str(item["request_id"]), str(item["receipt"]))


def _chain(client: httpx.Client, name: str) -> ExportedChain:
    receipts: list[tuple[int, bytes]] = []
    cursor: dict[str, str] = {}
    while True:
        page = _get(client, f"/api/v1/warrants/receipts/{name}", cursor)
        for item in _list(page, "items"):
            sequence = int(str(item["sequence"]))
            receipts.append((sequence, read_bytes(item["receipt"], f"receipt {sequence}")))
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": str(page["next_cursor"])}
    certificate, signature = page["certificate"], page["signature"]
    return ExportedChain(
        chain=name,
        certificate=None if certificate is None else read_bytes(certificate, "the certificate"),
        signature=None if signature is None else read_bytes(signature, "the signature"),
        receipts=tuple(receipts),
    )


def _items(
    client: httpx.Client, path: str, query: Mapping[str, str]
) -> Iterator[Mapping[str, object]]:
    cursor: dict[str, str] = {}
    while True:
        page = _get(client, path, {**query, "limit": "100", **cursor})
        yield from _list(page, "items")
        if page["next_cursor"] is None:
            return
        cursor = {"cursor": str(page["next_cursor"])}


def _get(client: httpx.Client, path: str, query: Mapping[str, str]) -> Mapping[str, object]:
    try:
        answer = client.get(path, params=dict(query))
        document = answer.json() if answer.is_success else None
    except (httpx.HTTPError, ValueError) as error:
        raise ExportFailed(f"{path} could not be read: {type(error).__name__}") from error
    if not isinstance(document, dict):
        raise ExportFailed(f"{path} answered {answer.status_code}")
    return document


def _list(page: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    value = page[name]
    if not isinstance(value, list):
        raise ExportFailed(f"{name} is no list")
    return value


def _period(starts_at: datetime, ends_at: datetime) -> dict[str, str]:
    return {
        "from": starts_at.astimezone(UTC).isoformat(),
        "to": ends_at.astimezone(UTC).isoformat(),
    }
