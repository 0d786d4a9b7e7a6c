"""The suite's tests of authorization servers, against ours: `person` is at the browser."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from local.aws import free_port
from tests.browser.company import CLIENT_ID, CLIENT_SECRET, company
from tests.conformance import fixtures, ground, node, person, suite

SCENARIOS: Final = frozenset({"authorization-server-metadata-endpoint", "authorization-code-grant"})
"""All that there are. None is expected to fail, to warn, or to be skipped."""
LONGEST: Final = 120.0
"""Seconds that a run may take."""


def run(laid: ground.Ground) -> suite.Findings:
    """Run every scenario, and return what is wrong.

    The client is a public one: where a server knows such clients, the suite uses no secret.
    """
    with _company(laid):
        return _run(laid)


def judge(findings: suite.Findings) -> bool:
    """Print the figures and every fault; tell whether all is well."""
    for name in sorted(SCENARIOS):
        for fault in findings.get(name, (suite.Fault("-", "FAILURE", "did not run"),)):
            print(f"authorization {name} {fault.status} {fault.check}: {fault.message}")
    passed = [name for name in SCENARIOS if findings.get(name) == ()]
    print(f"authorization: {len(passed)}/{len(SCENARIOS)}")
    return findings == dict.fromkeys(SCENARIOS, ())


def main() -> int:
    """Run these scenarios alone."""
    with ground.laid() as laid:
        return 0 if judge(run(laid)) else 1


@contextmanager
def _company(laid: ground.Ground) -> Iterator[None]:
    """Let people sign in at a provider of their company."""
    with company([f"{laid.api_url}/signin/callback/company"]) as provider:
        listed = {
            "id": "company",
            "kind": "oidc",
            "name": "Company",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "issuer": provider.issuer,
        }
        laid.stack.client("secretsmanager").put_secret_value(
            SecretId=laid.stack.outputs["OidcProvidersSecret"],
            SecretString=json.dumps({"providers": [listed]}),
        )
        yield


def _run(laid: ground.Ground) -> suite.Findings:
    port = free_port()
    redirect_uri = f"http://127.0.0.1:{port}/callback"
    with httpx.Client(base_url=laid.api_url, timeout=60) as http:
        body = {
            "name": f"Authorization {port}",
            "kind": "oauth",
            "redirect_uris": [redirect_uri],
            "public": True,
            "admission": "any",
        }
        made = fixtures.created(http, laid.api_key, "/api/v1/integrations", body)
    options = ["--client-id", made["client"]["client_id"], "--port", str(port)]
    options += ["--url", laid.api_url, "--resource", f"{laid.api_url}/mcp"]
    with tempfile.TemporaryDirectory(prefix="authorization-") as results:
        command = [str(node.NODE), str(node.HERE / "node_modules" / suite.PROGRAM)]
        with subprocess.Popen(
            [*command, "authorization", *options, "--output-dir", results],
            env={"PATH": "/usr/bin:/bin", "HOME": results, "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as running:
            assert running.stdout
            try:
                for line in running.stdout:
                    if line.startswith(f"{laid.api_url}/oauth/authorize?"):
                        person.allow(line.strip(), redirect_uri)
                running.wait(LONGEST)
            finally:
                running.kill()
        return dict(suite.read(Path(results), suite.FAULTY | {"SKIPPED"}))


if __name__ == "__main__":
    sys.exit(main())
