"""Fetch a chain of changes, and the signed statements about it, from the management API."""

import json
import os
from collections.abc import Mapping
from functools import partial
from typing import Final

import httpx

from gatehouse_client._pages import Ask, items

TIMEOUT_SECONDS: Final = 30.0


class FetchFailed(Exception):
    """The Gatehouse did not give what was asked of it."""


def fetch_audit(
    url: str,
    token_env: str,
    *,
    of_deployment: bool = False,
    project_id: str | None = None,
    transport: httpx.BaseTransport | None = None,
) -> str:
    """Return an export as JSON: of the project whose key it is, or by an administrator.

    Args:
        url: Origin of the Gatehouse.
        token_env: Name of the variable that holds an API key, or an administrator's token.
        of_deployment: Ask as an administrator, for the deployment's own chain.
        project_id: Ask as an administrator, for a project's chain, also a deleted one's.
        transport: Instead of the network.

    Raises:
        FetchFailed: It could not be fetched.
    """
    token = os.environ.get(token_env)  # noqa: TID251 - the command line's user says which
    if not token:
        raise FetchFailed(f"{token_env} is not set")
    path = "/admin/v1/audit" if of_deployment or project_id else "/api/v1/audit"
    query = {"project_id": project_id} if project_id else {}
    with httpx.Client(
        base_url=url,
        headers={"authorization": f"Bearer {token}"},
        timeout=TIMEOUT_SECONDS,
        transport=transport,
    ) as client:
        chain = project_id or ("deployment" if of_deployment else None)
        return gather_audit(partial(_get, client), path, query, chain=chain)


def gather_audit(ask: Ask, path: str, query: Mapping[str, str], *, chain: str | None = None) -> str:
    """Return an export as JSON, of pages that `ask` gives; of its own project unless `chain`."""
    # First the statements: what they are about is there by then.
    heads = list(items(ask, f"{path}/heads", query))
    entries = list(items(ask, path, {**query, "order": "oldest"}))
    own = chain or str(ask("/api/v1/project", {})["id"])
    return json.dumps({"chain": own, "entries": entries, "heads": heads}, indent=1) + "\n"


def fetch_key(url: str, token_env: str, *, transport: httpx.BaseTransport | None = None) -> str:
    """Return the public key (PEM) that the deployment says is its own."""
    token = os.environ.get(token_env, "")  # noqa: TID251 - as above
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(
        base_url=url, headers=headers, timeout=TIMEOUT_SECONDS, transport=transport
    ) as client:
        return str(_get(client, "/api/v1/audit/key", {})["public_key_pem"])


def _get(client: httpx.Client, path: str, query: Mapping[str, str]) -> Mapping[str, object]:
    try:
        answer = client.get(path, params=dict(query))
        document = answer.json() if answer.is_success else None
    except (httpx.HTTPError, ValueError) as error:
        raise FetchFailed(f"{path} could not be read: {type(error).__name__}") from error
    if not isinstance(document, dict):
        raise FetchFailed(f"{path} answered {answer.status_code}")
    return document
