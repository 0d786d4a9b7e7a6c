"""What `sam build` does, for this machine: the layer from host wheels, functions as they are."""

import contextlib
import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
LAYER = ROOT / "layers" / "core"
KEPT_BUILDS = 4


def built_template(*, target: str = "host", architecture: str = "") -> dict[str, Any]:
    """Build what changed and return the template with absolute paths of what is built."""
    template: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text())
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            properties["CodeUri"] = str(ROOT / properties["CodeUri"])
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            properties["ContentUri"] = str(build_layer(target=target, architecture=architecture))
    return template


def build_layer(*, target: str = "host", architecture: str = "") -> Path:
    """Build the layer by its Makefile unless it stands already, and return its folder.

    The folder is named by what went into it, so that a stack that runs keeps its own.
    """
    platform = architecture or sys.implementation.cache_tag
    output = BUILD / f"layer-{target}-{platform}-{digest(LAYER)[:16]}"
    if output.exists():
        return output
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as scratch:
        made = Path(scratch) / "layer"
        command = ["make", "--silent", "-C", str(LAYER), "build-CoreLayer"]
        command += [f"ARTIFACTS_DIR={made}", f"TARGET={target}", f"PYTHON={sys.executable}"]
        command += [f"CACHE={BUILD / 'dependencies'}"]
        command += [f"ARCHITECTURE={architecture}"] if architecture else []
        subprocess.run(command, check=True)
        forget_old(f"layer-{target}-{platform}-*")
        with contextlib.suppress(OSError):  # somebody else built the same meanwhile
            made.rename(output)
    return output


def forget_old(pattern: str) -> None:
    """Delete all but the last few builds of one kind."""
    built = sorted(BUILD.glob(pattern), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in built[KEPT_BUILDS - 1 :]:
        shutil.rmtree(old, ignore_errors=True)


def digest(folder: Path) -> str:
    """Return one SHA-256 over the names and contents of the source files in `folder`."""
    total = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".pyc"):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(folder)} {content}\n".encode())
    return total.hexdigest()


if __name__ == "__main__":
    print(build_layer())
