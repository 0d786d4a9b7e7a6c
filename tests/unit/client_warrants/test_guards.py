"""Configuration, scopes, guards, and what each mode does."""

import asyncio
import logging
import warnings
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from contextvars import copy_context
from typing import Any

import pytest

from gatehouse_client.errors import ConfigurationError
from gatehouse_client.warrants import (
    AuthorizationDenied,
    Capability,
    Exact,
    Pattern,
    PublicKey,
    Subpath,
    Violation,
    Warrant,
    WarrantWarning,
    acting,
    auto_configure,
    configure,
    guard,
    is_audit_mode,
    is_enforce_mode,
    mint,
    mint_sync,
    received,
    reset_config,
    should_block_violation,
)
from tests.unit.client_warrants.oracle import ALICE, BOB, NOW, ROOT

KEY = b64encode(ROOT.secret_key_bytes()).decode()
RUNS: list[object] = []


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    RUNS.clear()
    reset_config()
    yield
    reset_config()


@guard(tool="delete_file")
def delete_file(path: str) -> str:
    RUNS.append(path)
    return path


@guard(tool="delete_file")
async def delete_later(path: str) -> str:
    RUNS.append(path)
    return path


def sync_call(path: str) -> str:
    return delete_file(path)


def async_call(path: str) -> str:
    return asyncio.run(delete_later(path))


def ready(mode: str = "enforce", **settings: Any) -> None:
    configure(issuer_key=ROOT, dev_mode=True, mode=mode, clock=lambda: NOW, **settings)


CASES: dict[str, tuple[Callable[[], AbstractContextManager[object]], str | None]] = {
    "allowed": (lambda: mint_sync(Capability("delete_file", path=Subpath("/srv"))), None),
    "no warrant": (lambda: received({}), "warrant-missing"),
    "argument": (
        lambda: mint_sync(Capability("delete_file", path=Subpath("/var"))),
        "constraint-violation",
    ),
    "tool": (lambda: mint_sync(Capability("read_file")), "tool-not-authorized"),
    "root": (
        lambda: acting(Warrant.mint_builder().tool("delete_file").mint(BOB, now=NOW), BOB),
        "untrusted-root",
    ),
    "expired": (
        lambda: acting(Warrant.mint_builder().tool("delete_file").mint(ROOT, now=1), ROOT),
        "warrant-expired",
    ),
    "unreadable": (lambda: received({"X-Tenuo-Warrant": "?"}), "malformed-cbor"),
}


@pytest.mark.parametrize("call", [sync_call, async_call])
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("mode", ["enforce", "audit", "permissive"])
def test_each_mode_does_what_it_says(
    mode: str, case: str, call: Callable[[str], str], caplog: pytest.LogCaptureFixture
) -> None:
    scope, reason = CASES[case]
    told: list[Violation] = []
    ready(mode, on_violation=told.append)

    with warnings.catch_warnings(record=True) as warned, scope():
        warnings.simplefilter("always")
        if reason is not None and mode == "enforce":
            with pytest.raises(AuthorizationDenied) as denied:
                call("/srv/a")
            assert denied.value.violation.reason == reason
        else:
            assert call("/srv/a") == "/srv/a"

    is_run = reason is None or mode != "enforce"
    assert ["/srv/a"] * is_run == RUNS
    assert [violation.reason for violation in told] == ([] if reason is None else [reason])
    logged = [record for record in caplog.records if hasattr(record, "violation")]
    assert [record.violation["reason"] for record in logged] == ([reason] if reason else [])
    assert [record.violation["mode"] for record in logged] == ([mode] if reason else [])
    issued = [entry for entry in warned if entry.category is WarrantWarning]
    assert len(issued) == (1 if reason and mode == "permissive" else 0)


def test_no_log_holds_an_argument_s_value(caplog: pytest.LogCaptureFixture) -> None:
    ready("audit")

    with caplog.at_level(logging.DEBUG), mint_sync(Capability("delete_file", path=Exact("a"))):
        delete_file("hunter2")

    assert RUNS == ["hunter2"]
    assert "hunter2" not in repr([record.__dict__ for record in caplog.records])
    assert caplog.records[0].__dict__["violation"]["field"] == "path"


@pytest.mark.parametrize(
    ("mode", "answers"),
    [
        ("enforce", (False, True, True)),
        ("audit", (True, False, False)),
        ("permissive", (False, False, False)),
    ],
)
def test_the_mode_can_be_asked(mode: str, answers: tuple[bool, bool, bool]) -> None:
    assert (is_audit_mode(), is_enforce_mode(), should_block_violation()) == (False, True, True)

    ready(mode)

    assert (is_audit_mode(), is_enforce_mode(), should_block_violation()) == answers


def test_nothing_runs_before_something_is_configured() -> None:
    with pytest.raises(ConfigurationError):
        delete_file("/srv/a")

    assert RUNS == []


def test_defaults_and_keywords_are_arguments_too() -> None:
    @guard
    def search(query: str, limit: int = 10, **more: object) -> int:
        RUNS.append((query, more))
        return limit

    ready()
    with mint_sync(Capability("search", query=Pattern("a*"), limit=Exact(10), more=Exact(1))):
        assert search("ab", more=1) == 10
        assert search(query="ab", limit=10, more=1) == 10
        refusals: list[Callable[[], int]] = [
            lambda: search("ab", 11, more=1),
            lambda: search("ab"),
            lambda: search("b", more=1),
            lambda: search("ab", more=1, other=1),
        ]
        for refused in refusals:
            with pytest.raises(AuthorizationDenied):
                refused()
    with pytest.raises(TypeError), mint_sync(Capability("search")):
        search()  # type: ignore[call-arg]


def test_methods_and_own_arguments_can_be_guarded() -> None:
    class Files:
        @guard(tool="read")
        def read(self, path: str) -> str:
            return path

        @guard(tool="read", extract_args=lambda _files, name: {"path": f"/data/{name}"})
        def named(self, name: str) -> str:
            return name

    ready()
    with mint_sync(Capability("read", path=Subpath("/data"))):
        assert Files().read("/data/a") == "/data/a"
        assert Files().named("a") == "a"
        with pytest.raises(AuthorizationDenied):
            Files().named("../etc")
    assert Files.read.__name__ == "read"


def test_a_warrant_is_in_force_in_its_block_and_nowhere_else() -> None:
    ready()

    with mint_sync(Capability("delete_file")) as outer:
        with mint_sync(Capability("read_file")), pytest.raises(AuthorizationDenied):
            delete_file("a")
        assert delete_file("b") == "b"
        inside = copy_context()
    with pytest.raises(AuthorizationDenied):
        delete_file("c")
    assert inside.run(delete_file, "d") == "d"
    assert outer.expires_at == NOW + 300


def test_tasks_do_not_see_each_other_s_warrants() -> None:
    ready()

    async def one(name: str) -> str:
        async with mint(Capability("delete_file", path=Exact(name))):
            await asyncio.sleep(0)
            return await delete_later(name)

    async def all_of_them() -> list[str]:
        return await asyncio.gather(*(one(name) for name in "abc"))

    assert asyncio.run(all_of_them()) == ["a", "b", "c"]


def test_a_tool_may_be_guarded_by_what_its_caller_sent() -> None:
    configure(trusted_roots=[ROOT.public_key], clock=lambda: NOW)
    root = Warrant.mint_builder().tool("delete_file").holder(ALICE.public_key).mint(ROOT, now=NOW)
    warrant = root.grant_builder().tool("delete_file").holder(BOB.public_key).grant(ALICE, now=NOW)
    headers = warrant.headers(BOB, "delete_file", {"path": "a"}, timestamp=NOW)

    with received({name.upper(): value for name, value in headers.items()}):
        assert delete_file("a") == "a"
        with pytest.raises(AuthorizationDenied, match="pop"):
            delete_file("b")
    for approvals in ("?", "bnVsbA==", b64encode(b"[1]").decode()):
        with received({**headers, "X-Tenuo-Approvals": approvals}):
            assert delete_file("a") == "a"


def test_minting_needs_a_key_a_capability_and_each_tool_once() -> None:
    ready()
    for wrong in ((), (Capability("a"), Capability("a", x=Exact(1)))):
        with pytest.raises(ConfigurationError), mint_sync(*wrong):
            pass
    configure(trusted_roots=[ROOT.public_key])
    with pytest.raises(ConfigurationError), mint_sync(Capability("a")):
        pass


ENVIRONMENT = {
    "TENUO_ISSUER_KEY": KEY,
    "TENUO_TRUSTED_ROOTS": f"{ALICE.public_key.to_base64()}, {ROOT.public_key.to_bytes().hex()}",
    "TENUO_MODE": "AUDIT",
    "TENUO_DEFAULT_TTL": "60",
    "TENUO_CLOCK_TOLERANCE": "5",
}


def test_everything_comes_from_the_environment() -> None:
    assert auto_configure(environ=ENVIRONMENT) is True
    assert is_audit_mode()
    with mint_sync(Capability("delete_file")) as warrant:
        assert warrant.expires_at - warrant.issued_at == 60
        assert warrant.issuer == ROOT.public_key
        assert delete_file("a") == "a"


def test_without_variables_nothing_is_configured() -> None:
    assert auto_configure(environ={"OTHER": "1"}) is False
    with pytest.raises(ConfigurationError, match="ISSUER_KEY"):
        auto_configure(environ={}, require_issuer=True)
    assert auto_configure("MY_", environ={"MY_ISSUER_KEY": KEY, "MY_DEV_MODE": "1"})


@pytest.mark.parametrize(
    "changed",
    [
        {"TENUO_MODE": "off"},
        {"TENUO_ISSUER_KEY": "nonsense"},
        {"TENUO_TRUSTED_ROOTS": "nonsense"},
        {"TENUO_TRUSTED_ROOTS": ""},
        {"TENUO_DEFAULT_TTL": "soon"},
        {"TENUO_DEFAULT_TTL": "0"},
        {"TENUO_CLOCK_TOLERANCE": "-1"},
        {"TENUO_DEV_MODE": "maybe"},
    ],
)
def test_a_wrong_variable_is_an_error_and_changes_nothing(changed: dict[str, str]) -> None:
    ready("permissive")

    with pytest.raises(ConfigurationError) as refused:
        auto_configure(environ={**ENVIRONMENT, **changed})

    assert KEY not in str(refused.value)
    assert not is_enforce_mode()
    assert not is_audit_mode()


@pytest.mark.parametrize(
    "name", ["TENUO_CONNECT_TOKEN", "TENUO_API_KEY", "TENUO_CONTROL_PLANE_URL"]
)
def test_a_hosted_control_plane_is_refused_in_words(name: str) -> None:
    with pytest.raises(ConfigurationError, match="no hosted control plane") as refused:
        auto_configure(environ={**ENVIRONMENT, name: "secret-token"})

    assert name in str(refused.value)
    assert "secret-token" not in str(refused.value)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"dev_mode": True},
        {"issuer_key": ROOT},
        {"trusted_roots": [ROOT.public_key], "mode": "off"},
        {"trusted_roots": [ROOT.public_key], "default_ttl": 0},
        {"trusted_roots": [ROOT.public_key], "clearances": {"a*b": 1}},
        {"trusted_roots": [ROOT.public_key], "pop_max_windows": 0},
    ],
)
def test_what_cannot_work_is_not_configured(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        configure(**settings)


def test_the_issuer_is_a_root_only_where_that_is_said() -> None:
    configure(issuer_key=ROOT, trusted_roots=[PublicKey.from_bytes(ALICE.public_key.to_bytes())])

    with mint_sync(Capability("delete_file")), pytest.raises(AuthorizationDenied, match="root"):
        delete_file("a")
