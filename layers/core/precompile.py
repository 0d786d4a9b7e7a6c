"""Compile what would else be compiled whenever a function starts, into our package in a layer.

    python precompile.py FOLDER

FOLDER holds `gatehouse` and what it needs, and python is of the version that will run it.
"""

import importlib
import pkgutil
import sys
from contextlib import suppress
from pathlib import Path

PAGES = ("gatehouse.edge.console.render", "gatehouse.edge.pages.render")


def main() -> None:
    """Compile all there is."""
    folder = Path(sys.argv[1]).resolve()
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    compile_dataclasses()
    compile_templates()


def compile_dataclasses() -> None:
    """Keep the code of all dataclasses that are defined; see `gatehouse.compiled`.

    What cannot be imported here, say because a library is of another architecture, is compiled
    when it starts.
    """
    compiled = importlib.import_module("gatehouse.compiled")
    package = importlib.import_module("gatehouse")
    with compiled.recording() as codes:
        for module in pkgutil.walk_packages(package.__path__, "gatehouse.", onerror=lambda _: None):
            with suppress(Exception):
                importlib.import_module(module.name)
    Path(package.COMPILED).write_bytes(compiled.written(codes))


def compile_templates() -> None:
    """Keep the code of all templates; see `gatehouse.edge.templates`."""
    templates = importlib.import_module("gatehouse.edge.templates")
    for name in PAGES:
        for file, code in templates.compiled(importlib.import_module(name).environment()):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(code)


if __name__ == "__main__":
    main()
