"""What ends a command early, and the exit status that a script sees."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

import typer

from gatehouse_cli.output import clean

P = ParamSpec("P")
R = TypeVar("R")

REFUSED: Final = 1
MISUSED: Final = 2
UNREACHABLE: Final = 3


class Failure(Exception):
    """Something that is told to the user in its own words; never with a traceback."""

    status: int = REFUSED


class Refused(Failure):
    """The server said no, or something that was to be verified does not hold."""


class Misused(Failure):
    """The command cannot be carried out as it was given."""

    status = MISUSED


class Unreachable(Failure):
    """Nobody answers, or somebody who is no Gatehouse."""

    status = UNREACHABLE


def told(command: Callable[P, R]) -> Callable[P, R]:
    """Make `command` tell its failures on standard error and end with their exit status."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except Failure as failure:
            sys.stderr.write(clean(str(failure), keep="\n") + "\n")
            raise typer.Exit(failure.status) from failure
        except BrokenPipeError:
            raise
        except OSError as error:  # a file of the user's
            sys.stderr.write(f"{error.filename}: {error.strerror}\n")
            raise typer.Exit(MISUSED) from error

    return run
