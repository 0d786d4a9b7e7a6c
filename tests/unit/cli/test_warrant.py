"""Warrants are minted, read and explained on this machine."""

import json
from pathlib import Path

import pytest

from gatehouse_client.warrants import SigningKey
from tests.unit.cli.loopback import gatehouse


@pytest.fixture
def warrant(tmp_path: Path) -> str:
    key, file, rules = tmp_path / "key", tmp_path / "warrant", tmp_path / "rules.json"
    key.write_text(SigningKey.generate().to_pem())
    key.chmod(0o600)
    rules.write_text(
        '{"deploy": {"cluster": {"Pattern": "staging-*"}, "n": {"Range": {"max": 9}}}}'
    )
    asked = ("--issuer-key", str(key), "--capabilities", str(rules), "--tool", "status")
    done = gatehouse("warrant", "mint", *asked)
    assert done.exit_code == 0, done.output
    file.write_text(done.stdout)
    return str(file)


def test_a_minted_warrant_is_read_back(warrant: str) -> None:
    (said,) = json.loads(gatehouse("warrant", "inspect", warrant, "--json").stdout)["chain"]
    assert said["tools"] == ["deploy", "status"]
    assert said["conditions"]["deploy"]["cluster"] == "Pattern('staging-*')"
    assert "staging-*" in gatehouse("warrant", "inspect", warrant).stdout


def test_a_call_is_explained(warrant: str) -> None:
    asked = ("warrant", "explain", warrant, "deploy", "--set", "cluster=staging-a", "--json")
    allowed = gatehouse(*asked, "--set", "n=9")
    denied = gatehouse(*asked, "--set", "n=10")
    assert (allowed.exit_code, json.loads(allowed.stdout)["allowed"]) == (0, True)
    assert (denied.exit_code, json.loads(denied.stdout)["field"]) == (1, "n")


def test_an_altered_warrant_does_not_hold(warrant: str) -> None:
    text = Path(warrant).read_text().strip()
    Path(warrant).write_text(text[:-4] + ("AAAA" if text[-4:] != "AAAA" else "BBBB"))
    assert gatehouse("warrant", "inspect", warrant).exit_code == 1


@pytest.mark.parametrize("rules", ['{"a": {"b": {"Import": "os"}}}', '{"a": 1}', "[]", "{"])
def test_conditions_that_are_none_are_misuse(tmp_path: Path, rules: str) -> None:
    (tmp_path / "key").write_text(SigningKey.generate().to_pem())
    (tmp_path / "rules").write_text(rules)
    files = ("--issuer-key", str(tmp_path / "key"), "--capabilities", str(tmp_path / "rules"))
    assert gatehouse("warrant", "mint", *files).exit_code == 2
