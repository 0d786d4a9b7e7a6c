"""How to run what is installed for Node, without a Node on the machine."""

import os
import subprocess
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
HERE: Final = Path(__file__).resolve().parent
NODE: Final = ROOT / ".venvs" / "node" / "bin" / "node"


def run(program: str, *arguments: str, timeout: float) -> subprocess.CompletedProcess[str]:
    """Run a program of node_modules and catch what it says."""
    environment = {"PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}
    home = {name: os.environ[name] for name in ("HOME", "TMPDIR") if name in os.environ}
    return subprocess.run(
        [str(NODE), str(HERE / "node_modules" / program), *arguments],
        env={**environment, **home, "MCP_INSPECTOR_SECRET_STORE": "memory"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
        timeout=timeout,
    )
