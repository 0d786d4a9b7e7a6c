"""The local AWS: pinned, enforced, saved, and gone when its parent is."""

import copy
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest
from botocore.exceptions import ClientError
from ministack.services import apigateway

from local import launcher
from local.aws import DidNotStart, LocalAws, free_port, is_free
from local.build import built_template
from local.deploy import NotDeployed
from local.front import Front
from local.stack import FUNCTIONS, LocalStack

ITEM = {"PK": {"S": "P#kept"}, "SK": {"S": "META"}, "name": {"S": "written before the kill"}}
TABLE = "Kept"


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[LocalAws]:
    local = LocalAws(home=tmp_path, port=free_port())
    local.start()
    yield local
    local.stop()


def with_an_item(aws: LocalAws) -> None:
    dynamodb = aws.client("dynamodb")
    dynamodb.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("PK", "SK")],
        KeySchema=[
            {"AttributeName": "PK", "KeyType": "HASH"},
            {"AttributeName": "SK", "KeyType": "RANGE"},
        ],
    )
    dynamodb.put_item(TableName=TABLE, Item=ITEM)


def kept_item(aws: LocalAws) -> object:
    key = {name: ITEM[name] for name in ("PK", "SK")}
    return aws.client("dynamodb").get_item(TableName=TABLE, Key=key).get("Item")


def test_the_patched_internals_are_where_the_launcher_expects_them() -> None:
    launcher.check_internals()  # raises InternalsMoved

    assert version("ministack") == launcher.MINISTACK


def test_another_version_of_ministack_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "MINISTACK", "1.5.34")

    with pytest.raises(launcher.InternalsMoved, match=r"ministack 1\.5\.33 instead of 1\.5\.34"):
        launcher.check_internals()


def test_an_internal_with_another_signature_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apigateway, "_create_route", lambda _api_id: None)

    with pytest.raises(launcher.InternalsMoved, match="_create_route"):
        launcher.check_internals()


def test_state_survives_a_stop(aws: LocalAws) -> None:
    with_an_item(aws)

    aws.stop()
    aws.start()

    assert kept_item(aws) == ITEM


def test_state_survives_a_kill_but_for_the_last_save(aws: LocalAws) -> None:
    with_an_item(aws)
    time.sleep(launcher.SAVE_EVERY + 1)
    assert aws.process

    aws.process.kill()
    aws.process.wait()
    aws.start()

    assert kept_item(aws) == ITEM


def test_a_stop_leaves_no_temporary_files(aws: LocalAws) -> None:
    aws.stop()

    assert not (aws.home / "tmp").exists()


def test_a_second_local_aws_on_the_same_port_is_refused(aws: LocalAws) -> None:
    with pytest.raises(DidNotStart, match="is taken"):
        LocalAws(home=aws.home, port=aws.port).start()


def test_it_listens_on_this_machine_only(aws: LocalAws) -> None:
    assert aws.process
    process = Path(f"/proc/{aws.process.pid}")
    opened = {str(fd.readlink()) for fd in (process / "fd").iterdir()}
    tables = [(process / "net" / name).read_text().splitlines()[1:] for name in ("tcp", "tcp6")]
    sockets = [row.split() for rows in tables for row in rows]
    listening = [s[1] for s in sockets if s[3] == "0A" and f"socket:[{s[9]}]" in opened]

    assert listening == [f"0100007F:{aws.port:04X}"]  # 127.0.0.1 in little-endian hexadecimal


def test_the_local_aws_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    port = free_port()
    program = (
        "import pathlib, time; from local.aws import LocalAws\n"
        f"aws = LocalAws(home=pathlib.Path({str(tmp_path)!r}), port={port})\n"
        "aws.start(); print('ready', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"ready\n"

        parent.send_signal(signal.SIGKILL)

    deadline = time.monotonic() + 10
    while not is_free(port) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert is_free(port)


# --- the deployed stack ---------------------------------------------------------------------------


def test_every_function_is_deployed_with_its_own_role(stack: LocalStack) -> None:
    roles = {stack.function(noun)["Role"] for noun in FUNCTIONS}

    assert len(roles) == len(FUNCTIONS)


def test_deploying_the_same_again_changes_nothing(stack: LocalStack) -> None:
    template = built_template()

    stack.deploy(copy.deepcopy(template))
    stack.deploy(template)

    assert stack.deployed.changed is False


def test_functions_see_their_layer_and_no_package_of_the_machine(stack: LocalStack) -> None:
    """`-I -S` and a layer: `pytest` stands in this environment and must not be importable."""
    bare = stack.home / "tmp" / "lambda-python"

    ran = subprocess.run([bare, "-c", "import pytest"], capture_output=True, text=True, check=False)

    assert "ModuleNotFoundError: No module named 'pytest'" in ran.stderr


UNKNOWN = ("AWS::SecretsManager::RotationSchedule", "AWS::Logs::QueryDefinition")
"""What only a deployment for others to use has, and the local AWS does not know."""


@pytest.mark.parametrize(
    ("rule", "parameters"),
    [
        (
            "OnlyDevelopersMintUnverified",
            {"AllowUnverifiedMemberSessionMinting": "true", "AllowInsecureUpstreams": "false"},
        ),
        (
            "OnlyDevelopersAllowAnyOrigin",
            {"AllowedOrigins": "*", "AllowInsecureUpstreams": "false"},
        ),
        ("OnlyLocalHasInsecureUpstreams", {"AllowInsecureUpstreams": "true"}),
    ],
)
def test_cloudformation_refuses_in_prod(
    stack: LocalStack, rule: str, parameters: dict[str, str]
) -> None:
    template = built_template()
    known = template["Resources"].items()
    template["Resources"] = {name: made for name, made in known if made["Type"] not in UNKNOWN}
    before, stack.parameters = stack.parameters, {"Stage": "prod", **parameters}

    try:
        with pytest.raises(NotDeployed, match=f"rule {rule} failed"):
            stack.deploy(template)
    finally:
        stack.parameters = before


def test_a_function_is_refused_what_its_role_does_not_allow(stack: LocalStack) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        stack.as_role("mcp", "dynamodb").put_item(TableName=stack.tables["authority"], Item=ITEM)


# --- the front ------------------------------------------------------------------------------------


def test_a_foreign_host_is_refused(stack: LocalStack) -> None:
    answer = httpx.get(f"{stack.api_url}/health", headers={"host": "gate.example.com"})

    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


def test_a_request_line_and_headers_above_10_kb_are_refused(stack: LocalStack) -> None:
    answer = httpx.get(f"{stack.api_url}/health", headers={"x-long": "x" * 10_240})

    assert answer.status_code == 431


def test_a_body_above_10_mb_is_refused(stack: LocalStack) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", stack.front.port)) as connection:
        connection.putrequest("POST", "/mcp")
        connection.putheader("content-length", str(10 * 1024 * 1024 + 1))
        connection.endheaders()

        answer = connection.getresponse()

        assert (answer.status, json.load(answer)) == (413, {"message": "Request Entity Too Large"})


@pytest.mark.parametrize("headers", [{"content-length": "some"}, {"transfer-encoding": "chunked"}])
def test_a_body_of_no_readable_length_is_refused(
    stack: LocalStack, headers: dict[str, str]
) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", stack.front.port)) as connection:
        connection.putrequest("POST", "/mcp")
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(b"not a length\r\n")

        assert connection.getresponse().status == 400


def test_while_the_local_aws_is_down_the_front_says_so(tmp_path: Path) -> None:
    front = Front(LocalAws(home=tmp_path, port=free_port()), 0)
    front.lambda_ = front.aws.client("lambda")

    assert front.invoke("any", {}).status == 503

    front.server.server_close()


def test_this_process_keeps_no_credentials_of_a_developer(stack: LocalStack) -> None:
    """Nothing of the developer's environment reaches the local AWS, hence no function."""
    assert stack.aws.process
    environ = Path(f"/proc/{stack.aws.process.pid}/environ").read_bytes().decode().split("\0")
    names = {entry.partition("=")[0] for entry in environ if entry}

    assert not {n for n in names if n.startswith("AWS_")} - {"AWS_DEFAULT_REGION"}
    assert "PYTEST_VERSION" in os.environ
    assert "PYTEST_VERSION" not in names
