"""Builds the import of OpenAPI documents."""

import time
from functools import cache
from typing import TYPE_CHECKING

from gatehouse.settings import Settings
from gatehouse.usecases.fetch_document import FetchDocument
from gatehouse.usecases.import_openapi import ImportOpenAPI
from gatehouse.usecases.manage_tools import ManageTools
from gatehouse.usecases.plan_import import PlanImport
from gatehouse.wiring.upstreams import upstreams

if TYPE_CHECKING:
    from gatehouse.net.client import GuardedClient


def import_openapi(tools: ManageTools, settings: Settings) -> ImportOpenAPI:
    """Build it for one request, which changes tools as `tools` does."""
    fetch = FetchDocument(
        check_origin=tools.check_origin, upstream=lambda: _guarded_client(settings)
    )
    plan = PlanImport(tools=tools, fetch=fetch, monotonic=time.monotonic)
    return ImportOpenAPI(plan=plan, tools=tools, monotonic=time.monotonic)


@cache
def _guarded_client(settings: Settings) -> "GuardedClient":
    # Nobody waits for TLS and sockets who imports from no address.
    from gatehouse.net.addresses import AddressPolicy  # noqa: PLC0415
    from gatehouse.net.client import GuardedClient  # noqa: PLC0415

    return GuardedClient(AddressPolicy.of(upstreams(settings)))
