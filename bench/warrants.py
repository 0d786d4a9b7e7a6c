"""Time our verifier beside the public package `tenuo`, in one process.

    python -m bench.warrants

All get the same bytes: decode, verify and decide one call, for chains of 1, 3 and 8 warrants, for
a call that is allowed and one that a constraint denies. Ours is asked three times: `first`, with
nothing kept from before; `cold`, for a chain not seen before whose tools some other warrant had;
`warm`, for a chain verified before. They take turns, so that a busy machine slows all of them, and
each figure is the median of the rounds, in microseconds of CPU; ratios are ours to theirs, also
medians. At the end, what importing each costs, with byte code, in milliseconds of CPU.
"""

import os
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from statistics import median
from tempfile import TemporaryDirectory

import tenuo_core

from gatehouse.domain.warrants import Authorizer, usual
from gatehouse.domain.warrants.chain import VerifiedChains
from tests.warrants import NOW, PUBLIC, Minted, proof

ROUNDS = 41
CALLS = 25
IMPORTS = 7
DEPTHS = (1, 3, 8)
ALLOWED = {"path": "/data/a/x", "max": 15}
DENIED = {"path": "/etc/passwd", "max": 15}


def chain_of(depth: int) -> Minted:
    """Return a chain with two constraints on its tool in each warrant."""
    chain = Minted()
    holders = ("alice", "bob", "carol", "dave")
    for link in range(depth):
        tools = {
            "read_file": {
                "constraints": {
                    "max": [
                        3,
                        {
                            "min": 0.0,
                            "max": 1000.0 - link,
                            "min_inclusive": True,
                            "max_inclusive": True,
                        },
                    ],
                    "path": [17, {"root": "/data", "case_sensitive": True, "allow_equal": True}],
                }
            }
        }
        chain = chain.to(holders[link % len(holders)], k3=tools)
    return chain


def ours(verifier: Authorizer, stack: bytes, arguments: Mapping[str, object], pop: bytes) -> None:
    """Decode and decide with our verifier."""
    verifier.check(stack, "read_file", arguments, pop, now=NOW)


def theirs(
    verifier: tenuo_core.Authorizer, texts: list[str], arguments: Mapping[str, object], pop: bytes
) -> None:
    """Decode and decide with the public package."""
    warrants = [tenuo_core.Warrant.from_base64(text) for text in texts]
    verifier.check_chain(warrants, "read_file", arguments, pop, [], NOW)


def microseconds(call: Callable[[], None], *, is_denied: bool) -> float:
    """Return the CPU time of one call, over some."""
    before = time.process_time()
    for _ in range(CALLS):
        try:
            call()
        except Exception:  # the package's denials have no base of their own
            if not is_denied:
                raise
    return (time.process_time() - before) / CALLS * 1e6


def compared(depth: int, *, is_denied: bool) -> str:
    """Return one line of the table."""
    chain = chain_of(depth)
    arguments = DENIED if is_denied else ALLOWED
    pop = proof(chain, "read_file", arguments)
    stack = chain.stack
    cold = Authorizer([PUBLIC["root"]], cache=VerifiedChains(chains=0))
    warm = Authorizer([PUBLIC["root"]], cache=VerifiedChains())
    other = tenuo_core.Authorizer(trusted_roots=[tenuo_core.PublicKey.from_bytes(PUBLIC["root"])])
    texts = [urlsafe_b64encode(data).rstrip(b"=").decode() for data in chain.warrants]

    def first() -> None:
        usual.forget()
        ours(cold, stack, arguments, pop)

    calls = (
        first,
        lambda: ours(cold, stack, arguments, pop),
        lambda: ours(warm, stack, arguments, pop),
        lambda: theirs(other, texts, arguments, pop),
    )
    rounds = [[microseconds(call, is_denied=is_denied) for call in calls] for _ in range(ROUNDS)]
    times = [median(column) for column in zip(*rounds, strict=True)]
    ratios = [median(row[which] / row[3] for row in rounds) for which in range(3)]
    cells = [f"{each:7.0f}" for each in times] + [f"{each:7.2f}" for each in ratios]
    return f"{depth:5}  {'deny ' if is_denied else 'allow'} " + "".join(cells)


def import_milliseconds(module: str, byte_code: str) -> float:
    """Return the CPU time of an import in a fresh process, byte code being there."""
    program = (
        f"import time; t = time.process_time(); import {module}; print(time.process_time() - t)"
    )
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": byte_code}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def once() -> float:
        asked = [sys.executable, "-c", program]
        return float(subprocess.run(asked, env=environment, capture_output=True, check=True).stdout)

    once()  # writes the byte code
    return median(once() for _ in range(IMPORTS)) * 1000


def main() -> None:
    """Print the table."""
    print("chain  verdict  first   cold   warm  tenuo | first   cold   warm (to tenuo)")
    for depth in DEPTHS:
        for is_denied in (False, True):
            print(compared(depth, is_denied=is_denied))
    with TemporaryDirectory() as byte_code:
        mine = import_milliseconds("gatehouse.domain.warrants", byte_code)
        its = import_milliseconds("tenuo", byte_code)
    print(f"import {mine:.1f} ms, tenuo {its:.1f} ms: {mine / its:.2f}")


if __name__ == "__main__":
    main()
