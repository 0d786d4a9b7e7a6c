"""The code of dataclasses that the build keeps: used for the very text, and for nothing else."""

import dataclasses
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from types import CodeType

import pytest

from gatehouse import compiled

SOURCE = """
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Point:
        x: int
        y: int = 2
"""


@pytest.fixture(autouse=True)
def execution() -> Iterator[None]:
    """Let `dataclasses` be as it was before."""
    before = vars(dataclasses).get("exec")
    yield
    if before is None:
        vars(dataclasses).pop("exec", None)
    else:
        dataclasses.exec = before  # type: ignore[attr-defined]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "dataclasses.bin"


def defined(source: str = SOURCE) -> type:
    """Define what `source` says, as a module would."""
    names: dict[str, type] = {"dataclass": dataclasses.dataclass}  # type: ignore[dict-item]
    exec(dedent(source), names)  # noqa: S102
    return names["Point"]


def recorded() -> dict[bytes, CodeType]:
    with compiled.recording() as codes:
        defined()
    return codes


def traps(codes: dict[bytes, CodeType]) -> dict[bytes, CodeType]:
    """Return other code in the place of what was kept, which tells that it ran."""
    trap = compile("raise trap", "<string>", "exec")
    return dict.fromkeys(codes, trap)


def test_a_class_made_of_kept_code_is_as_one_made_of_its_text(file: Path) -> None:
    file.write_bytes(compiled.written(recorded()))
    plain = defined()
    compiled.use(str(file))
    kept = defined()
    assert repr(kept(x=1)) == repr(plain(x=1)) == "Point(x=1, y=2)"
    assert kept(x=1) == kept(x=1, y=2) != kept(x=3)
    assert hash(kept(x=1)) == hash(plain(x=1))
    with pytest.raises(dataclasses.FrozenInstanceError):
        kept(x=1).x = 5
    with pytest.raises(TypeError, match="positional"):
        kept(1)


def test_the_kept_code_is_what_runs(file: Path) -> None:
    file.write_bytes(compiled.written(traps(recorded())))
    compiled.use(str(file))
    with pytest.raises(NameError, match="trap"):
        defined()


@pytest.mark.skipif(
    sys.version_info < (3, 13), reason="before, each method of a class had a text of its own"
)
@pytest.mark.parametrize(
    "other", ["x: int = 0", "x: str\n        z: int", "x: int = field(default=1)"]
)
def test_another_text_is_compiled_as_ever(file: Path, other: str) -> None:
    file.write_bytes(compiled.written(traps(recorded())))
    compiled.use(str(file))
    source = f"from dataclasses import field\n{dedent(SOURCE.replace('x: int', other))}"
    assert defined(source).__name__ == "Point"


def test_the_code_of_another_python_is_left_alone(file: Path) -> None:
    content = compiled.written(traps(recorded()))
    file.write_bytes(b"\0\0\r\n" + content[4:])
    compiled.use(str(file))
    assert repr(defined()(x=1)) == "Point(x=1, y=2)"


def test_a_file_cut_short_stops_the_start(file: Path) -> None:
    file.write_bytes(compiled.written(recorded())[:20])
    with pytest.raises((EOFError, ValueError)):
        compiled.use(str(file))


def test_recording_leaves_nothing_behind() -> None:
    recorded()
    assert vars(dataclasses)["exec"] is exec
