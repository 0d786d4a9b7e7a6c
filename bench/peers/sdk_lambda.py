"""The official SDK's server behind Lambda's handler."""

from asgi import handler
from sdk_app import app

lambda_handler = handler(app)
