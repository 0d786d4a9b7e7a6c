"""What a stack of warrants names, whether it is remembered, too large to be, or no stack."""

import pytest

from bench.world import chain_of
from gatehouse.domain.warrant_names import MAX_KNOWN_BYTES, named_in
from gatehouse.domain.warrants.chain import read_chain
from tests.warrants import PUBLIC, Minted

SHORT, LONG = chain_of(2), chain_of(60)


@pytest.mark.parametrize("chain", [SHORT, LONG], ids=["remembered", "too large to be"])
def test_a_stack_names_its_issuer_and_its_warrants_each_time(chain: Minted) -> None:
    names = tuple(warrant.payload.name for warrant in read_chain(chain.stack))
    for _time in range(2):
        assert named_in(chain.stack) == (PUBLIC["root"], names)


def test_one_of_these_stacks_is_remembered_and_the_other_is_not() -> None:
    assert len(SHORT.stack) <= MAX_KNOWN_BYTES < len(LONG.stack)


@pytest.mark.parametrize("length", [1, MAX_KNOWN_BYTES + 1])
def test_what_is_no_stack_names_nothing(length: int) -> None:
    for _time in range(2):
        assert named_in(bytes(length)) == (None, ())


def test_a_stack_that_differs_in_one_byte_is_another() -> None:
    issuer, names = named_in(SHORT.stack)
    identity = bytes.fromhex(names[-1].removeprefix("tnu_wrt_"))
    changed = bytes([identity[0] ^ 1]) + identity[1:]
    other = named_in(SHORT.stack.replace(identity, changed))
    assert other[0] == issuer
    assert other[1] != names
