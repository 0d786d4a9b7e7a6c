"""`make invoke F=mcp E=tools_list`: one function, one event, AWS's own runtime client, no Docker.

The function runs in `awslambdaric`, which polls the Runtime API below as it polls Lambda's. Its
environment, rights and tables are those of the stack of `make run`, or of one started for this.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local import demo
from local.aws import REGION, LocalAws
from local.build import ROOT, build_layer
from local.live import engine, live
from local.processes import clean_environment
from local.runtime_api import Outcome, RuntimeApi

EVENTS = ROOT / "events"
SAMPLES = EVENTS / "samples.json"
"""Credentials and ids as the sample events spell them, by their names in stack.json."""


class DidNotAnswer(Exception):
    """The function did not start, ended, or took longer than it may."""


def invoke(aws: LocalAws, function: str, noun: str, event: bytes) -> Outcome:
    """Run `functions/<noun>` on `event` with the environment and rights of `function`.

    Raises:
        DidNotAnswer: With what it wrote to its log.
    """
    configuration = aws.client("lambda").get_function_configuration(FunctionName=function)
    rights = aws.role_credentials(configuration["Role"])
    api = RuntimeApi(
        event=event,
        function_arn=configuration["FunctionArn"],
        seconds=configuration["Timeout"],
    )
    code = ROOT / "functions" / noun
    with api.serving() as address, tempfile.TemporaryFile() as log:
        environment = clean_environment(
            **configuration.get("Environment", {}).get("Variables", {}),
            AWS_LAMBDA_RUNTIME_API=address,
            AWS_LAMBDA_FUNCTION_NAME=function,
            AWS_LAMBDA_FUNCTION_MEMORY_SIZE=str(configuration["MemorySize"]),
            AWS_LAMBDA_FUNCTION_VERSION="$LATEST",
            AWS_REGION=REGION,
            AWS_DEFAULT_REGION=REGION,
            AWS_ENDPOINT_URL=aws.endpoint,
            **{name.upper(): value for name, value in rights.items()},
            LAMBDA_TASK_ROOT=str(code),
            PYTHONPATH=os.pathsep.join([str(code), str(build_layer() / "python")]),
            PYTHONDONTWRITEBYTECODE="1",
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "awslambdaric", configuration["Handler"]],
            cwd=code,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            deadline = time.monotonic() + api.seconds + 10  # Lambda's limit for a start
            while not api.answered.wait(0.05):
                if process.poll() is not None or time.monotonic() > deadline:
                    break
        finally:
            process.kill()
            process.wait()
        log.seek(0)
        written = log.read().decode(errors="replace")
    print(written, end="", file=sys.stderr)
    if api.outcome is None:
        raise DidNotAnswer(f"functions/{noun} gave no answer")
    return api.outcome


def main() -> int:
    """Run the events that the command line names and print each answer."""
    noun, name = [*sys.argv[1:], "", ""][:2]
    nouns = [noun] if noun else sorted(p.name for p in EVENTS.iterdir() if p.is_dir())
    files = [f for n in nouns for f in sorted((EVENTS / n).glob(f"{name or '*'}.json"))]
    if not files:
        print(f"There is no events/{noun or '*'}/{name or '*'}.json.", file=sys.stderr)
        return 2
    failures = 0
    with live() as facts:
        for file in files:
            name = facts["functions"][file.parent.name]
            event = spelled_live(file.read_text(), facts)
            outcome = invoke(engine(facts), name, file.parent.name, event.encode())
            failures += outcome.failed
            print(f"{file.parent.name}/{file.stem}:", json.dumps(outcome.payload, indent=2))
    print(f"{len(files) - failures} passed, {failures} failed")
    return 1 if failures else 0


def spelled_live(event: str, facts: Mapping[str, Any]) -> str:
    """Put live credentials and ids where the sample has its made-up ones."""
    project = demo.load(Path(facts["demo_file"]))
    fresh = {
        "session_token": lambda: demo.session_token(facts["api_url"], project),
        "member_assertion": lambda: project.signer().sign(demo.MEMBER),
    }
    for name, sample in json.loads(SAMPLES.read_text()).items():
        if sample in event:
            event = event.replace(sample, fresh[name]() if name in fresh else facts[name])
    return event


if __name__ == "__main__":
    sys.exit(main())
