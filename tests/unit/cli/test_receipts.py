"""Receipts are taken along, and verified without asking anybody."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from gatehouse_client.receipts.documents import write_export
from tests.unit.cli.loopback import gatehouse, serving
from tests.unit.client.test_receipts import EXPORT, INSTANCE, TEXT, served

PERIOD = ("--from", "2023-11-14T00:00Z", "--to", "2023-11-15T00:00Z")


@pytest.fixture
def key(tmp_path: Path) -> str:
    file = tmp_path / "key.pem"
    file.write_text(INSTANCE.key.public_key_pem())
    return str(file)


def test_what_is_taken_along_is_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    serving(monkeypatch, served)
    file, pem = str(tmp_path / "receipts.json"), str(tmp_path / "said.pem")
    asked = ("receipts", "export", file, *PERIOD, "--key", pem, "--json")

    done = gatehouse(*asked, GATEHOUSE_API_KEY="key")

    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {"receipts": 3, "chains": 1, "calls": 3}
    assert Path(file).read_text() == TEXT
    verified = gatehouse("receipts", "verify", file, "--key", pem, "--json")
    assert verified.exit_code == 0, verified.output
    assert json.loads(verified.stdout) == {
        "verified": True,
        "receipts": 3,
        "chains": 1,
        "calls": 3,
        "problems": [],
    }


def test_a_receipt_that_was_left_out_is_missed(tmp_path: Path, key: str) -> None:
    file = tmp_path / "receipts.json"
    (chain,) = EXPORT.chains
    cut = replace(EXPORT, chains=(replace(chain, receipts=chain.receipts[1:]),))
    file.write_text(write_export(cut))

    done = gatehouse("receipts", "verify", str(file), "--key", key, "--json")

    assert (done.exit_code, json.loads(done.stdout)["verified"]) == (1, False)
    assert "NOT VERIFIED" in done.stderr


def test_what_nothing_shows_to_be_whole_is_said_to_be_so(tmp_path: Path, key: str) -> None:
    file = tmp_path / "receipts.json"
    file.write_text(write_export(replace(EXPORT, calls=())))

    done = gatehouse("receipts", "verify", str(file), "--key", key)

    assert done.exit_code == 0
    assert "may be missing at the ends" in done.stdout


@pytest.mark.parametrize("text", ["{}", "no JSON"])
def test_a_file_that_holds_none_is_misuse(tmp_path: Path, key: str, text: str) -> None:
    (tmp_path / "file").write_text(text)

    assert gatehouse("receipts", "verify", str(tmp_path / "file"), "--key", key).exit_code == 2


@pytest.mark.parametrize("moment", ["yesterday", "2023-11-14T00:00"])
def test_a_time_without_a_zone_is_misuse(tmp_path: Path, moment: str) -> None:
    asked = ("receipts", "export", str(tmp_path / "file"), "--from", moment)

    assert gatehouse(*asked).exit_code == 2
