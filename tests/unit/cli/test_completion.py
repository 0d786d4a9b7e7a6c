"""A shell completes commands, groups and options, once `--install-completion` told it to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.cli.loopback import gatehouse


def completed(*words: str) -> set[str]:
    """Return what bash would offer for the last of `words`."""
    done = gatehouse(
        _GATEHOUSE_COMPLETE="complete_bash",
        COMP_WORDS=" ".join(("gatehouse", *words)),
        COMP_CWORD=str(len(words)),
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("ke",), {"keys"}),
        (("keys", "rot"), {"rotate", "rotate-assertion"}),
        (("calls", "tail", "--fo"), {"--follow"}),
        (("warrant", ""), {"explain", "grant", "inspect", "mint"}),
        (("tools", "no-such"), set()),
    ],
)
def test_what_was_begun_is_completed(words: tuple[str, ...], offered: set[str]) -> None:
    assert completed(*words) == offered


def test_bash_takes_the_completion_and_asks_the_command(tmp_path: Path) -> None:
    command = tmp_path / "gatehouse"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m gatehouse_cli "$@"\n')
    command.chmod(0o755)
    script = tmp_path / "completion"
    script.write_text(gatehouse(_GATEHOUSE_COMPLETE="source_bash").stdout)
    typing = (
        f"source {script}; COMP_WORDS=(gatehouse keys rotate-a); COMP_CWORD=2; "
        'complete -p gatehouse; _gatehouse_completion gatehouse; echo "${COMPREPLY[@]}"'
    )

    done = subprocess.run(
        ["bash", "--norc", "-c", typing],
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
    )

    assert done.stdout.splitlines() == [
        "complete -o default -F _gatehouse_completion gatehouse",
        "rotate-assertion",
    ], done.stderr
