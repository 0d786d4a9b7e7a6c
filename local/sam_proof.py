"""`make sam-proof`: the real SAM CLI takes the bundle from source to a called stack and back."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx

from local import demo, live
from local.aws import REGION, ROOT_KEY, LocalAws, free_port
from local.build import ROOT
from local.deploy import STACK, describe, outputs
from local.front import Front
from local.processes import clean_environment

AARCH64 = b"\xb7\x00"
"""e_machine of an ELF file, little-endian (elf.h: EM_AARCH64)."""


class NotProven(Exception):
    """A step went through and left something else behind than it should."""


def main() -> int:
    """Prove each step, loudly."""
    sam = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        aws = LocalAws(home=Path(scratch) / "home", port=free_port())
        aws.start()
        try:
            Proof(sam, aws, Path(scratch)).run()
        finally:
            aws.stop()
    print("sam-proof: validated, built, deployed, called, redeployed, deleted")
    return 0


class Proof:
    """The steps, against one empty local AWS."""

    def __init__(self, sam: Path, aws: LocalAws, scratch: Path) -> None:
        self.sam, self.aws, self.scratch = sam, aws, scratch
        self.front = Front(aws, 0)
        self.upstream_port = free_port()

    def run(self) -> None:
        """Go through all steps in order."""
        self.call_sam("validate", "--lint", "--region", REGION)
        self.build_for_lambda()
        built = self.build("host", TARGET="host", PYTHON=sys.executable)
        self.deploy(built, "LogRetentionDays=7")
        stack = describe(self.aws) or {}
        self.front.start(outputs(stack)["ApiId"])
        self.call_through()
        self.deploy(built, "LogRetentionDays=14")
        self.call_through()
        self.front.stop()
        self.call_sam("delete", "--stack-name", STACK, "--no-prompts", "--region", REGION)
        if describe(self.aws):
            raise NotProven("the stack is still there after sam delete")

    def build_for_lambda(self) -> None:
        """Build what an account gets: wheels of python3.13 for arm64, whatever this machine is."""
        layer = self.build("lambda").parent / "CoreLayer" / "python"
        foreign = [p for p in layer.rglob("*.so") if p.read_bytes()[18:20] != AARCH64]
        if foreign or not (layer / "gatehouse").is_dir():
            raise NotProven(f"not a layer for arm64: {foreign}")

    def build(self, name: str, **variables: str) -> Path:
        """Build into a folder of its own and return the built template."""
        folder = self.scratch / name
        self.call_sam("build", "--no-cached", "--build-dir", str(folder), **variables)
        return folder / "template.yaml"

    def deploy(self, template: Path, parameter: str) -> None:
        """Deploy with one parameter that shows in the stack."""
        self.call_sam(
            *("deploy", "--template-file", str(template), "--stack-name", STACK),
            *("--resolve-s3", "--capabilities", "CAPABILITY_IAM", "--region", REGION),
            *("--no-confirm-changeset", "--parameter-overrides", "Stage=local", parameter),
            *(f"PublicUrl={self.front.url}", "AllowInsecureUpstreams=true"),
        )
        found = {p["ParameterKey"]: p["ParameterValue"] for p in describe(self.aws)["Parameters"]}  # type: ignore[index]
        name, _, value = parameter.partition("=")
        if found[name] != value:
            raise NotProven(f"{name} is {found[name]} after deploying {value}")

    def call_through(self) -> None:
        """Be refused without a key; then call a tool as a member, signed all the way.

        The second time the demo project is still there: deploying again keeps the data.
        """
        ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        refused = httpx.post(f"{self.front.url}/mcp", json=ping, timeout=30)
        if refused.status_code != httpx.codes.UNAUTHORIZED:
            raise NotProven(f"/mcp without a key answered {refused.status_code}: {refused.text}")
        file = self.scratch / "demo.json"
        upstream_url = f"http://127.0.0.1:{self.upstream_port}"
        project = demo.prepare(self.front.url, self.admin_token(), upstream_url, file)
        with live.upstream(self.aws.home, file, self.upstream_port):
            said = demo.prove(self.front.url, project)
        print("called: who_am_i in project", project.project_id, said["structuredContent"])

    def admin_token(self) -> str:
        """Read the token that the deployment made, as its administrator would."""
        name = outputs(describe(self.aws) or {})["AdminTokenSecret"]
        found = self.aws.client("secretsmanager").get_secret_value(SecretId=name)
        return str(found["SecretString"])

    def call_sam(self, *arguments: str, **variables: str) -> None:
        """Run the SAM CLI against the local AWS; it fails when SAM does."""
        print("$ sam", *arguments, flush=True)
        environment = clean_environment(
            SAM_CLI_TELEMETRY="0",
            SAM_CLI_POLL_DELAY="1",
            AWS_ENDPOINT_URL=self.aws.endpoint,
            AWS_ACCESS_KEY_ID=ROOT_KEY,
            AWS_SECRET_ACCESS_KEY=ROOT_KEY,
            AWS_DEFAULT_REGION=REGION,
            **variables,
        )
        environment["HOME"] = str(self.scratch)  # no configuration of the developer's
        environment["PATH"] = os.pathsep.join([str(self.sam.parent), environment["PATH"]])
        subprocess.run([str(self.sam), *arguments], cwd=ROOT, env=environment, check=True)


if __name__ == "__main__":
    sys.exit(main())
