"""One deployed function in a process of its own: its code, its settings, its rights.

The gateway decides how many processes serve a function; here a test does. A process answers one
event after another, as on Lambda.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from local.aws import REGION
from local.build import ROOT, build_layer
from local.processes import clean_environment
from local.stack import LocalStack

_CODE: Final = """
import json, os, sys
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
if at := os.environ.pop("CLOCK_MS", ""):
    from gatehouse.wiring import clock
    clock.now_ms = lambda: int(at)
try:
    from app import lambda_handler
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")
print("ready", file=answers, flush=True)
for line in sys.stdin:
    print(json.dumps(lambda_handler(json.loads(line), None)), file=answers, flush=True)
"""
"""What it logs goes where its errors go, and does not mix with its answers."""


class DoesNotServe(Exception):
    """A process that ended before it took an event; the text is what it said last."""


@dataclass(frozen=True)
class Handler:
    """A process that answers events."""

    process: subprocess.Popen[str]

    def answer(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one event."""
        [answer] = self.answers([event])
        return answer

    def answers(self, events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Answer events one after another."""
        assert self.process.stdin
        assert self.process.stdout
        found = []
        for event in events:
            print(json.dumps(event), file=self.process.stdin, flush=True)
            found.append(json.loads(self.process.stdout.readline()))
        return found


@contextmanager
def handler(stack: LocalStack, noun: str, **settings: str) -> Iterator[Handler]:
    """Start `functions/<noun>` as it is deployed, but for `settings` of its environment.

    CLOCK_MS stops the clock by which limits are counted.

    Raises:
        DoesNotServe: With the reason that it gave.
    """
    deployed = stack.function(noun)
    code = ROOT / "functions" / noun
    environment = clean_environment(
        **deployed["Environment"]["Variables"],
        AWS_REGION=REGION,
        AWS_DEFAULT_REGION=REGION,
        AWS_ENDPOINT_URL=stack.aws.endpoint,
        **{n.upper(): value for n, value in stack.aws.role_credentials(deployed["Role"]).items()},
        PYTHONPATH=os.pathsep.join([str(code), str(build_layer() / "python")]),
        PYTHONDONTWRITEBYTECODE="1",
    )
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(
            [sys.executable, "-c", _CODE],
            cwd=code,
            env={**environment, **settings},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        assert process.stdout
        try:
            if process.stdout.readline() != "ready\n":
                process.wait()
                log.seek(0)
                raise DoesNotServe(log.read().strip().rpartition("\n")[2])
            yield Handler(process)
        finally:
            process.kill()
