"""Gatehouse on this machine: local AWS, built template, front. Tests and `make run` share it."""

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from local.aws import LocalAws
from local.build import built_template
from local.deploy import Deployed, deploy
from local.front import Front

FUNCTIONS = ("mcp", "dispatch", "token", "signin", "keys", "console", "rotate", "audit")
VERSIONED = frozenset(FUNCTIONS) - {"rotate", "audit"}
"""Those of which a published version serves, the one that the alias LIVE names."""
LIVE = "live"


@dataclass(kw_only=True)
class LocalStack:
    """A deployed stack that answers on `front_port`; port 0 takes a free one."""

    home: Path
    aws_port: int
    front_port: int = 0
    parameters: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.aws = LocalAws(home=self.home, port=self.aws_port)
        self.front = Front(self.aws, self.front_port)
        self.deployed = Deployed(outputs={}, changed=False)

    def start(self) -> None:
        """Build what changed, start the local AWS, deploy what changed, and serve."""
        template = built_template()
        self.aws.start()
        self.deploy(template)
        self.front.start(self.outputs["ApiId"])

    def deploy(self, template: dict[str, Any]) -> None:
        """Deploy `template` with this stack's parameters."""
        machine = platform.machine()
        parameters = {
            "Stage": "local",
            "Architecture": "arm64" if machine in ("arm64", "aarch64") else "x86_64",
            "AllowInsecureUpstreams": "true",
            "PublicUrl": self.front.url,
        }
        self.deployed = deploy(self.aws, template, {**parameters, **self.parameters})

    def stop(self) -> None:
        """Stop serving, then stop the local AWS, which saves its state."""
        self.front.stop()
        self.aws.stop()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.aws.stop()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    @property
    def outputs(self) -> Mapping[str, str]:
        """The stack's outputs."""
        return self.deployed.outputs

    @property
    def api_url(self) -> str:
        """The origin of the API."""
        return self.front.url

    @property
    def mcp_url(self) -> str:
        """Where MCP clients connect."""
        return f"{self.front.url}/mcp"

    @property
    def tables(self) -> dict[str, str]:
        """The names of the two tables."""
        return {
            "authority": self.outputs["AuthorityTable"],
            "activity": self.outputs["ActivityTable"],
        }

    @cached_property
    def admin_token(self) -> str:
        """The bootstrap admin token."""
        secrets = self.aws.client("secretsmanager")
        found = secrets.get_secret_value(SecretId=self.outputs["AdminTokenSecret"])
        return str(found["SecretString"])

    def offer_sign_in(self, *providers: Mapping[str, str]) -> None:
        """List providers where people can sign in, as an operator does."""
        self.client("secretsmanager").put_secret_value(
            SecretId=self.outputs["OidcProvidersSecret"],
            SecretString=json.dumps({"providers": providers}),
        )

    @property
    def function_names(self) -> dict[str, str]:
        """The deployed name of each of `functions/`."""
        return {noun: self.outputs[f"{noun.capitalize()}Function"] for noun in FUNCTIONS}

    def function(self, noun: str) -> dict[str, Any]:
        """Return the configuration with which `functions/<noun>` serves."""
        name = self.function_names[noun]
        configuration: dict[str, Any] = self.client("lambda").get_function_configuration(
            FunctionName=f"{name}:{LIVE}" if noun in VERSIONED else name
        )
        return configuration

    def client(self, service: str) -> Any:  # noqa: ANN401
        """Make a client of `service` with all rights."""
        return self.aws.client(service)

    def as_role(self, noun: str, service: str) -> Any:  # noqa: ANN401
        """Make a client of `service` with the rights of `functions/<noun>` and no others."""
        return self.aws.client(service, self.aws.as_role(self.function(noun)["Role"]))

    def log_lines(self, noun: str) -> list[str]:
        """Return every line that `functions/<noun>` has logged."""
        logs, group = self.client("logs"), self.function(noun)["LoggingConfig"]["LogGroup"]
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        return [event["message"] for page in pages for event in page["events"]]
