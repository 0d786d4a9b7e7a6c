"""Builds the package. What it shares with the gateway is brought in, under a root of its own.

In the source, the client imports the warrants' format from where it lives, as
`gatehouse.domain.warrants`. A wheel and an sdist hold it as `gatehouse_client._warrants`; nothing
else of it differs. A development install uses the source where it is.
"""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from setuptools import setup
from setuptools.command.build import build
from setuptools.command.build_py import build_py
from setuptools.command.editable_wheel import editable_wheel
from setuptools.command.sdist import sdist

LAYER: Final = "../../layers/core/gatehouse"
SHARED: Final = Path(__file__).parent / LAYER / "domain" / "warrants"
ROOT: Final = ("gatehouse.domain.warrants", "gatehouse_client._warrants")


def bring_in(package: Path) -> None:
    """Copy what is shared into `package`, and give all of it the new root.

    An sdist holds it already; then there is nothing to do.
    """
    if not SHARED.is_dir():
        return
    target = package / "_warrants"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(SHARED, target, ignore=shutil.ignore_patterns("__pycache__"))
    for file in package.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        if ROOT[0] in text:
            file.unlink()  # it may be a hard link to the source
            file.write_text(text.replace(*ROOT), encoding="utf-8")


class Aside(build):
    """Builds in a directory that goes away, so that no file of an earlier build stays in."""

    def initialize_options(self) -> None:
        """Choose the directory."""
        super().initialize_options()
        self.scratch = TemporaryDirectory()
        self.build_base = self.scratch.name


class Build(build_py):
    """Builds what a wheel holds."""

    def run(self) -> None:
        """Build, then bring in; but not where the source is used as it is."""
        super().run()
        if not self.editable_mode:
            bring_in(Path(self.build_lib) / "gatehouse_client")


class Source(sdist):
    """Builds what an sdist holds."""

    def make_release_tree(self, base_dir: str, files: list[str]) -> None:
        """Lay out, then bring in."""
        super().make_release_tree(base_dir, files)
        bring_in(Path(base_dir) / "src" / "gatehouse_client")


class Editable(editable_wheel):
    """Installs for development."""

    def run(self) -> None:
        """Make the gateway's packages importable too, from where they are."""
        if SHARED.is_dir():
            self.distribution.packages += ["gatehouse"]
            self.distribution.package_dir["gatehouse"] = LAYER
        super().run()


setup(cmdclass={"build": Aside, "build_py": Build, "sdist": Source, "editable_wheel": Editable})
