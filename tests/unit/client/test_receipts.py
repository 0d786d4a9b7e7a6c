"""Offline verification: what holds passes, and whatever was done to it is found."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import tenuo_core
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from gatehouse.domain.calls import Outcome
from gatehouse_client.receipts import read_export, read_key, verify_export
from gatehouse_client.receipts.__main__ import main
from gatehouse_client.receipts.documents import (
    Export,
    ExportedChain,
    UnreadableExport,
    read_link,
    write_export,
)
from gatehouse_client.receipts.fetching import ExportFailed, fetch_export
from tests.fakes.receipts import DeploymentKey
from tests.receipts import DENIED, Instance, record
from tests.samples import PROJECT_ID

INSTANCE = Instance()
INSTANCE.keep(
    record(0),
    record(1, outcome=Outcome.DENIED, warrant=DENIED),
    record(2),
    record(3, project_id="Proj0002"),
)
EXPORT = INSTANCE.export()
TEXT = write_export(EXPORT)
[CHAIN] = EXPORT.chains
KEY = INSTANCE.public_key
OTHER = Instance(key=INSTANCE.key, random_bytes=lambda size: b"\7" * size)
OTHER.keep(record(8), record(9))


def problems(export: Export, key: ec.EllipticCurvePublicKey = KEY) -> str:
    return "; ".join(verify_export(export, [key]).problems)


def with_chain(**changes: object) -> Export:
    return replace(EXPORT, chains=(replace(CHAIN, **changes),))  # type: ignore[arg-type]


def renumbered(*receipts: bytes) -> Export:
    """An export of these receipts whose numbers and calls leave nothing to find."""
    return replace(with_chain(receipts=tuple(enumerate(receipts))), calls=())


def test_what_was_written_verifies() -> None:
    found = verify_export(EXPORT, [KEY])

    assert found.problems == ()
    assert found.calls == 3
    [chain] = found.chains
    assert [receipt.outcome for receipt in chain.receipts] == ["allow", "deny", "allow"]
    assert chain.certificate.function == "dispatch"


def test_an_export_survives_writing_and_reading() -> None:
    assert read_export(TEXT) == EXPORT


@pytest.mark.parametrize("left_out", [0, 1, 2])
def test_a_receipt_that_was_left_out_is_missed(left_out: int) -> None:
    kept = tuple(each for each in CHAIN.receipts if each[0] != left_out)

    assert f"/{left_out}, which is missing" in problems(with_chain(receipts=kept)) or (
        f"receipt {left_out} is missing" in problems(with_chain(receipts=kept))
    )


@pytest.mark.parametrize("left_out", [0, 1])
def test_numbering_anew_hides_no_receipt_that_was_left_out(left_out: int) -> None:
    kept = [data for sequence, data in CHAIN.receipts if sequence != left_out]

    assert "does not follow the one before" in problems(renumbered(*kept))


def test_receipts_in_another_order_are_found() -> None:
    first, second, third = (data for _, data in CHAIN.receipts)

    for order in ([second, first, third], [first, third, second], [first, second, second]):
        assert "does not follow the one before" in problems(renumbered(*order))


def test_a_chain_that_was_left_out_is_missed() -> None:
    assert problems(replace(EXPORT, chains=())).count("which is missing") == 3


def test_a_chain_that_is_there_twice_is_found() -> None:
    assert "is there twice" in problems(replace(EXPORT, chains=(CHAIN, CHAIN)))


def test_a_receipt_of_another_instance_does_not_pass_for_one_of_this() -> None:
    [other] = OTHER.export().chains
    forged = with_chain(receipts=other.receipts)

    assert "signed by another key" in problems(forged)


def test_a_chain_of_another_project_does_not_pass_for_one_of_this() -> None:
    others = INSTANCE.export("Proj0002")

    assert problems(others) == ""
    assert "of another project" in problems(replace(others, project_id=PROJECT_ID))


def test_a_chain_under_another_name_is_found() -> None:
    assert "of another project, chain or instance" in problems(with_chain(chain="c" * 32))


def test_a_certificate_of_another_deployments_key_does_not_hold() -> None:
    stranger = Instance(key=DeploymentKey())

    assert "not signed by the key" in problems(EXPORT, stranger.public_key)


def test_one_of_several_keys_is_enough() -> None:
    stranger = Instance(key=DeploymentKey())

    assert verify_export(EXPORT, [stranger.public_key, KEY]).problems == ()


def test_a_certificate_of_another_instance_does_not_do() -> None:
    [other] = OTHER.export().chains
    forged = with_chain(certificate=other.certificate, signature=other.signature)

    assert "signed by another key" in problems(forged)


def test_without_a_certificate_nothing_is_verified() -> None:
    assert "the certificate is missing" in problems(with_chain(certificate=None, signature=None))


def test_a_call_that_names_anothers_receipt_is_found() -> None:
    swapped = replace(EXPORT.calls[0], request_id=EXPORT.calls[1].request_id)

    assert "names the receipt of call" in problems(replace(EXPORT, calls=(swapped,)))


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_any_flipped_bit_of_what_is_signed_is_found(data: st.DataObject) -> None:
    parts = {
        "certificate": CHAIN.certificate or b"",
        "signature": CHAIN.signature or b"",
        **{str(sequence): receipt for sequence, receipt in CHAIN.receipts},
    }
    name = data.draw(st.sampled_from(sorted(parts)))
    bit = data.draw(st.integers(0, 8 * len(parts[name]) - 1))
    flipped = bytearray(parts[name])
    flipped[bit // 8] ^= 1 << bit % 8
    parts[name] = bytes(flipped)
    forged = with_chain(
        certificate=parts["certificate"],
        signature=parts["signature"],
        receipts=tuple((sequence, parts[str(sequence)]) for sequence, _ in CHAIN.receipts),
    )

    assert problems(replace(forged, calls=()))


@given(st.integers(0, len(TEXT) - 1), st.characters(codec="ascii", categories=["L", "N", "P"]))
@settings(max_examples=300, deadline=None)
def test_any_other_character_in_the_file_is_found(at: int, character: str) -> None:
    if TEXT[at] in f" \n{character}":
        return
    forged = TEXT[:at] + character + TEXT[at + 1 :]

    try:
        found = verify_export(read_export(forged), [KEY])
    except UnreadableExport:
        return
    assert found.problems


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document | {"more": 1},
        lambda document: {"project_id": document["project_id"]},
        lambda document: [document],
        lambda document: document | {"chains": {}},
        lambda document: document | {"calls": [{"request_id": "x", "receipt": "c/01"}]},
        lambda document: document | {"calls": [{"request_id": "x", "receipt": "c"}]},
        lambda document: document | {"calls": [{"request_id": 1, "receipt": "c/0"}]},
        lambda document: document | {"chains": [document["chains"][0] | {"receipts": [{}]}]},
        lambda document: document | {"chains": [document["chains"][0] | {"certificate": "a=="}]},
        lambda document: (
            document | {"chains": [document["chains"][0] | {"certificate": "YQ=="[:3]}]}
        ),
    ],
)
def test_a_file_that_is_no_export_is_refused(change: Callable[[object], object]) -> None:
    with pytest.raises(UnreadableExport):
        read_export(json.dumps(change(json.loads(TEXT))))


def test_base64_has_one_spelling() -> None:
    [chain] = json.loads(TEXT)["chains"]
    padded = next(each["receipt"] for each in chain["receipts"] if each["receipt"].endswith("="))
    at = padded.index("=") - 1
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    unused = padded[:at] + alphabet[alphabet.index(padded[at]) + 1] + padded[at + 1 :]

    with pytest.raises(UnreadableExport):
        read_export(TEXT.replace(padded, unused))


def test_only_keys_on_p256_are_taken() -> None:
    pem = INSTANCE.key.public_key_pem().encode()
    assert read_key(pem).public_numbers() == KEY.public_numbers()

    with pytest.raises(ValueError, match="P-256"):
        read_key(_pem(ec.generate_private_key(ec.SECP384R1())))


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def test_the_public_package_accepts_our_receipts() -> None:
    chains: list[ExportedChain] = [*EXPORT.chains, *OTHER.export().chains]
    for chain in chains:
        for _, data in chain.receipts:
            assert tenuo_core.verify_receipt(data).authorizer_id


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    export, key = tmp_path / "export.json", tmp_path / "key.pem"
    export.write_text(TEXT)
    key.write_text(INSTANCE.key.public_key_pem())
    return str(export), str(key)


def test_the_command_says_what_it_verified(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    export, key = files

    assert main(["verify", export, "--key", key]) == 0
    told = capsys.readouterr().out
    assert "2 allowed, 1 denied, 2023-11-14T22:13:20Z" in told
    assert "Verified: 3 receipts in 1 chains, 3 calls." in told


def test_the_command_fails_with_the_reason(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    export, key = files
    Path(export).write_text(write_export(with_chain(receipts=CHAIN.receipts[1:])))

    assert main(["verify", export, "--key", key]) == 1
    assert "NOT VERIFIED: chain" in (told := capsys.readouterr().err)
    assert "receipt 0 is missing" in told


@pytest.mark.parametrize("broken", [0, 1])
def test_the_command_fails_on_files_that_are_none(files: tuple[str, str], broken: int) -> None:
    Path(files[broken]).write_text("nothing")

    assert main(["verify", files[0], "--key", files[1]]) == 1


def test_verifying_needs_none_of_the_libraries_that_warrants_need(files: tuple[str, str]) -> None:
    export, key = files
    program = (
        f"import sys; sys.path[:0] = {[path for path in sys.path if path]!r}\n"
        "sys.modules.update(dict.fromkeys(['re2', 'can_ada', 'cbor2', 'boto3']))\n"
        "from gatehouse_client.receipts.__main__ import main\n"
        f"sys.exit(main(['verify', {export!r}, '--key', {key!r}]))"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_command_says_when_nothing_shows_the_ends_of_chains(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    export, key = files
    Path(export).write_text(write_export(replace(EXPORT, calls=())))

    assert main(["verify", export, "--key", key]) == 0
    assert "may be missing at the ends" in capsys.readouterr().out


def served(request: httpx.Request) -> httpx.Response:
    """The management API, in pages of one."""
    if request.headers["authorization"] != "Bearer key":
        return httpx.Response(401, json={})
    after = int(request.url.params.get("cursor", "0"))
    path = request.url.path.removeprefix("/api/v1/")
    document = json.loads(TEXT)
    [chain] = document["chains"]
    if path == "project":
        return httpx.Response(200, json={"id": PROJECT_ID})
    if path == "warrants/receipt-key":
        return httpx.Response(200, json={"public_key_pem": INSTANCE.key.public_key_pem()})
    pages = {
        "tool-calls": [*document["calls"], {"request_id": "x", "receipt": None}],
        "warrants/receipts": [{"chain": chain["chain"]}],
        f"warrants/receipts/{chain['chain']}": chain["receipts"],
    }[path]
    more = str(after + 1) if after + 1 < len(pages) else None
    page = {"items": [pages[after]], "next_cursor": more}
    return httpx.Response(
        200, json=page | {name: chain[name] for name in ("certificate", "signature")}
    )


def test_an_export_is_fetched_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANAGE_KEY", "key")
    export, pem = fetched()

    assert export == EXPORT
    assert verify_export(export, [read_key(pem.encode())]).problems == ()


def fetched() -> tuple[Export, str]:
    return fetch_export(
        "https://gate.example",
        "MANAGE_KEY",
        starts_at=datetime(2023, 11, 14, tzinfo=UTC),
        ends_at=datetime(2023, 11, 15, tzinfo=UTC),
        transport=httpx.MockTransport(served),
    )


def test_an_export_needs_a_key_that_is_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MANAGE_KEY", raising=False)
    with pytest.raises(ExportFailed, match="MANAGE_KEY"):
        fetched()
    monkeypatch.setenv("MANAGE_KEY", "wrong")
    with pytest.raises(ExportFailed, match="401"):
        fetched()


@pytest.mark.parametrize("link", ["", "c", "c/", "c/-1", "c/00", "c/x"])
def test_a_link_that_names_no_receipt_is_refused(link: str) -> None:
    with pytest.raises(UnreadableExport):
        read_link("request", link)
