"""Events of an HTTP API and the environment of functions, as Lambda has them."""

import json
from collections.abc import Mapping
from typing import Any, Final

Json = dict[str, Any]
AUTHORITY: Final = "authority"
ACTIVITY: Final = "activity"
DEPLOYMENT: Final = "bench-deployment"
KEY_ARN: Final = "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555"


def rpc_body(method: str, params: Json) -> str:
    """Write a JSON-RPC request."""
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})


def mcp_event(body: str, credential: str) -> bytes:
    """Return the event of a POST to `/mcp`."""
    return http_event("POST", "/mcp", body, credential)


def http_event(method: str, path: str, body: str, credential: str) -> bytes:
    """Return an HTTP API's event, payload format 2.0."""
    host = "gate.example.com"
    event: Json = {
        "version": "2.0",
        "routeKey": f"ANY {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "accept": "application/json, text/event-stream",
            "accept-encoding": "gzip, deflate",
            "authorization": f"Bearer {credential}",
            "content-length": str(len(body)),
            "content-type": "application/json",
            "host": host,
            "mcp-protocol-version": "2025-11-25",
            "user-agent": "bench/1.0",
            "x-amzn-trace-id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700",
            "x-forwarded-for": "192.0.2.10",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "bench",
            "domainName": host,
            "domainPrefix": "gate",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.10",
                "userAgent": "bench/1.0",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": f"ANY {path}",
            "stage": "$default",
            "time": "22/Nov/2026:12:00:00 +0000",
            "timeEpoch": 1795348800000,
        },
        "body": body,
        "isBase64Encoded": False,
    }
    return json.dumps(event).encode()


def environment(aws_url: str) -> Mapping[str, str]:
    """Return the variables of template.yaml, for any of the functions."""
    return {
        "AWS_ENDPOINT_URL": aws_url,
        "POWERTOOLS_SERVICE_NAME": "gatehouse",
        "STAGE": "local",
        "DEPLOYMENT_ID": DEPLOYMENT,
        "PUBLIC_URL": "https://gate.example.com",
        "AUTHORITY_TABLE": AUTHORITY,
        "ACTIVITY_TABLE": ACTIVITY,
        "FAILURES_PER_MINUTE": "300",
        "KEY_RING_SECRET": "ring",
        "SIGNING_KEYS": KEY_ARN,
        "SIGNING_KEY": KEY_ARN,
        "RECEIPT_KEY_ARN": KEY_ARN,
        "SECRETS_KEY_ARN": KEY_ARN,
        "DISPATCH_FUNCTION": "dispatch",
        "ALLOW_INSECURE_UPSTREAMS": "true",
    }
