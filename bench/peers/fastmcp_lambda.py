"""FastMCP behind Lambda's handler."""

from asgi import handler
from fastmcp_app import app

lambda_handler = handler(app)
