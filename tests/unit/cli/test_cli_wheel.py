"""The wheel of the command line holds the checklist itself, and asks for no gateway."""

import os
import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from gatehouse.domain.checklist.catalogue import ITEMS

CLI = Path(__file__).parents[3] / "clients" / "cli"
LOADED = """
import sys
from gatehouse_cli.preflight import command, looking
from gatehouse_cli._domain.checklist.catalogue import ITEMS
assert not [name for name in sys.modules if name.split(".")[0] == "gatehouse"]
print(len(ITEMS))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    at = tmp_path_factory.mktemp("wheel")
    command = ["wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(at), str(CLI)]
    subprocess.run([sys.executable, "-m", "pip", "-q", *command], check=True)
    [found] = at.glob("gatehouse_cli-*.whl")
    return found


def test_nothing_in_the_wheel_asks_for_the_gateway(wheel: Path) -> None:
    asks = re.compile(r"^\s*(?:from|import) gatehouse(?:\.| import)", re.MULTILINE)
    with ZipFile(wheel) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    assert "gatehouse_cli/_domain/checklist/catalogue.py" in files
    assert [name for name, text in files.items() if asks.search(text)] == []
    assert not list(CLI.rglob("build/lib"))


def test_preflight_loads_without_the_project(wheel: Path, tmp_path: Path) -> None:
    with ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    clean = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-c", LOADED]
    run = subprocess.run(command, env=clean, cwd=tmp_path, capture_output=True, text=True)  # noqa: PLW1510
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == [str(len(ITEMS))]
