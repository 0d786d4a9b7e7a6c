"""`make run`: the whole of Gatehouse on this machine, with a demo project, until Ctrl-C."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

from local import demo, processes
from local.aws import DidNotStart, is_free
from local.deploy import NotDeployed
from local.stack import LocalStack

HOME = Path(os.environ.get("GATEHOUSE_HOME", ".local")).resolve()
PORT = int(os.environ.get("GATEHOUSE_PORT", "8787"))
AWS_PORT = int(os.environ.get("GATEHOUSE_AWS_PORT", "8788"))
UPSTREAM_PORT = int(os.environ.get("GATEHOUSE_UPSTREAM_PORT", "8789"))


def main() -> int:
    """Run until a signal comes; return the exit status."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    HOME.mkdir(mode=0o700, exist_ok=True)
    try:
        run()
    except KeyboardInterrupt:
        print("\nStopped. The state is kept in .local/.")
        return 0
    except (DidNotStart, NotDeployed, demo.NotSeeded, OSError) as error:
        print(f"make run: {error}", file=sys.stderr)
        return 1
    finally:
        (HOME / "stack.json").unlink(missing_ok=True)
    return 0


def run() -> None:
    """Start everything, prove it, print it, keep it running."""
    began = time.monotonic()
    if not is_free(UPSTREAM_PORT):
        raise DidNotStart(f"port {UPSTREAM_PORT} is taken; is `make run` running already?")
    stack = LocalStack(home=HOME, aws_port=AWS_PORT, front_port=PORT)
    with stack:
        upstream_url = f"http://127.0.0.1:{UPSTREAM_PORT}"
        project = demo.prepare(stack.api_url, stack.admin_token, upstream_url, HOME / "demo.json")
        upstream = processes.start(
            "local.upstream",
            processes.clean_environment(PYTHONPATH="clients/python/src"),
            HOME / "logs" / "upstream.log",
            str(HOME / "demo.json"),
            str(UPSTREAM_PORT),
        )
        try:
            while is_free(UPSTREAM_PORT):
                time.sleep(0.05)
            proof = demo.prove(stack.api_url, project)
            demo.write_private(HOME / "stack.json", facts(stack, project))
            announce(stack, project, proof, time.monotonic() - began)
            keep_running(stack)
        finally:
            processes.stop(upstream)


def facts(stack: LocalStack, project: demo.Demo) -> demo.Json:
    """Collect what other programs need to know: where everything is and how to be let in."""
    return {
        "api_url": stack.api_url,
        "mcp_url": stack.mcp_url,
        "project_id": project.project_id,
        "api_key": project.api_key,
        "admin_token": stack.admin_token,
        "upstream_url": project.upstream_url,
        "tables": stack.tables,
        "pid": os.getpid(),
        "aws_url": stack.aws.endpoint,
        "functions": stack.function_names,
        "demo_file": str(stack.home / "demo.json"),
    }


def announce(stack: LocalStack, project: demo.Demo, proof: demo.Json, seconds: float) -> None:
    """Print what a person needs."""
    print(
        f"""
Gatehouse runs on this machine, ready after {seconds:.1f} s.

  proof call    tools/call who_am_i as {demo.MEMBER}
                {proof["structuredContent"]}

  MCP           {stack.mcp_url}
  API           {stack.api_url}
  upstream      {project.upstream_url}
  project       {project.project_id}
  API key       {project.api_key}
  admin token   {stack.admin_token}
  all of it     {HOME / "stack.json"}

Ctrl-C stops it; the state stays in .local/.
""",
        flush=True,
    )


def keep_running(stack: LocalStack) -> None:
    """Wait for a signal; start the local AWS again should it be killed."""
    while True:
        threading.Event().wait(0.5)
        process = stack.aws.process
        if process and process.poll() is not None:
            print("The local AWS ended; starting it again from its last save.", flush=True)
            stack.aws.start()


if __name__ == "__main__":
    sys.exit(main())
