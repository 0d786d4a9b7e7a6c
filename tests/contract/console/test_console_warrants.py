"""Pages about warrants: the policy, trusted roots, revocations, and what a pasted one says."""

import io
import re
from typing import TYPE_CHECKING

import pytest

from gatehouse.edge import log
from gatehouse_client.warrants import Capability, Pattern, SigningKey, Warrant
from tests.contract.console.house import Console

if TYPE_CHECKING:
    pass


@pytest.fixture
def path(project: str) -> str:
    return f"/console/p/{project}/warrants"


def warrant() -> Warrant:
    key = SigningKey.generate()
    staging = Capability("deploy", cluster=Pattern("staging-*"))
    root = Warrant.mint_builder().capability(staging).ttl(3600).mint(key)
    holder = SigningKey.generate().public_key
    return root.grant_builder().inherit_all().holder(holder).ttl(60).grant(key)


def test_the_policy_is_changed_on_the_version_that_was_shown(owner: Console, path: str) -> None:
    (version,) = re.findall(r'name="version" value="(\d+)"', owner.get(path).body)
    policy = {"action": "change-policy", "version": version, "mode": "audit", "clearances": "{}"}
    assert owner.post(path, **policy).status == 303
    assert re.search(r'<option value="audit" selected>', owner.get(path).body)
    assert owner.post(path, **{**policy, "mode": "off"}).status == 409
    wrong = owner.post(path, **{**policy, "clearances": '{"deploy": 99}'})
    assert wrong.status in {409, 422}
    nonsense = owner.post(path, **{**policy, "clearances": "{"})
    assert "The text is not JSON" in nonsense.body


def test_a_root_is_trusted_and_removed_by_its_beginning(owner: Console, path: str) -> None:
    roots = f"{path}/roots"
    key = SigningKey.generate().public_key.to_bytes().hex()
    assert owner.post(roots, action="trust-root", public_key="short").status == 422
    assert owner.post(roots, action="trust-root", public_key=key).status == 303
    assert key in owner.get(roots).body
    remove = {"action": "distrust-root", "public_key": key, "beginning": key[:8], "key": key}
    assert owner.post(roots, **remove, typed="nothing").status == 422
    assert owner.post(roots, **remove, typed=key[:8]).status == 303
    assert key not in owner.get(roots).body


def test_warrants_are_revoked_by_their_ids(owner: Console, path: str) -> None:
    revocations = f"{path}/revocations"
    ids = f"{warrant().id}\r\n{warrant().id}"
    done = owner.post(revocations, action="revoke-warrants", warrant_ids=ids, reason="Leaked")
    assert done.status == 303
    assert "Leaked" in owner.get(revocations).body
    wrong = owner.post(revocations, action="revoke-warrants", warrant_ids="tnu_wrt_x", reason="x")
    assert wrong.status == 422
    assert "tnu_wrt_x" in wrong.body
    assert owner.post(revocations, action="take-revocations", list="AAAA").status in {400, 422}


def test_a_pasted_warrant_is_explained_with_all_above_it(owner: Console, path: str) -> None:
    read = {"action": "read-warrant", "warrant": warrant().to_base64()}
    shown = owner.post(f"{path}/read", **read)
    assert shown.status == 200
    assert "The root" in shown.body
    assert "Handed on, 1." in shown.body
    assert "Pattern" in shown.body
    allowed = owner.post(
        f"{path}/read", **read, tool="deploy", arguments='{"cluster": "staging-1"}'
    )
    assert "It allows this call of deploy." in allowed.body
    denied = owner.post(f"{path}/read", **read, tool="deploy", arguments='{"cluster": "prod"}')
    assert "Constraint violation." in denied.body
    assert "<code>cluster</code>" in denied.body
    other = owner.post(f"{path}/read", **read, tool="drop", arguments="")
    assert "Tool not authorized." in other.body


def test_what_is_no_warrant_is_refused_beside_its_field(owner: Console, path: str) -> None:
    for text in ("no warrant!", "AAAA", warrant().to_base64()[:-8]):
        shown = owner.post(f"{path}/read", action="read-warrant", warrant=text)
        assert shown.status == 422
        assert 'aria-invalid="true"' in shown.body
    read = {"action": "read-warrant", "warrant": warrant().to_base64(), "tool": "deploy"}
    assert owner.post(f"{path}/read", **read, arguments="[1]").status == 422


def test_a_pasted_warrant_is_in_no_line_of_the_log(
    owner: Console, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(log.logger.registered_handler, "stream", stream)
    text = warrant().to_base64()
    owner.post(f"{path}/read", action="read-warrant", warrant=text)
    written = stream.getvalue()
    assert "/warrants/read" in written
    assert text[:60] not in written
