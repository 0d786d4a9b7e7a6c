"""What the guides tell runs: the README's section, and a rollout from development to production."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gatehouse_client.warrants import (
    AuthorizationDenied,
    Capability,
    Pattern,
    PublicKey,
    Range,
    SigningKey,
    Subpath,
    Warrant,
    auto_configure,
    configure,
    guard,
    is_audit_mode,
    mint_sync,
    reset_config,
)
from tests.unit.client_warrants.oracle import ALICE, BOB, ROOT

README = Path(__file__).parents[3] / "clients" / "python" / "README.md"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, key in {"ISSUER_KEY": ROOT, "ORCHESTRATOR_KEY": ALICE, "WORKER_KEY": BOB}.items():
        monkeypatch.setenv(name, b64encode(key.secret_key_bytes()).decode())
    for name, key in {"TRUSTED_ROOT": ROOT, "ORCH_PUBKEY": ALICE, "WORKER_PUBKEY": BOB}.items():
        monkeypatch.setenv(name, key.public_key.to_base64())
    monkeypatch.setenv("TENUO_ISSUER_KEY", ROOT.secret_key_bytes().hex())
    monkeypatch.setenv("TENUO_TRUSTED_ROOTS", ROOT.public_key.to_base64())
    reset_config()
    yield
    reset_config()


def test_the_readme_s_section_runs_from_top_to_bottom(capsys: pytest.CaptureFixture[str]) -> None:
    section = README.read_text().split("\n## Warrants\n")[1].split("\n## ")[0]
    blocks = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    names: dict[str, Any] = {}

    for block in blocks:
        exec(compile(block, str(README), "exec"), names)  # noqa: S102 - it is what users will run

    assert len(blocks) == 5
    assert "Range(max=10)" in capsys.readouterr().out
    root = Warrant.mint_builder().tool("delete_file").holder(BOB.public_key).mint(ROOT)
    event = {
        "headers": root.headers(BOB, "delete_file", {"path": "a"}),
        "body": json.dumps({"path": "a"}),
    }
    assert names["lambda_handler"](event, None) == "deleted a"
    with pytest.raises(AuthorizationDenied):
        names["lambda_handler"]({**event, "headers": {}}, None)


def test_a_rollout_goes_from_audit_to_enforce() -> None:
    deleted = []

    @guard(tool="delete_file")
    def delete_file(path: str) -> None:
        deleted.append(path)

    configure(issuer_key=SigningKey.generate(), mode="audit", dev_mode=True)
    assert is_audit_mode()
    with mint_sync(Capability("delete_file", path=Subpath("/srv"))):
        delete_file("/srv/test.txt")
        delete_file("/etc/passwd")
    assert deleted == ["/srv/test.txt", "/etc/passwd"]

    configure(
        issuer_key=SigningKey.from_env("ISSUER_KEY"),
        mode="enforce",
        trusted_roots=[PublicKey.from_env("TRUSTED_ROOT")],
    )
    with mint_sync(Capability("delete_file", path=Subpath("/srv"))) as warrant:
        delete_file("/srv/again.txt")
        with pytest.raises(AuthorizationDenied):
            delete_file("/etc/passwd")
        assert warrant.why_denied("delete_file", {"path": "/etc/passwd"}).nearest == "/srv"
    assert deleted[2:] == ["/srv/again.txt"]


def test_keys_are_apart_from_warrants() -> None:
    key = SigningKey.from_env("ISSUER_KEY")
    warrant = Warrant.mint_builder().tool("search").holder(key.public_key).ttl(3600).mint(key)

    headers = warrant.headers(key, "search", {"query": "test"})
    worker_key = SigningKey.generate()
    child = (
        warrant.grant_builder()
        .capability("search", query=Pattern("safe*"))
        .holder(worker_key.public_key)
        .ttl(300)
        .grant(key)
    )

    assert set(headers) == {"X-Tenuo-Warrant", "X-Tenuo-PoP"}
    assert Warrant.from_base64(headers["X-Tenuo-Warrant"]) == warrant
    assert child.allows("search", {"query": "safer"})
    assert not child.allows("search", {"query": "test"})


def test_one_bound_warrant_makes_many_calls() -> None:
    key = SigningKey.from_env("ISSUER_KEY")
    warrant = Warrant.mint_builder().tool("process").holder(key.public_key).ttl(3600).mint(key)
    bound = warrant.bind(key)

    proofs = {bound.headers("process", {"item": item})["X-Tenuo-PoP"] for item in range(5)}

    assert len(proofs) == 5


def test_everything_is_set_up_by_the_environment() -> None:
    assert auto_configure()

    @guard(tool="search")
    def search(query: str) -> str:
        return f"Results for {query}"

    with mint_sync(Capability("search")):
        assert search("hello") == "Results for hello"


def test_authority_crosses_three_machines() -> None:
    issuer_key = SigningKey.from_env("ISSUER_KEY")
    warrant = (
        Warrant.mint_builder()
        .capability(
            "manage_infrastructure",
            cluster=Pattern("staging-*"),
            replicas=Range.max_value(15),
        )
        .holder(PublicKey.from_env("ORCH_PUBKEY"))
        .ttl(3600)
        .mint(issuer_key)
    )

    at_the_orchestrator = Warrant.from_base64(warrant.to_base64())
    worker_warrant = (
        at_the_orchestrator.grant_builder()
        .capability(
            "manage_infrastructure",
            cluster=Pattern("staging-web"),
            replicas=Range.max_value(10),
        )
        .holder(PublicKey.from_env("WORKER_PUBKEY"))
        .ttl(300)
        .grant(SigningKey.from_env("ORCHESTRATOR_KEY"))
    )

    at_the_worker = Warrant.from_base64(worker_warrant.to_base64())
    args = {"cluster": "staging-web", "replicas": 5}
    proof = at_the_worker.sign(SigningKey.from_env("WORKER_KEY"), "manage_infrastructure", args)
    assert len(proof) == 64
    assert at_the_worker.allows("manage_infrastructure", args)
    assert not at_the_worker.allows("manage_infrastructure", {**args, "replicas": 11})
