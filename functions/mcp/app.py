"""POST /mcp and /mcp/ - MCP for API keys and member sessions; any path that nobody has is 404."""

from collections.abc import Mapping
from typing import Any

from gatehouse.edge.failures import CountedFailures
from gatehouse.edge.http import LambdaAnswer
from gatehouse.edge.lost import report_lost
from gatehouse.edge.mcp.bodies import surprise_answer
from gatehouse.edge.mcp.door import Door
from gatehouse.edge.mcp.inbound import Offered
from gatehouse.edge.serving import Serve
from gatehouse.wiring import mcp
from gatehouse.wiring.clock import now_ms
from gatehouse.wiring.request_ids import new_request_id
from gatehouse.wiring.snapshots import around_snapshots

door = Door(
    authenticate=mcp.authenticate(),
    limit=mcp.limit_requests(),
    failures=CountedFailures(mcp.limit_failures),
    offered=Offered(
        list_tools=mcp.list_tools(),
        call_tool=mcp.call_tool(lost=report_lost),
        list_prompts=mcp.list_prompts(),
        get_prompt=mcp.get_prompt(),
        list_resources=mcp.list_resources(),
        list_resource_templates=mcp.list_resource_templates(),
        read_resource=mcp.read_resource(),
        complete=mcp.complete(),
    ),
    public_url=mcp.public_url,
    allowed_origins=mcp.allowed_origins,
    new_request_id=new_request_id,
    clock_ms=now_ms,
)
serve = Serve(
    answer=door,
    new_request_id=new_request_id,
    clock_ms=now_ms,
    allowed_origins=mcp.allowed_origins,
    allowed_hosts=mcp.allowed_hosts,
    fail=surprise_answer,
)
around_snapshots(
    modules=("gatehouse.domain.warrants", "gatehouse.domain.receipt_chains", "jsonschema_rs", "jwt")
)


def lambda_handler(event: Mapping[str, Any], _context: object) -> LambdaAnswer:
    """Lambda's entry point."""
    return serve(event)
