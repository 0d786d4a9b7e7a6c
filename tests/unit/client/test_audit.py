"""An export of the audit, verified: whatever was done to it is found, and said."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gatehouse.domain.audit import NO_ENTRY, Change, Target, entry_digest, entry_document
from gatehouse.domain.audit_chain import next_entry
from gatehouse.domain.audit_heads import HeadStatement, signed_bytes, statement_document
from gatehouse_client.audit import read_audit, verify_audit
from gatehouse_client.audit.__main__ import main
from gatehouse_client.audit.documents import canonical
from tests.audited import AUTHOR
from tests.samples import NOW, PROJECT_ID

KEY = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())
CHANGE = Change(target=Target(kind="tool", id="lookup"), before=None, after="ab" * 32)
Export = dict[str, Any]


def statement(entry: Export, key: ec.EllipticCurvePrivateKey = KEY, **changes: Any) -> Export:
    said = HeadStatement(
        deployment_id="d-1",
        chain=PROJECT_ID,
        date=f"2026-01-0{entry['seq']}",
        seq=entry["seq"],
        digest=entry["digest"],
    )
    said = replace(said, **changes)
    signature = key.sign(signed_bytes(said), ec.ECDSA(hashes.SHA256()))
    return {**statement_document(said), "signature": base64.b64encode(signature).decode()}


def export(length: int = 6) -> Export:
    """What the gateway's own code writes."""
    head, entries = NO_ENTRY, []
    for number in range(length):
        actor = replace(AUTHOR.actor, name='Zoë \u2028 "quoted" \x01')
        author = replace(AUTHOR, at=NOW + number, actor=actor)
        made = next_entry(head, PROJECT_ID, author, CHANGE)
        entries.append({**entry_document(made), "digest": entry_digest(made)})
        head = made.head
    heads = [statement(entries[2]), statement(entries[4])]
    return {"chain": PROJECT_ID, "entries": entries, "heads": heads}


def problems(document: Export, *keys: ec.EllipticCurvePrivateKey) -> tuple[str, ...]:
    public = [key.public_key() for key in keys or (KEY,)]
    return verify_audit(read_audit(json.dumps(document)), public).problems


def test_what_the_gateway_writes_verifies() -> None:
    found = verify_audit(read_audit(json.dumps(export())), [KEY.public_key()])
    assert (found.entries, found.heads, found.covered, found.problems) == (6, 2, 5, ())


def rehash(entries: list[Export]) -> list[Export]:
    """Make a whole chain anew, as whoever may write the table could."""
    made: list[Export] = []
    for number, entry in enumerate(entries, 1):
        prev = made[-1]["digest"] if made else None
        said = {**entry, "seq": number, "prev": prev}
        del said["digest"]
        made.append({**said, "digest": hashlib.sha256(canonical(said)).hexdigest()})
    return made


def entry_altered(entry: Export) -> Export:
    return {**entry, "source_ip": "198.51.100.1"}


TAMPERED: dict[str, tuple[Callable[[Export], Export], str]] = {
    "removed": (
        lambda e: {**e, "entries": e["entries"][:1] + e["entries"][2:]},
        "entry 2 is missing: 3 stands in its place",
    ),
    "the first removed": (
        lambda e: {**e, "entries": e["entries"][1:]},
        "entry 1 is missing: 2 stands in its place",
    ),
    "altered": (
        lambda e: {
            **e,
            "entries": [*e["entries"][:3], entry_altered(e["entries"][3]), *e["entries"][4:]],
        },
        "entry 4 was altered: its digest is another",
    ),
    "reordered": (
        lambda e: {
            **e,
            "entries": [e["entries"][1], e["entries"][0], *e["entries"][2:]],
        },
        "entry 1 is missing: 2 stands in its place",
    ),
    "truncated below a signed end": (
        lambda e: {**e, "entries": e["entries"][:4]},
        "the statement of 2026-01-05: there were 5 entries, and number 5 is missing",
    ),
    "emptied": (
        lambda e: {**e, "entries": []},
        "the statement of 2026-01-03: there were 3 entries, and number 3 is missing",
    ),
    "made anew without an entry": (
        lambda e: {**e, "entries": rehash(e["entries"][:1] + e["entries"][2:])},
        "the statement of 2026-01-03: entry 3, or one before it, was another then",
    ),
    "made anew with an altered entry": (
        lambda e: {**e, "entries": rehash([entry_altered(e["entries"][0]), *e["entries"][1:]])},
        "the statement of 2026-01-03: entry 3, or one before it, was another then",
    ),
    "with an entry put in": (
        lambda e: {**e, "entries": [e["entries"][0], *e["entries"]]},
        "entry 2 is missing: 1 stands in its place",
    ),
    "of another chain": (
        lambda e: {**e, "chain": "Other001"},
        "entry 1 is of another chain",
    ),
    "with a statement of another key": (
        lambda e: {**e, "heads": [statement(e["entries"][2], OTHER)]},
        "the statement of 2026-01-03: it is not signed by the key that was given",
    ),
    "with an altered statement": (
        lambda e: {**e, "heads": [{**e["heads"][0], "seq": 2}]},
        "the statement of 2026-01-03: it is not signed by the key that was given",
    ),
    "with a statement about another chain": (
        lambda e: {**e, "heads": [statement(e["entries"][2], chain="Other001")]},
        "the statement of 2026-01-03: it is about another chain",
    ),
    "with statements of two deployments": (
        lambda e: {**e, "heads": [e["heads"][0], statement(e["entries"][4], deployment_id="d2")]},
        "the statements are of several deployments",
    ),
    "with times that run back": (
        lambda e: {
            **e,
            "entries": rehash(
                [{**e["entries"][0], "at": "2030-01-01T00:00:00Z"}, *e["entries"][1:]]
            ),
            "heads": [],
        },
        "entry 2 is older than the one before it",
    ),
}


@pytest.mark.parametrize("how", sorted(TAMPERED))
def test_whatever_was_done_to_it_is_found_and_said(how: str) -> None:
    tamper, said = TAMPERED[how]
    assert said in problems(tamper(export()))


def test_statements_may_be_of_a_key_that_the_deployment_had() -> None:
    document = export()
    document["heads"] = [statement(document["entries"][2], OTHER)]
    assert problems(document, KEY, OTHER) == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"chain": "x", "entries": []}',
        '{"chain": "x", "entries": [], "heads": [], "more": 1}',
        '{"chain": "x", "entries": [{}], "heads": []}',
        '{"chain": "x", "chain": "y", "entries": [], "heads": []}',
    ],
)
def test_what_is_no_export_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "export.json").write_text(text)
    assert main(["verify", str(tmp_path / "export.json"), "--key", str(key_file(tmp_path))]) == 1


def key_file(folder: Path) -> Path:
    path = folder / "key.pem"
    path.write_bytes(KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


def test_the_command_line_says_what_holds_and_what_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, key = tmp_path / "export.json", str(key_file(tmp_path))
    file.write_text(json.dumps(export()))
    assert main(["verify", str(file), "--key", key]) == 0
    said = capsys.readouterr().out
    assert "Verified: 6 entries of chain Proj0001, 2 statements." in said
    assert "No statement covers the last 1 yet" in said
    file.write_text(json.dumps(TAMPERED["truncated below a signed end"][0](export())))
    assert main(["verify", str(file), "--key", key]) == 1
    assert "there were 5 entries, and number 5 is missing" in capsys.readouterr().err
