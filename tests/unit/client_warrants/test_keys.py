"""Keys: every form they are kept in, and none in which they get out."""

import copy
import pickle
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
import tenuo_core
from hypothesis import given, settings
from hypothesis import strategies as st

from gatehouse_client.errors import ConfigurationError
from gatehouse_client.warrants import PublicKey, SigningKey, Warrant, key_from_env
from tests.unit.client_warrants.oracle import ALICE, NOW, ROOT, their_key, their_public

SEED = bytes(range(224, 256))
KEY = SigningKey.from_bytes(SEED)
TEXTS = [
    b64encode(SEED).decode(),
    urlsafe_b64encode(SEED).rstrip(b"=").decode(),
    f" {b64encode(SEED).decode()}\n",
    SEED.hex(),
    SEED.hex().upper(),
    KEY.to_pem(),
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_key_is_read_from_every_form(text: str, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(text)

    assert SigningKey.from_env("MY_KEY", {"MY_KEY": text}).secret_key_bytes() == SEED
    assert SigningKey.from_file(path).secret_key_bytes() == SEED
    assert key_from_env("worker-1", {"TENUO_KEY_worker-1": text}).public_key == KEY.public_key


def test_a_file_may_hold_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(SEED)

    assert SigningKey.from_file(tmp_path / "key").public_key == KEY.public_key


@pytest.mark.parametrize(
    "read",
    [
        lambda: SigningKey.from_env("K", {}),
        lambda: SigningKey.from_env("K", {"K": "c2VjcmV0"}),
        lambda: SigningKey.from_env("K", {"K": b64encode(SEED).decode() + "!"}),
        lambda: SigningKey.from_env("K", {"K": "secret" * 10 + "é"}),
        lambda: SigningKey.from_file("/nowhere/key"),
        lambda: SigningKey.from_bytes(SEED[1:]),
        lambda: SigningKey.from_pem(ALICE.public_key.to_pem()),
        lambda: PublicKey.from_pem(ALICE.to_pem()),
        lambda: PublicKey.from_bytes(bytes(31)),
        lambda: PublicKey.from_bytes(bytes([1]) + bytes(31)),
    ],
)
def test_what_is_no_key_is_refused_without_being_repeated(read: Callable[[], object]) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read()

    assert b64encode(SEED).decode() not in str(refused.value)
    assert "secret" not in str(refused.value)


@settings(max_examples=20, deadline=None, database=None)
@given(st.binary(min_size=32, max_size=32))
def test_pem_goes_both_ways_between_both_packages(seed: bytes) -> None:
    ours = SigningKey.from_bytes(seed)
    theirs = tenuo_core.SigningKey.from_bytes(seed)

    assert SigningKey.from_pem(theirs.to_pem()).secret_key_bytes() == seed
    assert bytes(tenuo_core.SigningKey.from_pem(ours.to_pem()).secret_key_bytes()) == seed
    assert PublicKey.from_pem(theirs.public_key.to_pem()) == ours.public_key
    assert bytes(tenuo_core.PublicKey.from_pem(ours.public_key.to_pem()).to_bytes()) == (
        ours.public_key.to_bytes()
    )


def test_halves_that_do_not_belong_together_are_refused() -> None:
    mine, its = their_key(ALICE).to_pem(), their_key(ROOT).to_pem()
    lines = [mine.splitlines()[0], mine.splitlines()[1], its.splitlines()[2], mine.splitlines()[3]]

    with pytest.raises(ConfigurationError, match="halves"):
        SigningKey.from_pem("\n".join(lines))


def test_public_keys_are_read_from_the_environment() -> None:
    text = KEY.public_key.to_base64()

    assert PublicKey.from_env("ROOT", {"ROOT": text}) == KEY.public_key
    assert PublicKey.from_env("ROOT", {"ROOT": KEY.public_key.to_pem()}) == KEY.public_key
    assert bytes(their_public(KEY.public_key).to_bytes()) == KEY.public_key.to_bytes()
    assert len({KEY.public_key, PublicKey.from_text(text)}) == 1


BOUND = Warrant.mint_builder().tool("t").mint(KEY, now=NOW).bind(KEY)


@pytest.mark.parametrize("holder", [KEY, BOUND])
@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, pickle.dumps, lambda o: [*o.__dict__]]
)
def test_what_holds_a_key_is_neither_copied_nor_pickled(
    holder: object, copied: Callable[[object], object]
) -> None:
    with pytest.raises((TypeError, AttributeError)):
        copied(holder)


@pytest.mark.parametrize("holder", [KEY, BOUND])
def test_no_text_of_what_holds_a_key_shows_it(holder: object) -> None:
    shown = f"{holder!r}{holder}"

    for text in TEXTS:
        assert text.strip() not in shown
    assert SEED.hex()[:8] not in shown
