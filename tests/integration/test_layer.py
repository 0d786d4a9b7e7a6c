"""The layer that goes to Lambda: wheels of the runtime, of the architecture asked for."""

import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from gatehouse import COMPILED, compiled
from gatehouse.edge.templates import CODE
from local.aws import REGION
from local.build import ROOT, build_layer
from local.stack import LocalStack

pytestmark = pytest.mark.operations

MACHINES = {"arm64": (183, "aarch64"), "x86_64": (62, "x86_64")}
"""e_machine of elf.h, and how wheels call it."""

UNZIPPED_LIMIT = 250 * 1024 * 1024
"""Lambda's limit for a function with its layers, in bytes."""


@pytest.fixture(scope="module", params=sorted(MACHINES))
def architecture(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def python(architecture: str) -> Path:
    return build_layer(target="lambda", architecture=architecture) / "python"


def test_every_extension_is_for_the_machine_and_the_runtime(
    python: Path, architecture: str
) -> None:
    machine, name = MACHINES[architecture]
    extensions = list(python.rglob("*.so"))

    assert extensions
    for extension in extensions:
        header = extension.read_bytes()[:20]
        assert header[:4] == b"\x7fELF"
        assert struct.unpack_from("<H", header, 18) == (machine,), extension
        tags = extension.name.split(".")[1:-1]
        assert tags in ([], ["abi3"], [f"cpython-313-{name}-linux-gnu"]), extension


def test_every_wheel_carries_tags_that_lambda_accepts(python: Path, architecture: str) -> None:
    _, name = MACHINES[architecture]

    wheels = list(python.glob("*.dist-info/WHEEL"))

    assert wheels
    for wheel in wheels:
        tags = [line[5:] for line in wheel.read_text().splitlines() if line.startswith("Tag: ")]
        assert any(t.endswith(("-none-any", f"_{name}")) for t in tags), wheel
        assert not any("musllinux" in t for t in tags), wheel


def test_it_holds_our_package_whole_and_compiled_for_the_runtime(python: Path) -> None:
    source = ROOT / "layers" / "core" / "gatehouse"
    ours = {p.relative_to(source) for p in source.rglob("*.py")}

    assert {
        p.relative_to(python / "gatehouse") for p in (python / "gatehouse").rglob("*.py")
    } == ours
    for bytecode in python.rglob("__pycache__/*.pyc"):
        assert bytecode.name.endswith(".cpython-313.pyc")
        flags = struct.unpack_from("<I", bytecode.read_bytes(), 4)
        assert flags == (0b01,), "checked by hash would read every source again"


HOT = ("mcp", "dispatch", "token")
DEFINED = """
import importlib, json, sys
from gatehouse import COMPILED, compiled
from gatehouse.edge.templates import CODE
with compiled.recording() as codes:
    for name in sys.argv[1:]:
        importlib.import_module(f"functions.{name}.app")
print(json.dumps(sorted(key.hex() for key in codes)))
"""


@pytest.mark.skipif(sys.version_info[:2] != (3, 13), reason="the layer has the runtime's bytecode")
def test_it_holds_the_code_of_every_dataclass_of_the_functions_that_are_called_most(
    python: Path, stack: LocalStack
) -> None:
    """Whatever machine it was built on, and whatever could not be imported there."""
    settings = {"AWS_DEFAULT_REGION": REGION, "PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'core'}"}
    for name in HOT:
        settings |= stack.function(name)["Environment"]["Variables"]
    ran = subprocess.run(
        [sys.executable, "-c", DEFINED, *HOT],
        env={**os.environ, **settings},
        capture_output=True,
        check=True,
    )
    defined = {bytes.fromhex(key) for key in json.loads(ran.stdout)}
    with (python / "gatehouse" / Path(COMPILED).name).open("rb") as file:
        index, _ = compiled.index_of(file.fileno())

    assert len(defined) > 150
    assert defined <= index.keys()


def test_it_holds_the_code_of_every_template(python: Path) -> None:
    templates = list((python / "gatehouse").rglob("templates/*.html"))

    assert templates
    for template in templates:
        kept = template.parent / CODE / f"{template.name}.code"
        assert kept.read_bytes()[:2] == b"j2", template


def test_it_holds_every_pinned_dependency_and_nothing_unpinned(python: Path) -> None:
    lists = [ROOT / "layers" / "core" / f"{n}.txt" for n in ("requirements", "constraints")]
    lines = [line.partition("#")[0].strip() for f in lists for line in f.read_text().splitlines()]
    pinned = {line.replace("_", "-").lower() for line in lines if line}
    installed = {
        p.name.removesuffix(".dist-info").replace("-", "==", 1).replace("_", "-").lower()
        for p in python.glob("*.dist-info")
    }

    assert installed <= pinned


def test_it_leaves_room_below_lambdas_limit(python: Path) -> None:
    size = sum(p.stat().st_size for p in python.rglob("*") if p.is_file())

    assert size < UNZIPPED_LIMIT // 2


def test_the_models_of_other_services_are_left_out_and_ours_are_not(python: Path) -> None:
    models = {p.name for p in (python / "botocore" / "data").iterdir() if p.is_dir()}

    assert models == {"dynamodb", "kms", "lambda", "secretsmanager", "sts"}
