"""The same tools by hand on `awslabs-mcp-lambda-handler`; nobody is asked who they are."""

import os
from typing import Any

import httpx
from awslabs.mcp_lambda_handler import MCPLambdaHandler

UPSTREAM = os.environ["UPSTREAM"]
server = MCPLambdaHandler(name="bench", version="1")
client = httpx.Client()


def _tool(name: str) -> None:
    def look_up(contact_id: str, fields: str) -> str:
        """Look up one contact of the address book by its id, and return what is known.

        Args:
            contact_id: The id of the contact, such as 1
            fields: The fields to return, separated by commas
        """
        url = f"{UPSTREAM}/v1/contacts/{contact_id}"
        return client.get(url, params={"fields": fields}).text

    look_up.__name__ = name
    server.tool()(look_up)


for number in range(int(os.environ["TOOLS"])):
    _tool(f"tool_{number:04}")


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Lambda's entry point."""
    answer: dict[str, Any] = server.handle_request(event, context)
    return answer
