"""How a client without a credential finds its way, through the deployed HTTP API."""

import httpx
import pytest

from local.stack import LocalStack

pytestmark = pytest.mark.stack

ROOT = "/.well-known/oauth-protected-resource"


@pytest.mark.parametrize("path", [ROOT, f"{ROOT}/mcp"])
def test_both_documents_are_there_for_everyone(stack: LocalStack, path: str) -> None:
    answer = httpx.get(stack.api_url + path, headers={"origin": "https://anywhere.example"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["access-control-allow-origin"] == "*"
    document = answer.json()
    assert document["resource"] == document["authorization_servers"][0] + "/mcp"
    assert document["bearer_methods_supported"] == ["header"]


def test_the_challenge_arrives_under_its_own_or_its_renamed_name(stack: LocalStack) -> None:
    """HTTP APIs are not documented to keep the header; whichever it is, it has to be readable."""
    answer = httpx.post(stack.mcp_url, json={"jsonrpc": "2.0", "id": 1, "method": "ping"})
    assert answer.status_code == 401
    names = ("www-authenticate", "x-amzn-remapped-www-authenticate")
    [challenge] = [answer.headers[name] for name in names if name in answer.headers]
    assert challenge.startswith('Bearer resource_metadata="')
    address = challenge.split('resource_metadata="')[1].split('"')[0]
    assert address.endswith(f"{ROOT}/mcp")
    assert 'scope="mcp"' in challenge


def test_this_http_api_keeps_the_name_of_the_challenge(stack: LocalStack) -> None:
    answer = httpx.post(stack.mcp_url, json={"jsonrpc": "2.0", "id": 1, "method": "ping"})
    assert "www-authenticate" in answer.headers
