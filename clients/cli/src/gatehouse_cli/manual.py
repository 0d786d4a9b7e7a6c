"""docs/cli.md, written from the commands themselves."""

import inspect
from collections.abc import Iterator
from typing import Final

import typer

from gatehouse_cli.app import build

HEAD: Final = """\
# The command `gatehouse`

Written by `make cli-docs` from the commands; each says more with `--help`.

```sh
make cli-wheel && pip install .build/cli/*.whl   # both at once: neither is on an index
gatehouse --install-completion
gatehouse login                                  # asks for the URL and, unseen, an API key
gatehouse login --admin                          # keeps an administrator's token too
```

## Where, and as whom

| | |
|---|---|
| `--profile NAME` | that profile, whatever else is set |
| `GATEHOUSE_URL`, `GATEHOUSE_API_KEY`, `GATEHOUSE_ADMIN_TOKEN` | over the current profile; a stored credential is only sent to the URL it was stored for |
| `~/.config/gatehouse/profiles.json` | mode 600; one that others can read is refused |

URLs are `https://`; `http://` is for this machine alone. No command prints a stored credential.

## What comes out

An answer goes to standard output, all else to standard error. `--json` prints the API's answer as it is (docs/openapi.json), with all pages in one `items`, and `{}`
where there is nothing to say; `calls tail` prints one call a line. There is no colour in a pipe or with `NO_COLOR`.

| Status | |
|---|---|
| 0 | done |
| 1 | refused by the server, or what was to be verified does not hold |
| 2 | misused: an option, a file, a credential that is missing, a question that nobody was there to answer (`--yes`) |
| 3 | not reached, or something else answers there |

## What goes in

`--from FILE` is a JSON document (`-`: standard input), `--set field=value` sets one field (`--set limits.per_minute=60`; JSON, else text), own options win. Secrets come from files or standard
input, never from the command line. A change is made to the present version, or to `--version N` only. Tools, prompts, resources and assertion keys are called by name or id.

## Commands
"""


def document() -> str:
    """Return the page."""
    return HEAD + "\n" + "\n".join(_lines(build()))


def _lines(app: typer.Typer) -> Iterator[str]:
    yield from _table(app, "")
    for group in app.registered_groups:
        made = group.typer_instance
        if made is None:
            continue
        yield f"### {group.name}\n\n{made.info.help}\n"
        yield from _table(made, f"{group.name} ")


def _table(app: typer.Typer, group: str) -> Iterator[str]:
    yield "| | |\n|---|---|"
    for command in app.registered_commands:
        asked = command.callback
        text = (inspect.getdoc(asked) or "").partition("\n\n")[0].replace("\n", " ")
        yield f"| `gatehouse {group}{command.name}{_arguments(asked)}` | {text} |"
    yield ""


def _arguments(asked: object) -> str:
    """Return the positional arguments of a command."""
    found = inspect.signature(asked).parameters.values() if callable(asked) else ()
    return "".join(f" {_shown(each)}" for each in found if _is_argument(each))


def _is_argument(parameter: inspect.Parameter) -> bool:
    notes = getattr(parameter.annotation, "__metadata__", ())
    return any(type(note) is typer.models.ArgumentInfo for note in notes)


def _shown(parameter: inspect.Parameter) -> str:
    name = parameter.name.upper()
    return name if parameter.default is inspect.Parameter.empty else f"[{name}]"
