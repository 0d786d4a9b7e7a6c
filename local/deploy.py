"""What `sam package` and `sam deploy` do: upload what is built, then execute a change set."""

import hashlib
import io
import json
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local.aws import REGION, LocalAws

STACK = "gatehouse"
BUCKET = "gatehouse-artifacts"
DIGEST = "gatehouse:digest"
"""The stack's tag that says which template, code and parameters it was deployed from."""
DEPLOYS_WITHIN = 120.0
"""Seconds until a deployment counts as failed."""


class NotDeployed(Exception):
    """CloudFormation refused the change set or rolled it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """A stack that stands."""

    outputs: Mapping[str, str]
    changed: bool


def deploy(aws: LocalAws, template: dict[str, Any], parameters: Mapping[str, str]) -> Deployed:
    """Bring the stack to `template` with `parameters`, or find that it stands so already.

    Raises:
        NotDeployed: With the reason that CloudFormation gives.
    """
    body = json.dumps(package(aws, template), default=str)
    wanted = hashlib.sha256(
        (body + json.dumps(dict(parameters), sort_keys=True)).encode()
    ).hexdigest()
    stack = describe(aws)
    if stack and {"Key": DIGEST, "Value": wanted} in stack.get("Tags", []):
        return Deployed(outputs=outputs(stack), changed=False)
    cloudformation = aws.client("cloudformation")
    try:
        change = cloudformation.create_change_set(
            StackName=STACK,
            ChangeSetName=f"change-{wanted[:16]}-{time.time_ns()}",
            ChangeSetType="UPDATE" if stack else "CREATE",
            TemplateURL=uploaded(aws, body),
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Tags=[{"Key": DIGEST, "Value": wanted}],
        )
    except ClientError as error:
        raise NotDeployed(str(error)) from error
    settled = until_settled(lambda: cloudformation.describe_change_set(ChangeSetName=change["Id"]))
    if settled["Status"] != "CREATE_COMPLETE":
        raise NotDeployed(settled.get("StatusReason", settled["Status"]))
    cloudformation.execute_change_set(ChangeSetName=change["Id"])
    stack = until_settled(lambda: describe(aws) or {})
    if stack["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise NotDeployed(reasons(cloudformation))
    return Deployed(outputs=outputs(stack), changed=True)


def package(aws: LocalAws, template: dict[str, Any]) -> dict[str, Any]:
    """Upload the folders that `template` names, and name the uploads instead."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        for name, pack in (("CodeUri", zipped), ("ContentUri", linked)):
            if name in properties:
                content = pack(Path(properties[name]))
                key = hashlib.sha256(content).hexdigest()
                s3.put_object(Bucket=BUCKET, Key=key, Body=content)
                properties[name] = f"s3://{BUCKET}/{key}"
    return template


def uploaded(aws: LocalAws, body: str) -> str:
    """Upload the template, which is longer than a request may be; return where it is."""
    key = f"{hashlib.sha256(body.encode()).hexdigest()}.template"
    aws.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body.encode())
    return f"https://s3.{REGION}.amazonaws.com/{BUCKET}/{key}"


def zipped(folder: Path) -> bytes:
    """Zip `folder` so that the same content gives the same bytes."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".pyc")
    return archive({str(p.relative_to(folder)): p.read_bytes() for p in files})


def linked(layer: Path) -> bytes:
    """Make a layer that leads to the built one on this disk.

    The local AWS unpacks a layer for each worker and keeps it in its state as text: with 60 MB
    that is a second per cold start and half a second per save. `make sam-proof` deploys the real
    zip.
    """
    return archive({"python/lib/linked/site-packages/core.pth": f"{layer / 'python'}\n".encode()})


def archive(files: Mapping[str, bytes]) -> bytes:
    """Write a zip whose bytes follow from its content alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as written:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o755 << 16
            written.writestr(entry, content)
    return buffer.getvalue()


def describe(aws: LocalAws) -> dict[str, Any] | None:
    """Describe the stack, if there is one."""
    try:
        stacks = aws.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    except ClientError:
        return None
    return next((s for s in stacks if s["StackStatus"] != "REVIEW_IN_PROGRESS"), None)


def outputs(stack: Mapping[str, Any]) -> dict[str, str]:
    """Read the stack's outputs."""
    return {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])}


def until_settled(ask: Any) -> Any:  # noqa: ANN401
    """Ask until the status is no longer one of passage."""
    deadline = time.monotonic() + DEPLOYS_WITHIN
    while True:
        answer = ask()
        status = answer.get("StackStatus") or answer.get("Status") or "IN_PROGRESS"
        if not status.endswith(("IN_PROGRESS", "PENDING")):
            return answer
        if time.monotonic() > deadline:
            raise NotDeployed(f"still {status} after {DEPLOYS_WITHIN:.0f} s")
        time.sleep(0.05)


def reasons(cloudformation: Any) -> str:  # noqa: ANN401
    """Collect what the stack's events say went wrong."""
    events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    failed = [e for e in events if e["ResourceStatus"].endswith("FAILED")]
    return "; ".join(f"{e['LogicalResourceId']}: {e.get('ResourceStatusReason')}" for e in failed)
