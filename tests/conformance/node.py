"""How to run what is installed for Node, without a Node on the machine."""

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
HERE: Final = Path(__file__).resolve().parent
NODE: Final = ROOT / ".venvs" / "node" / "bin" / "node"


def run(program: str, *arguments: str, timeout: float) -> subprocess.CompletedProcess[str]:
    """Run a program of node_modules in an empty home, and catch what it says."""
    with tempfile.TemporaryDirectory(prefix="home-") as home:
        return subprocess.run(
            [str(NODE), str(HERE / "node_modules" / program), *arguments],
            env={"PATH": os.environ["PATH"], "HOME": home, "NO_COLOR": "1"}
            | {"MCP_INSPECTOR_SECRET_STORE": "memory"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            text=True,
            timeout=timeout,
        )
