"""Jinja as all our pages have it: strict, escaping, and compiled when the layer is built.

A page takes Jinja 20 to 100 ms when it is first shown, nearly all of it for compiling templates.
The build keeps their code beside them; Jinja itself checks that it is this source's, and of this
Python and this Jinja, and compiles what is not, or is not there.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

CODE: Final = "__pycache__"
SUFFIX: Final = ".html"


class KeptCode(BytecodeCache):
    """Reads what `compiled` returned, from files in `folder`; writes nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get_cache_key(self, name: str, filename: str | None = None) -> str:  # noqa: ARG002
        """Return a file's name: templates are compiled in one place and shown in another."""
        return f"{name}.code"

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read the code of one template, if it is there."""
        try:
            kept = (self.folder / bucket.key).read_bytes()
        except FileNotFoundError:
            return
        bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep nothing: a layer cannot be written to."""


def environment_of(folder: Path) -> Environment:
    """Return the environment of the templates in `folder`."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=KeptCode(folder / CODE),
    )


def compiled(environment: Environment) -> Iterator[tuple[Path, bytes]]:
    """Yield the code of each template of an environment, and the file that it is read from."""
    cache = environment.bytecode_cache
    if not isinstance(cache, KeptCode) or environment.loader is None:
        raise TypeError("This is no environment of `environment_of`")
    for name in environment.list_templates(filter_func=lambda name: name.endswith(SUFFIX)):
        source, filename, _ = environment.loader.get_source(environment, name)
        bucket = cache.get_bucket(environment, name, filename, source)
        bucket.code = environment.compile(source, name, filename)
        yield cache.folder / bucket.key, bucket.bytecode_to_string()
