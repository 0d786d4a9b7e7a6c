"""Keep the code of the dataclasses of our package beside it; see `gatehouse.compiled`.

    python compile_dataclasses.py FOLDER

FOLDER holds `gatehouse` and what it needs, and python is of the version that will read it. What
cannot be imported here, say because a library is of another architecture, is compiled later.
"""

import importlib
import pkgutil
import sys
from contextlib import suppress
from pathlib import Path


def main() -> None:
    """Import all there is, and write."""
    folder = Path(sys.argv[1]).resolve()
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    compiled = importlib.import_module("gatehouse.compiled")
    package = importlib.import_module("gatehouse")
    with compiled.recording() as codes:
        for module in pkgutil.walk_packages(package.__path__, "gatehouse.", onerror=lambda _: None):
            with suppress(Exception):
                importlib.import_module(module.name)
    (folder / "gatehouse" / compiled.FILE).write_bytes(compiled.written(codes))


if __name__ == "__main__":
    main()
