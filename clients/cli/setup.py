"""Builds the package. What it shares with the gateway is brought in, under a root of its own.

In the source, the rules of the checklist are imported from where they live, as `gatehouse.domain`.
A wheel holds them as `gatehouse_cli._domain`; nothing else of it differs. A development install
uses the source where it is (see docs/decisions/0020-shared-codec.md).
"""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from setuptools import setup
from setuptools.command.build import build
from setuptools.command.build_py import build_py
from setuptools.command.editable_wheel import editable_wheel

LAYER: Final = "../../layers/core/gatehouse"
SHARED: Final = Path(__file__).parent / LAYER / "domain"
ROOT: Final = ("gatehouse.domain", "gatehouse_cli._domain")


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
        if self.editable_mode:
            return
        package = Path(self.build_lib) / "gatehouse_cli"
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(SHARED, package / "_domain", ignore=ignored)
        for file in package.rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            if ROOT[0] in text:
                file.unlink()  # it may be a hard link to the source
                file.write_text(text.replace(*ROOT), encoding="utf-8")


class Editable(editable_wheel):
    """Installs for development."""

    def run(self) -> None:
        """Make the gateway's packages importable too, from where they are."""
        self.distribution.packages += ["gatehouse"]
        self.distribution.package_dir["gatehouse"] = LAYER
        super().run()


setup(cmdclass={"build": Aside, "build_py": Build, "editable_wheel": Editable})
