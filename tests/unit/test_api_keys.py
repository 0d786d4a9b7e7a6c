"""API keys: their form, and what is refused without asking anyone."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain import api_keys, base62
from gatehouse.domain.errors import Unauthenticated

ids = st.text(base62.ALPHABET, min_size=8, max_size=8)
secrets = st.text(base62.ALPHABET, min_size=24, max_size=24)


def test_the_form_is_the_published_one() -> None:
    key = api_keys.compose("Proj0001", "Integ001", "s" * 24)
    assert key == "tengine_Proj0001Integ001" + "s" * 24 + key[-5:]
    assert len(key) == 53
    number = int.from_bytes(hashlib.sha256(key[:-5].encode()).digest()[:8], "big") % 62**5
    digits = ""
    for _ in range(5):
        number, digit = divmod(number, 62)
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[digit] + digits
    assert key[-5:] == digits


@given(ids, ids, secrets)
def test_a_key_names_its_project_and_integration(project: str, integration: str, rest: str) -> None:
    presented = api_keys.read(api_keys.compose(project, integration, rest))
    assert (presented.project_id, presented.integration_id) == (project, integration)


@given(ids, ids, secrets, st.integers(0, 52), st.sampled_from(base62.ALPHABET + "-_ é"))
def test_one_changed_character_is_noticed_offline(
    project: str, integration: str, rest: str, index: int, other: str
) -> None:
    key = api_keys.compose(project, integration, rest)
    changed = key[:index] + other + key[index + 1 :]
    if changed != key:
        with pytest.raises(Unauthenticated):
            api_keys.read(changed)


@pytest.mark.parametrize("noise", ["", "tengine_", "tengine_" + "0" * 44, "tng_mst_" + "0" * 45])
def test_what_is_no_key_is_refused(noise: str) -> None:
    with pytest.raises(Unauthenticated):
        api_keys.read(noise)


def test_random_text_draws_each_character_on_its_own() -> None:
    draws = iter([0, 9, 10, 35, 36, 61])
    assert base62.random_text(6, lambda _: next(draws)) == "09AZaz"
