"""/api/v1/* and /admin/v1/* - the management API (see `gatehouse.edge.rest.routes`)."""

from collections.abc import Mapping
from typing import Any

from gatehouse.edge.failures import CountedFailures
from gatehouse.edge.http import LambdaAnswer
from gatehouse.edge.rest.application import MAX_BODY, ManagementApi
from gatehouse.edge.serving import Serve
from gatehouse.wiring.clock import now, now_ms
from gatehouse.wiring.keys import (
    allowed_hosts,
    allowed_origins,
    entrance,
    limit_failures,
    management,
    public_url,
)
from gatehouse.wiring.request_ids import new_request_id
from gatehouse.wiring.snapshots import around_snapshots

serve = Serve(
    answer=ManagementApi(entrance, management, public_url, now),
    new_request_id=new_request_id,
    clock_ms=now_ms,
    allowed_origins=allowed_origins,
    allowed_hosts=allowed_hosts,
    max_body=MAX_BODY,
    failures=CountedFailures(limit_failures),
)
around_snapshots(entrance, modules=("yaml", "jsonschema_rs", "can_ada"))


def lambda_handler(event: Mapping[str, Any], _context: object) -> LambdaAnswer:
    """Lambda's entry point."""
    return serve(event)
