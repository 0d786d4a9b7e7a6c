"""What the lean AWS clients save: `mcp` and `dispatch` with them and with boto3's, in turns.

`PYTHONPATH=layers/core:clients/python/src:. .venv/bin/python -m bench.clients`
"""

import compileall
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from py_compile import PycInvalidationMode
from statistics import median
from typing import TYPE_CHECKING

from bench.field import alone, both, fielded
from bench.ground import Ground, result_of, standing
from bench.measure import Figure, Subject, in_turns
from bench.runtime import Code, Start, cold, working
from gatehouse.domain.tools import AuthStrategy
from local.build import build_layer

if TYPE_CHECKING:
    from bench.sockets import Asked

ROUNDS = 11
LEAN, BOTO3 = "lean", "boto3"
REPLACED = Path("gatehouse") / "wiring" / "lean_clients.py"
WITH_BOTO3 = "from gatehouse.wiring.clients import *\n"
"""Both modules keep the same protocols, so that one can stand in the place of the other."""


def main() -> None:
    """Print medians in milliseconds, and the median of the rounds' ratios."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, ExitStack() as stack:
        layer = build_layer() / "python"
        layers = {LEAN: layer, BOTO3: _with_boto3(layer, Path(folder) / "python")}
        grounds = {client: stack.enter_context(standing(layer)) for client, layer in layers.items()}
        print(f"{'':44}{LEAN:>9}{BOTO3:>9}  ratio")
        for name, starts in _cold(grounds).items():
            for part in ("ready", "answered", "cpu"):
                found = {of: [getattr(s, part) * 1000 for s in starts[of]] for of in starts}
                _print(f"{name}, {part}", found[LEAN], found[BOTO3])
        figures = _warm(grounds)
        for name in {name.partition(" | ")[0]: None for name in figures}:
            lean, boto3 = (figures[f"{name} | {client}"] for client in (LEAN, BOTO3))
            _print(f"{name}, CPU", lean.cpu, boto3.cpu)
            _print(f"{name}, time", lean.wall, boto3.wall)


def _print(name: str, lean: Sequence[float], boto3: Sequence[float]) -> None:
    ratio = median(a / b for a, b in zip(lean, boto3, strict=True))
    print(f"{name:44}{median(lean):9.2f}{median(boto3):9.2f}  {ratio:.2f}", flush=True)


def _with_boto3(layer: Path, copy: Path) -> Path:
    """Return a copy of the layer in which boto3 has taken the place of the lean clients."""
    shutil.copytree(layer, copy, symlinks=True)
    (copy / REPLACED).write_text(WITH_BOTO3)
    checked = PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_file(copy / REPLACED, quiet=1, force=True, invalidation_mode=checked)
    return copy


def _cold(grounds: Mapping[str, Ground]) -> dict[str, dict[str, list[Start]]]:
    subjects = {client: _starts(ground) for client, ground in grounds.items()}
    found: dict[str, dict[str, list[Start]]] = {
        name: {client: [] for client in grounds} for name in subjects[LEAN]
    }
    for number in range(-1, ROUNDS):
        for name, by_client in found.items():
            for client, starts in by_client.items():
                start = cold(*subjects[client][name], grounds[client].log("cold"))
                if number >= 0:  # the first round fills the page cache
                    starts.append(start)
    return found


def _starts(ground: Ground) -> dict[str, tuple[Code, bytes]]:
    """Return functions and their first events; those of dispatch as mcp makes them."""
    plain = ground.world()
    signed = ground.world(project_id="Proj0002", strategy=AuthStrategy.HMAC_SIGNATURE)
    recorded: list[Asked] = []
    ground.aws.recorded = recorded
    with working(ground.function("mcp"), ground.log("recorded")) as worker:
        for event in (plain.call(), signed.call()):
            result_of(worker.call(event))
    ground.aws.recorded = None
    unsigned, hmac = (asked.body for asked in recorded if "/functions/" in asked.target)
    return {
        "mcp: tools/call": (ground.function("mcp"), plain.call()),
        "mcp: tools/list": (ground.function("mcp"), plain.rpc("tools/list", {})),
        "dispatch: none": (ground.function("dispatch"), unsigned),
        "dispatch: hmac_signature": (ground.function("dispatch"), hmac),
    }


def _warm(grounds: Mapping[str, Ground]) -> dict[str, Figure]:
    subjects: dict[str, Subject] = {}
    with ExitStack() as stack:
        for client, ground in grounds.items():
            plain = ground.world(project_id="PlainCal")
            signed = ground.world(project_id="Signed01", strategy=AuthStrategy.HMAC_SIGNATURE)
            listed = ground.world(project_id="Tools100", tools=100)
            field = stack.enter_context(fielded(ground))
            mcp = field.worker("mcp", ground.function("mcp"))
            subjects |= {
                f"tools/call, none | {client}": both(ground, mcp, plain.call, 100),
                f"tools/call, hmac_signature | {client}": both(ground, mcp, signed.call, 100),
                f"tools/list of 100 | {client}": alone(
                    mcp, partial(listed.rpc, "tools/list", {}), 100
                ),
            }
        return in_turns(dict(sorted(subjects.items())), ROUNDS)


if __name__ == "__main__":
    main()
