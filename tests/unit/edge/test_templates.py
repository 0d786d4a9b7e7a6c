"""Templates compiled by the build: used for the very source, and for nothing else."""

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from gatehouse.edge.console import render as console
from gatehouse.edge.pages import render as pages
from gatehouse.edge.templates import CODE, compiled, environment_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "page.html").write_text("<p>{{ name }}</p>")
    return tmp_path


def keep(folder: Path, source: str | None = None) -> None:
    """Keep what the build would; of another source under this one's mark, if one is given."""
    for file, code in compiled(environment_of(folder)):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(code)
    if source is not None:
        _exchange(folder, source)


def _exchange(folder: Path, source: str) -> None:
    page, file = folder / "page.html", folder / CODE / "page.html.code"
    true, head = page.read_text(), file.read_bytes()
    page.write_text(source)
    ((_, other),) = compiled(environment_of(folder))
    page.write_text(true)
    same = next(i for i, (a, b) in enumerate(zip(head, other, strict=False)) if a != b)
    marked = same + 40  # the source's SHA-1 in hex stands before the code
    file.write_bytes(head[:marked] + other[marked:])


def shown(folder: Path, **values: object) -> str:
    return environment_of(folder).get_template("page.html").render(values)


def test_what_is_kept_is_shown_as_what_is_compiled(folder: Path) -> None:
    plain = shown(folder, name="<Ada>")
    keep(folder)
    assert shown(folder, name="<Ada>") == plain == "<p>&lt;Ada&gt;</p>"


def test_the_kept_code_is_what_runs(folder: Path) -> None:
    keep(folder, "<p>kept</p>")
    assert shown(folder, name="Ada") == "<p>kept</p>"


def test_another_source_is_compiled_anew(folder: Path) -> None:
    keep(folder)
    (folder / "page.html").write_text("<b>{{ name }}</b>")
    assert shown(folder, name="Ada") == "<b>Ada</b>"


def test_code_of_another_jinja_or_python_is_left_alone(folder: Path) -> None:
    keep(folder, "<p>kept</p>")
    file = folder / CODE / "page.html.code"
    file.write_bytes(b"j3" + file.read_bytes()[2:])
    assert shown(folder, name="Ada") == "<p>Ada</p>"


def test_what_is_not_given_is_an_error_all_the_same(folder: Path) -> None:
    keep(folder)
    with pytest.raises(UndefinedError):
        shown(folder)


@pytest.mark.parametrize("render", [console, pages])
def test_every_template_of_ours_is_compiled(render: object) -> None:
    environment = render.environment()  # type: ignore[attr-defined]
    folder = Path(environment.loader.searchpath[0])
    assert {file.stem for file, _ in compiled(environment)} == {p.name for p in folder.glob("*.*")}
