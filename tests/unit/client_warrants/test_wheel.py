"""The wheel holds what is shared, as it is but for the root, and works without the project."""

import os
import re
import subprocess
import sys
import tarfile
import venv
from collections.abc import Iterator
from importlib.metadata import distribution, requires
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

REPOSITORY = Path(__file__).parents[3]
CLIENT = REPOSITORY / "clients" / "python"
SHARED = REPOSITORY / "layers" / "core" / "gatehouse" / "domain" / "warrants"

DECLARED = re.compile(r"^Requires-Dist: (.*)$", re.MULTILINE)
MINTED_AND_VERIFIED = """
import importlib.util
from gatehouse_client.warrants import (
    Authorizer, Capability, Cel, Pattern, Range, Regex, SigningKey, UrlSafe, Warrant,
    configure, guard, mint_sync,
)

assert importlib.util.find_spec("gatehouse") is None
issuer, holder = SigningKey.generate(), SigningKey.generate()
warrant = (
    Warrant.mint_builder()
    .capability("t", a=Pattern("[ab]*"), b=Regex("^b+$"), c=UrlSafe(), d=Cel("value > 1"))
    .mint(issuer)
    .grant_builder().tool("t").holder(holder.public_key).ttl(60).grant(issuer)
)
args = {"a": "ax", "b": "bb", "c": "https://example.com/", "d": 2}
now = warrant.issued_at
proof = warrant.sign(holder, "t", args, now)
verifier = Authorizer([issuer.public_key.to_bytes()])
assert verifier.check(warrant.stack, "t", args, proof, now=now).chain.leaf.depth == 1
assert warrant.why_denied("t", args | {"d": 1}).field == "d"
configure(issuer_key=issuer, dev_mode=True)
with mint_sync(Capability("double", n=Range.max_value(9))):
    print(guard(tool="double")(lambda n: 2 * n)(4))
"""


def built(tmp_path: Path) -> Path:
    command = ["wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(tmp_path)]
    subprocess.run([sys.executable, "-m", "pip", "-q", *command, str(CLIENT)], check=True)
    [wheel] = tmp_path.glob("gatehouse_client-*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("wheel"))


def installed(wheel: Path, at: Path) -> Path:
    """Install into a new environment, without what it needs, and return its Python."""
    venv.create(at, with_pip=False, symlinks=True)
    python = at / "bin" / "python"
    command = ["--python", str(python), "install", "-q", "--no-deps", "--no-index", str(wheel)]
    # pip takes what it finds on PYTHONPATH, as the sources are when make runs this, for installed.
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run([sys.executable, "-m", "pip", *command], check=True, env=clean)
    return python


def made_by_backend(hook: str, at: Path) -> Path:
    """Call a build hook (PEP 517, PEP 660) and return what it made."""
    program = f"from setuptools import build_meta; print(build_meta.{hook}({str(at)!r}))"
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=CLIENT, capture_output=True, text=True, check=True
    )
    return at / run.stdout.splitlines()[-1]


def needed(name: str, extra: str) -> Iterator[str]:
    """Yield the distributions that one brings along, by what each declares."""
    for text in requires(name) or []:
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            yield requirement.name
            yield from needed(requirement.name, "")


def test_the_wheel_holds_the_shared_sources_but_for_the_root(wheel: Path) -> None:
    sources = {
        path.relative_to(SHARED).as_posix(): path.read_text() for path in SHARED.rglob("*.py")
    }
    with ZipFile(wheel) as archive:
        held = {
            name.removeprefix("gatehouse_client/_warrants/"): archive.read(name).decode()
            for name in archive.namelist()
            if name.startswith("gatehouse_client/_warrants/")
        }

    assert held.keys() == sources.keys()
    for name, source in sources.items():
        assert held[name] == source.replace(
            "gatehouse.domain.warrants", "gatehouse_client._warrants"
        )
    assert not list(CLIENT.rglob("build/lib"))


def test_nothing_in_the_wheel_asks_for_the_project(wheel: Path) -> None:
    asks = re.compile(r"^\s*(?:from|import) gatehouse(?:\.| import)", re.MULTILINE)

    with ZipFile(wheel) as archive:
        asking = [
            name
            for name in archive.namelist()
            if name.endswith(".py") and asks.search(archive.read(name).decode())
        ]

    assert asking == []


def test_what_is_shared_needs_the_extra_and_nothing_else(wheel: Path, tmp_path: Path) -> None:
    python = installed(wheel, tmp_path)
    with ZipFile(wheel) as archive:
        [metadata] = [name for name in archive.namelist() if name.endswith("/METADATA")]
        declared = re.findall(
            r"^Requires-Dist: (.*)$", archive.read(metadata).decode(), re.MULTILINE
        )
    extra = [
        found.name
        for found in map(Requirement, declared)
        if found.marker is not None and found.marker.evaluate({"extra": "warrants"})
    ]
    [site] = tmp_path.glob("lib/python*/site-packages")
    for name in {*extra, *(found for item in extra for found in needed(item, ""))}:
        for file in distribution(name).files or []:
            top = file.parts[0]
            if top not in {"..", "__pycache__"} and not (site / top).exists():
                (site / top).symlink_to(str(distribution(name).locate_file(top)))

    run = subprocess.run(
        [str(python), "-I", "-W", "error", "-c", MINTED_AND_VERIFIED],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )

    assert sorted(extra) == ["can-ada", "cryptography", "google-re2"]
    assert (run.stderr, run.stdout.strip()) == ("", "8")


def test_a_development_install_uses_the_sources_where_they_are(tmp_path: Path) -> None:
    python = installed(made_by_backend("build_editable", tmp_path), tmp_path / "environment")
    program = "import gatehouse_client.warrants.proofs as p; print(p.__file__, p.pop.__file__)"

    run = subprocess.run(
        [str(python), "-I", "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path
    )

    client, shared = map(Path, run.stdout.split())
    assert client.resolve() == CLIENT / "src" / "gatehouse_client" / "warrants" / "proofs.py"
    assert shared.resolve() == SHARED / "pop.py"


def test_an_sdist_holds_what_the_wheel_holds(wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(made_by_backend("build_sdist", tmp_path)) as archive:
        members = {
            member.name.partition("/src/")[2]: archive.extractfile(member)
            for member in archive.getmembers()
            if member.name.endswith(".py") and "/src/" in member.name
        }
        held = {name: file.read() for name, file in members.items() if file is not None}
    with ZipFile(wheel) as zipped:
        expected = {name: zipped.read(name) for name in zipped.namelist() if name.endswith(".py")}

    assert held == expected


def test_a_tool_pays_for_what_it_uses_only() -> None:
    program = (
        "import sys; from gatehouse_client.warrants import configure, guard, received; "
        "print(*sys.modules)"
    )
    path = [str(CLIENT / "src"), str(REPOSITORY / "layers" / "core")]
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}; {program}"],
        capture_output=True,
        text=True,
        check=True,
    )

    heavy = {"cryptography", "re2", "can_ada", "httpx", "jwt", "asyncio", "inspect", "dataclasses"}
    assert not heavy & set(run.stdout.split())
