"""POST /mcp and /mcp/ - MCP for API keys and member sessions; any path that nobody has is 404."""

from collections.abc import Mapping
from typing import Any

from gatehouse.edge.http import LambdaAnswer
from gatehouse.edge.mcp.door import Door
from gatehouse.edge.mcp.inbound import Offered
from gatehouse.edge.serving import Serve
from gatehouse.wiring.clock import now_ms
from gatehouse.wiring.mcp import allowed_origins, authenticate, call_tool, list_tools, public_url
from gatehouse.wiring.request_ids import new_request_id

door = Door(
    authenticate=authenticate(),
    offered=Offered(list_tools=list_tools(), call_tool=call_tool()),
    public_url=public_url,
    allowed_origins=allowed_origins,
    new_request_id=new_request_id,
    clock_ms=now_ms,
)
serve = Serve(
    answer=door,
    new_request_id=new_request_id,
    clock_ms=now_ms,
    allowed_origins=allowed_origins,
)


def lambda_handler(event: Mapping[str, Any], _context: object) -> LambdaAnswer:
    """Lambda's entry point."""
    return serve(event)
