"""The local AWS as a process: start it, wait until it serves, talk to it, stop it."""

import json
import shutil
import socket
import subprocess
import time
import urllib.request
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local import processes

REGION = "us-east-1"
ROOT_KEY = "test"
"""MiniStack's name for the account's root user, and its password."""
ACCOUNT = "000000000000"
STARTS_WITHIN = 30.0
"""Seconds until a start counts as failed."""


class DidNotStart(Exception):
    """The local AWS did not answer in time; its log says why."""


@dataclass(kw_only=True)
class LocalAws:
    """One MiniStack with role policies enforced, its state under `home`."""

    home: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def endpoint(self) -> str:
        """Where every AWS service answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What the local AWS itself says; the functions' lines are in CloudWatch Logs."""
        return self.home / "logs" / "aws.log"

    def start(self) -> None:
        """Start and wait until it is healthy.

        Raises:
            DidNotStart: The port is taken, or the process ended or stayed silent.
        """
        if not is_free(self.port):
            raise DidNotStart(f"port {self.port} is taken; is `make run` running already?")
        scratch = self.home / "tmp"
        shutil.rmtree(scratch, ignore_errors=True)  # what a killed run left behind
        for folder in (self.home, scratch, self.home / "state", self.home / "s3"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.process = processes.start("local.launcher", self._environment(scratch), self.log)
        deadline = time.monotonic() + STARTS_WITHIN
        while not self.healthy():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise DidNotStart(f"the local AWS did not start; see {self.log}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End the process, which saves its state, and delete its temporary files."""
        if self.process:
            processes.stop(self.process)
            self.process = None
        shutil.rmtree(self.home / "tmp", ignore_errors=True)

    def healthy(self) -> bool:
        """Ask whether it serves."""
        try:
            with urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=2) as answer:
                return bool(json.load(answer))
        except (OSError, ValueError):
            return False

    @cached_property
    def session(self) -> boto3.Session:
        """A session of the account's root user."""
        return boto3.Session(
            aws_access_key_id=ROOT_KEY, aws_secret_access_key=ROOT_KEY, region_name=REGION
        )

    def client(self, service: str, session: boto3.Session | None = None) -> Any:  # noqa: ANN401
        """Make a client of `service`, as root unless a session is given."""
        return (session or self.session).client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoint,
            config=Config(
                retries={"total_max_attempts": 1}, read_timeout=60, max_pool_connections=64
            ),
        )

    def role_credentials(self, role_arn: str) -> dict[str, str]:
        """Return credentials with the rights of a role and no others, as boto3 names them."""
        answer = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="as-role")
        return {
            "aws_access_key_id": answer["Credentials"]["AccessKeyId"],
            "aws_secret_access_key": answer["Credentials"]["SecretAccessKey"],
            "aws_session_token": answer["Credentials"]["SessionToken"],
        }

    def as_role(self, role_arn: str) -> boto3.Session:
        """Open a session with the rights of a role and no others."""
        rights = self.role_credentials(role_arn)
        return boto3.Session(
            rights["aws_access_key_id"],
            rights["aws_secret_access_key"],
            rights["aws_session_token"],
            region_name=REGION,
        )

    def _environment(self, scratch: Path) -> dict[str, str]:
        return processes.clean_environment(
            BIND_HOST="127.0.0.1",
            IOT_MTLS_ENABLED="0",
            GATEWAY_PORT=str(self.port),
            AUTH="true",
            AWS_DEFAULT_REGION=REGION,
            LOG_LEVEL="WARNING",
            POWERTOOLS_LOG_LEVEL="INFO",  # functions inherit both, and theirs is the second
            PERSIST_STATE="1",
            STATE_DIR=str(self.home / "state"),
            S3_PERSIST="1",
            S3_DATA_DIR=str(self.home / "s3"),
            TMPDIR=str(scratch),
        )


def is_free(port: int) -> bool:
    """Ask whether nobody listens on `port` of 127.0.0.1."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
