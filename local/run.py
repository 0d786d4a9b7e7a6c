"""`make run`: the whole of Gatehouse on this machine, with a demo project, until Ctrl-C."""

import signal
import sys
import time

from local import demo
from local.aws import DidNotStart
from local.deploy import NotDeployed
from local.live import HOME, Everything, Ports, running
from local.stack import LocalStack


def main() -> int:
    """Run until a signal comes; return the exit status."""
    for ending in (signal.SIGINT, signal.SIGTERM):  # also where a shell had SIGINT ignored
        signal.signal(ending, signal.default_int_handler)
    HOME.mkdir(mode=0o700, exist_ok=True)
    try:
        run()
    except KeyboardInterrupt:
        print(f"\nStopped. The state is kept in {HOME}.")
    except (DidNotStart, NotDeployed, demo.NotSeeded, OSError) as error:
        print(f"make run: {error}", file=sys.stderr)
        return 1
    return 0


def run() -> None:
    """Start everything, prove it, print it, keep it running."""
    began = time.monotonic()
    with running(HOME, Ports.fixed()) as everything:
        proof = demo.prove(everything.stack.api_url, everything.project)
        file = HOME / "stack.json"
        demo.write_private(file, everything.facts())
        try:
            announce(everything, proof, time.monotonic() - began)
            keep_running(everything.stack)
        finally:
            file.unlink()


def announce(everything: Everything, proof: demo.Json, seconds: float) -> None:
    """Print what a person needs."""
    facts = everything.facts()
    print(
        f"""
Gatehouse runs on this machine, ready after {seconds:.1f} s.

  proof call    tools/call who_am_i, as {demo.MEMBER}
                {proof["structuredContent"]}

  console       {facts["api_url"]}/console (sign in with the demo company, as {demo.EMAIL})
  MCP           {facts["mcp_url"]}
  API           {facts["api_url"]}
  upstream      {facts["upstream_url"]}
  project       {facts["project_id"]}
  API key       {facts["api_key"]}
  admin token   {facts["admin_token"]}
  all of it     {HOME / "stack.json"}

Ctrl-C stops it; the state is kept.
""",
        flush=True,
    )


def keep_running(stack: LocalStack) -> None:
    """Wait for a signal; start the local AWS again should it be killed."""
    while True:
        time.sleep(0.5)
        process = stack.aws.process
        if process and process.poll() is not None:
            print("The local AWS ended; starting it again from its last save.", flush=True)
            stack.aws.start()


if __name__ == "__main__":
    sys.exit(main())
