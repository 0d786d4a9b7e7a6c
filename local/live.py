"""Everything at once: the stack, the demo project in it, the demo upstream beside it."""

import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local import demo, processes
from local.aws import DidNotStart, LocalAws, free_port, is_free
from local.provider import demo_company
from local.stack import LocalStack

HOME = Path(os.environ.get("GATEHOUSE_HOME", ".local")).resolve()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where each part listens on 127.0.0.1."""

    front: int
    aws: int
    upstream: int

    @classmethod
    def fixed(cls) -> "Ports":
        """Return those of `make run`, which the environment may change."""
        return cls(
            front=int(os.environ.get("GATEHOUSE_PORT", "8787")),
            aws=int(os.environ.get("GATEHOUSE_AWS_PORT", "8788")),
            upstream=int(os.environ.get("GATEHOUSE_UPSTREAM_PORT", "8789")),
        )

    @classmethod
    def free(cls) -> "Ports":
        """Return some that nobody listens on."""
        return cls(front=0, aws=free_port(), upstream=free_port())


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """What runs, and the demo in it."""

    stack: LocalStack
    project: demo.Demo

    def facts(self) -> demo.Json:
        """Collect what other programs need to know: where it all is and how to be let in."""
        return {
            "api_url": self.stack.api_url,
            "mcp_url": self.stack.mcp_url,
            "project_id": self.project.project_id,
            "api_key": self.project.api_key,
            "admin_token": self.stack.admin_token,
            "upstream_url": self.project.upstream_url,
            "tables": self.stack.tables,
            "pid": os.getpid(),
            "aws_url": self.stack.aws.endpoint,
            "functions": self.stack.function_names,
            "demo_file": str(self.stack.home / "demo.json"),
        }


@contextmanager
def running(home: Path, ports: Ports) -> Iterator[Everything]:
    """Start everything with its state in `home`, and stop it at the end.

    Raises:
        DidNotStart: A port is taken, or a part stayed silent.
    """
    if not is_free(ports.upstream):
        raise DidNotStart(f"port {ports.upstream} is taken; is `make run` running already?")
    url, file = f"http://127.0.0.1:{ports.upstream}", home / "demo.json"
    administrator = {"AdminEmails": demo.EMAIL}
    with (
        LocalStack(
            home=home, aws_port=ports.aws, front_port=ports.front, parameters=administrator
        ) as stack,
        demo_company(demo.EMAIL) as company,
    ):
        stack.offer_sign_in(company.listed())
        project = demo.prepare(stack.api_url, stack.admin_token, url, file)
        with upstream(home, file, ports.upstream):
            yield Everything(stack=stack, project=project)


@contextmanager
def upstream(home: Path, file: Path, port: int) -> Iterator[None]:
    """Run the demo upstream for the project kept in `file`."""
    log = home / "logs" / "upstream.log"
    environment = processes.clean_environment(PYTHONPATH="clients/python/src")
    process = processes.start("local.upstream", environment, log, str(file), str(port))
    try:
        while is_free(port):
            if process.poll() is not None:
                raise DidNotStart(f"the demo upstream did not start; see {log}")
            time.sleep(0.05)
        yield
    finally:
        processes.stop(process)


@contextmanager
def live() -> Iterator[demo.Json]:
    """Give the facts of `make run`, or of everything started for as long as this takes."""
    known = HOME / "stack.json"
    if known.exists():
        facts: demo.Json = json.loads(known.read_text())
        if engine(facts).healthy():
            yield facts
            return
    with tempfile.TemporaryDirectory() as home, running(Path(home), Ports.free()) as everything:
        yield everything.facts()


def engine(facts: demo.Json) -> LocalAws:
    """Return the local AWS that `facts` tell of."""
    port = int(str(facts["aws_url"]).rpartition(":")[2])
    return LocalAws(home=Path(facts["demo_file"]).parent, port=port)
