"""Receipts on the deployed template: written by who decided, exported, verified offline."""

import json
from base64 import b64decode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import tenuo_core

from gatehouse.domain.warrants.receipts import Receipt, read_receipt
from gatehouse_client.receipts import read_export, read_key, verify_export
from gatehouse_client.receipts.__main__ import main
from gatehouse_client.receipts.documents import UnreadableExport
from local.stack import LocalStack
from tests.integration.echo import Echo
from tests.integration.holders import Holder, request_id, set_policy, trust_root
from tests.integration.world import Json, Tenant, World

pytestmark = pytest.mark.stack


@dataclass(frozen=True)
class Audited:
    """A project that keeps receipts, some of its calls, and its export."""

    tenant: Tenant
    holder: Holder
    calls: dict[str, str]
    export: Path
    key: Path


@pytest.fixture(scope="module")
def audited(world: World, echo: Echo, tmp_path_factory: pytest.TempPathFactory) -> Audited:
    tenant = world.tenant("Audited")
    set_policy(tenant)
    trust_root(tenant)
    tool = tenant.tool(
        echo.url,
        name="look-up",
        input_schema={"type": "object", "properties": {"id": {}}, "additionalProperties": False},
    )
    holder = Holder.of(tenant, tool["name"])
    calls = {
        "allowed": request_id(holder.call(id="c1")),
        "denied": request_id(holder.call(id="c2")),
    }
    calls["denied again"] = request_id(holder.call(id="c3"))
    set_policy(tenant, mode="audit")
    calls["let pass"] = request_id(holder.call(id="c4"))
    home = tmp_path_factory.mktemp("audit")
    audit = Audited(tenant, holder, calls, home / "export.json", home / "key.pem")
    assert exported(audit, world) == 0
    return audit


def exported(audited: Audited, world: World) -> int:
    """Run the command that exports, as an auditor would."""
    now = datetime.now(UTC)
    period = [(now + timedelta(minutes=by)).isoformat() for by in (-10, 10)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GATEHOUSE_API_KEY", audited.tenant.api_key)
        where = ["--url", world.api_url, "--from", period[0], "--to", period[1]]
        return main(["export", str(audited.export), "--key", str(audited.key), *where])


def receipts_of(audited: Audited) -> dict[str, tuple[str, Receipt]]:
    """Each call's receipt, and the function that wrote it."""
    found: dict[str, tuple[str, Receipt]] = {}
    export = read_export(audited.export.read_text())
    verified = verify_export(export, [read_key(audited.key.read_bytes())])
    assert verified.problems == ()
    for chain in verified.chains:
        for receipt in chain.receipts:
            assert receipt.request_id is not None
            found[receipt.request_id] = (chain.certificate.function, receipt)
    return {what: found[of] for what, of in audited.calls.items()}


def test_dispatch_attests_calls_that_are_made_and_mcp_denials(audited: Audited) -> None:
    found = receipts_of(audited)

    told = {
        what: (function, receipt.outcome, receipt.decision_code)
        for what, (function, receipt) in found.items()
    }
    assert told == {
        "allowed": ("dispatch", "allow", None),
        "denied": ("mcp", "deny", "constraint-violation"),
        "denied again": ("mcp", "deny", "constraint-violation"),
        "let pass": ("dispatch", "allow", "constraint-violation"),
    }
    for function, receipt in found.values():
        assert receipt.warrant_chain == audited.holder.chain.stack
        assert receipt.action == "look-up"
        assert f":{function}:" in str(receipt.authorizer_id)


def test_each_record_names_its_receipt(audited: Audited) -> None:
    export = json.loads(audited.export.read_text())
    named = {call["request_id"]: call["receipt"] for call in export["calls"]}

    for call in audited.calls.values():
        record = audited.tenant.api("GET", f"/api/v1/tool-calls/{call}").json()
        assert record["receipt"] == named[call]


def test_the_command_verifies_the_export(
    audited: Audited, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(audited.export), "--key", str(audited.key)]) == 0
    told = capsys.readouterr().out
    assert "Verified: 4 receipts" in told
    assert "2 denied" in told


def test_kms_itself_says_the_same_key(audited: Audited, stack: LocalStack) -> None:
    answer = stack.client("kms").get_public_key(KeyId=stack.outputs["ReceiptKey"])
    ours = read_key(audited.key.read_bytes())
    pem = audited.key.read_text().splitlines()[1:-1]

    assert answer["KeySpec"] == "ECC_NIST_P256"
    assert answer["PublicKey"] == b64decode("".join(pem))
    assert ours.curve.name == "secp256r1"


def test_any_other_character_is_found(audited: Audited) -> None:
    text = audited.export.read_text()
    key = read_key(audited.key.read_bytes())
    random = Random(5)  # noqa: S311 - which characters are tried
    places = [at for at, character in enumerate(text) if character not in " \n"]
    for at in random.sample(places, 300):
        other = "A" if text[at] != "A" else "B"
        try:
            forged = read_export(text[:at] + other + text[at + 1 :])
        except UnreadableExport:
            continue
        assert verify_export(forged, [key]).problems, f"at {at}"


def test_each_receipt_that_is_left_out_is_missed(audited: Audited) -> None:
    document = json.loads(audited.export.read_text())
    key = read_key(audited.key.read_bytes())
    places = [
        (number, at)
        for number, chain in enumerate(document["chains"])
        for at in range(len(chain["receipts"]))
    ]
    assert len(places) == 4
    for number, at in places:
        forged = json.loads(audited.export.read_text())
        del forged["chains"][number]["receipts"][at]
        assert verify_export(read_export(json.dumps(forged)), [key]).problems


def test_the_public_package_accepts_each_receipt(audited: Audited) -> None:
    for chain in read_export(audited.export.read_text()).chains:
        for _, data in chain.receipts:
            theirs = tenuo_core.verify_receipt(data)
            assert theirs.request_id == read_receipt(data).request_id


def items(stack: LocalStack, prefix: str) -> list[Json]:
    pages = (
        stack.client("dynamodb").get_paginator("scan").paginate(TableName=stack.tables["activity"])
    )
    return [item for page in pages for item in page["Items"] if item["PK"]["S"].startswith(prefix)]


def test_a_project_that_asks_for_none_has_none(world: World, echo: Echo, stack: LocalStack) -> None:
    tenant = world.tenant("Without receipts")
    set_policy(tenant, receipts=False)
    trust_root(tenant)
    tool = tenant.tool(echo.url, name="look-up")
    holder = Holder.of(tenant, tool["name"])
    for call in (holder.call(id="c1"), holder.call(id="c2")):
        record = tenant.api("GET", f"/api/v1/tool-calls/{request_id(call)}").json()
        assert record["warrant"] is not None
        assert record["receipt"] is None

    assert items(stack, f"RECEIPT#{tenant.project_id}") == []
    assert items(stack, f"RECEIPTS#{tenant.project_id}") == []


def test_a_call_without_a_warrant_leaves_no_receipt(audited: Audited) -> None:
    set_policy(audited.tenant)
    said = audited.tenant.call(audited.tenant.api_key, "look-up", {"id": "c1"})["result"]

    assert said["isError"]
    record = audited.tenant.api("GET", f"/api/v1/tool-calls/{request_id(said)}").json()
    assert record["warrant"]["reason"] == "warrant-missing"
    assert record["receipt"] is None
