"""Build the layer's `python/` folder: pinned wheels, our package, both byte-compiled."""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parent
LISTS = (SOURCE / "requirements.txt", SOURCE / "constraints.txt")

LAMBDA_PYTHON = "3.13"
MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
MANYLINUX = ("manylinux2014", "manylinux_2_24", "manylinux_2_28", "manylinux_2_34")
"""Wheel tags that Lambda's python3.13 can load: Amazon Linux 2023 has glibc 2.34."""

SERVICES = {"dynamodb", "kms", "lambda", "secretsmanager", "sts"}
"""What `gatehouse.aws` talks to. botocore carries 25 MB of models for all the others."""


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", choices=("lambda", "host"), default="lambda")
    parser.add_argument("--architecture", choices=sorted(MACHINES), default="arm64")
    parser.add_argument("--cache", default="", help="folder of installed dependencies to reuse")
    parser.add_argument("output", type=Path)
    options = parser.parse_args()
    build(options.output, options.target, options.architecture, options.cache)


def build(output: Path, target: str, architecture: str, cache: str) -> None:
    """Put the layer into `output`/python, replacing what is there."""
    python = output / "python"
    shutil.rmtree(python, ignore_errors=True)
    output.mkdir(parents=True, exist_ok=True)
    if cache:
        shutil.copytree(cached_dependencies(Path(cache), target, architecture), python)
    else:
        install(python, target, architecture)
    shutil.copytree(
        SOURCE / "gatehouse", python / "gatehouse", ignore=shutil.ignore_patterns("__pycache__")
    )
    byte_compile(python / "gatehouse", target)
    precompile(python, target)


def cached_dependencies(cache: Path, target: str, architecture: str) -> Path:
    """Return a folder of installed dependencies, made once for the same lists and platform."""
    platform = (
        f"lambda-{architecture}" if target == "lambda" else f"host-{sys.implementation.cache_tag}"
    )
    digest = hashlib.sha256(
        b"\n".join(p.read_bytes() for p in (*LISTS, Path(__file__)))
    ).hexdigest()
    kept = cache / f"{platform}-{digest[:16]}"
    if not kept.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            install(Path(scratch) / "python", target, architecture)
            (Path(scratch) / "python").rename(kept)  # all or nothing
        for old in cache.glob(f"{platform}-*"):
            if old != kept:
                shutil.rmtree(old, ignore_errors=True)
    return kept


def install(python: Path, target: str, architecture: str) -> None:
    """Install the wheels into `python`, drop what no function can need, and compile."""
    command = [sys.executable, "-m", "pip", "install", "-qq", "--no-compile"]
    command += ["--disable-pip-version-check", "--only-binary=:all:", "--target", str(python)]
    if target == "lambda":
        command += ["--python-version", LAMBDA_PYTHON, "--implementation", "cp"]
        command += [f"--platform={tag}_{MACHINES[architecture]}" for tag in MANYLINUX]
    command += ["--requirement", str(LISTS[0]), "--constraint", str(LISTS[1])]
    subprocess.run(command, check=True)
    for useless in pruned(python):
        shutil.rmtree(useless)
    byte_compile(python, target)


def pruned(python: Path) -> Iterator[Path]:
    """Find console scripts, examples and the models of services we never call."""
    yield from python.glob("bin")
    yield from python.glob("boto3/examples")
    for model in (python / "botocore" / "data").iterdir():
        if model.is_dir() and model.name not in SERVICES:
            yield model


def byte_compile(folder: Path, target: str) -> None:
    """Compile to bytecode that stays valid when mtimes change, as they do in a zip.

    /opt is read-only in Lambda, so a layer without bytecode is compiled anew in each cold start,
    which doubles it. The interpreter must be of the runtime's minor version; without one the
    layer still works.
    """
    if interpreter := interpreter_of(target):
        command = [interpreter, "-m", "compileall", "-q", "-j0"]
        command += ["--invalidation-mode", "unchecked-hash", str(folder)]
        subprocess.run(command, check=True)


def precompile(python: Path, target: str) -> None:
    """Compile our dataclasses and templates, for the same reason."""
    if interpreter := interpreter_of(target):
        script = SOURCE / "precompile.py"
        # -I -S: what stands in `python` and nothing of this machine's.
        subprocess.run([interpreter, "-I", "-S", str(script), str(python)], check=True)


def interpreter_of(target: str) -> str | None:
    """Return the Python that the layer will run in, if there is one here."""
    return sys.executable if target == "host" else lambda_interpreter()


def lambda_interpreter() -> str | None:
    """Find a python of the Lambda runtime's version that really runs; a pyenv shim may not."""
    name = f"python{LAMBDA_PYTHON}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [sys.executable, shutil.which(name)]
    candidates += [str(found) for found in pyenv.glob(f"{LAMBDA_PYTHON}*/bin/{name}")]
    probe = "import sys; print('.'.join(map(str, sys.version_info[:2])))"
    for candidate in filter(None, candidates):
        ran = subprocess.run([candidate, "-c", probe], capture_output=True, text=True, check=False)
        if ran.returncode == 0 and ran.stdout.strip() == LAMBDA_PYTHON:
            return candidate
    return None


if __name__ == "__main__":
    main()
