"""Fetch a period's receipts, and the calls that name them, from the management API."""

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import httpx

from gatehouse_client._pages import Ask, items, listed, pages
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
        return gather_export(partial(_get, client), starts_at=starts_at, ends_at=ends_at)


def gather_export(ask: Ask, *, starts_at: datetime, ends_at: datetime) -> tuple[Export, str]:
    """Return the same, of pages that `ask` gives."""
    # First the calls: what they name is kept by then. A call may begin in one hour and be
    # decided in the next.
    calls = tuple(_calls(ask, _period(starts_at, ends_at)))
    period = _period(starts_at, ends_at + HOUR)
    chains = tuple(
        _chain(ask, str(item["chain"])) for item in items(ask, "/api/v1/warrants/receipts", period)
    )
    project_id = str(ask("/api/v1/project", {})["id"])
    key = str(ask("/api/v1/warrants/receipt-key", {})["public_key_pem"])
    return Export(project_id=project_id, chains=chains, calls=calls), key


def _calls(ask: Ask, period: Mapping[str, str]) -> Iterator[NamedReceipt]:
    for item in items(ask, "/api/v1/tool-calls", period):
        if item["receipt"] is not None:
            yield read_link(str(item["request_id"]), str(item["receipt"]))


def _chain(ask: Ask, name: str) -> ExportedChain:
    receipts: list[tuple[int, bytes]] = []
    page: Mapping[str, object] = {}
    for page in pages(ask, f"/api/v1/warrants/receipts/{name}", {}):
        for item in listed(page):
            sequence = int(str(item["sequence"]))
            receipts.append((sequence, read_bytes(item["receipt"], f"receipt {sequence}")))
    certificate, signature = page["certificate"], page["signature"]
    return ExportedChain(
        chain=name,
        certificate=None if certificate is None else read_bytes(certificate, "the certificate"),
        signature=None if signature is None else read_bytes(signature, "the signature"),
        receipts=tuple(receipts),
    )


def _get(client: httpx.Client, path: str, query: Mapping[str, str]) -> Mapping[str, object]:
    try:
        answer = client.get(path, params=dict(query))
        document = answer.json() if answer.is_success else None
    except (httpx.HTTPError, ValueError) as error:
        raise ExportFailed(f"{path} could not be read: {type(error).__name__}") from error
    if not isinstance(document, dict):
        raise ExportFailed(f"{path} answered {answer.status_code}")
    return document


def _period(starts_at: datetime, ends_at: datetime) -> dict[str, str]:
    return {
        "from": starts_at.astimezone(UTC).isoformat(),
        "to": ends_at.astimezone(UTC).isoformat(),
    }
