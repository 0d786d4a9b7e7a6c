"""Time our verifier beside the public package `tenuo`, in one process.

    python -m bench.warrants

Both get the same bytes: decode, verify and decide one call, for chains of 1, 3 and 8 warrants, for
a call that is allowed and one that a constraint denies. Ours is asked cold (nothing verified
before) and warm (the chain verified before by this process). Each figure is the best of several
rounds, in microseconds of CPU; the ratio is ours to theirs.
"""

import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping

import tenuo_core

from gatehouse.domain.warrants import Authorizer
from gatehouse.domain.warrants.chain import VerifiedChains
from tests.warrants import NOW, PUBLIC, Minted, proof

ROUNDS = 7
CALLS = 200
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
    """Return the least CPU time of one call over some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        before = time.process_time()
        for _ in range(CALLS):
            try:
                call()
            except Exception:  # the package's denials have no base of their own
                if not is_denied:
                    raise
        best = min(best, time.process_time() - before)
    return best / CALLS * 1e6


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
    times = [
        microseconds(call, is_denied=is_denied)
        for call in (
            lambda: ours(cold, stack, arguments, pop),
            lambda: ours(warm, stack, arguments, pop),
            lambda: theirs(other, texts, arguments, pop),
        )
    ]
    verdict = "deny " if is_denied else "allow"
    return (
        f"{depth:5}  {verdict}  {times[0]:8.0f}  {times[1]:8.0f}  {times[2]:8.0f}"
        f"  {times[0] / times[2]:10.2f}  {times[1] / times[2]:10.2f}"
    )


def main() -> None:
    """Print the table."""
    print("chain  verdict    cold      warm     tenuo  cold/tenuo  warm/tenuo")
    for depth in DEPTHS:
        for is_denied in (False, True):
            print(compared(depth, is_denied=is_denied))


if __name__ == "__main__":
    main()
