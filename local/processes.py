"""Child processes that never outlive their parent, and how to end them."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARENT = "GATEHOUSE_PARENT_PID"
PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that Linux sends to a process when its parent dies."""


def start(
    module: str, env: Mapping[str, str], log: Path, *arguments: str
) -> subprocess.Popen[bytes]:
    """Start `python -m module` in a session of its own, so that Ctrl-C reaches its parent alone."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env={**env, PARENT: str(os.getpid())},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def stop(process: subprocess.Popen[bytes], patience: float = 8.0) -> None:
    """Ask `process` to end, and insist after `patience` seconds."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def end_with_parent() -> None:
    """Make this process end when the one that started it does, however that ends.

    The kernel tells us on Linux; elsewhere a thread looks twice a second.
    """
    parent = int(os.environ.get(PARENT, "0"))
    if not parent:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we could ask
            os.kill(os.getpid(), signal.SIGTERM)
        return
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def clean_environment(**extra: str) -> dict[str, str]:
    """Return the little of this environment that a child may see, with `extra`.

    Functions inherit the environment of the local AWS, so nothing of the developer's own, least
    of all AWS credentials, may stand in it.
    """
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "SYSTEMROOT")
    return {name: os.environ[name] for name in kept if name in os.environ} | extra
