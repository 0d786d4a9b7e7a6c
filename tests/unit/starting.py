"""Start a function as for a snapshot, and say what it drew and opened: `starting.py FOLDER`."""

import importlib
import json
import os
import random
import secrets
import sys
import traceback
import uuid
from collections.abc import Callable
from typing import Any

drawn: list[str] = []
opened: list[str] = []


def noting(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    """Return `original`, which also notes that it was asked, and by what."""

    def asked(*arguments: Any, **named: Any) -> Any:
        caller = traceback.extract_stack(limit=2)[0]
        drawn.append(f"{name} in {caller.filename}:{caller.lineno}")
        return original(*arguments, **named)

    return asked


def audit(event: str, arguments: tuple[Any, ...]) -> None:
    """Note connections, and questions to a resolver."""
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname"}:
        opened.append(str(arguments[1] if event == "socket.connect" else arguments[:2]))


def main() -> None:
    """Start the function in the folder, and run what it registered."""
    sys.path.insert(0, sys.argv[1])
    for name in ("token_bytes", "token_hex", "token_urlsafe", "randbits", "choice", "randbelow"):
        setattr(secrets, name, noting(name, getattr(secrets, name)))
    for name in ("random", "uniform", "randrange", "getrandbits", "choice"):
        setattr(random, name, noting(name, getattr(random, name)))
    os.urandom = noting("urandom", os.urandom)
    uuid.uuid4 = noting("uuid4", uuid.uuid4)
    sys.addaudithook(audit)

    importlib.import_module("app")
    from snapshot_restore_py import get_before_snapshot  # noqa: PLC0415

    hooks = list(get_before_snapshot())
    for function, arguments, named in reversed(hooks):
        function(*arguments, **named)
    json.dump({"hooks": len(hooks), "drawn": drawn, "opened": opened}, sys.stdout)


main()
