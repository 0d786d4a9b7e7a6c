"""Warrants are minted, read and explained on this machine."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from gatehouse_cli.conditions import LEAVES
from gatehouse_client.warrants import SigningKey, Warrant
from tests.unit.cli.loopback import Json, gatehouse


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


@pytest.mark.parametrize(
    "rules",
    [
        '{"a": {"b": {"Import": "os"}}}',
        '{"a": {"b": {"Any": {"Exact": 1}}}}',
        '{"a": {"b": {"Any": []}}}',
        '{"a": {"b": {"Not": {"b": 1}}}}',
        '{"a": {"b": {"Exact": 1, "Pattern": "x"}}}',
        '{"a": {"b": {"Regex": "("}}}',
        '{"a": {"b": {"Range": {"least": 1}}}}',
        '{"a": {"_allow_unknown": 1}}',
        '{"a": {"b": ' + '{"Not": ' * 40 + '{"Exact": 1}' + "}" * 40 + "}}",
        '{"a": 1}',
        "[]",
        "{",
    ],
)
def test_conditions_that_are_none_are_misuse(tmp_path: Path, rules: str) -> None:
    (tmp_path / "key").write_text(SigningKey.generate().to_pem())
    (tmp_path / "rules").write_text(rules)
    files = ("--issuer-key", str(tmp_path / "key"), "--capabilities", str(tmp_path / "rules"))
    assert gatehouse("warrant", "mint", *files).exit_code == 2


@pytest.fixture
def minted(tmp_path: Path) -> Callable[..., Warrant]:
    """Mint with rules and options, under a key of its own."""

    def make(rules: Json, *options: str) -> Warrant:
        (tmp_path / "key").write_text(SigningKey.generate().to_pem())
        (tmp_path / "rules").write_text(json.dumps(rules))
        files = ("--issuer-key", str(tmp_path / "key"), "--capabilities", str(tmp_path / "rules"))
        done = gatehouse("warrant", "mint", *files, *options)
        assert done.exit_code == 0, done.output
        return Warrant.from_base64(done.stdout.strip())

    return make


CONDITIONS: list[tuple[Json, object, object]] = [
    ({"Cel": "value > 2"}, 3, 2),
    ({"Cidr": "10.0.0.0/8"}, "10.1.2.3", "11.0.0.1"),
    ({"Contains": ["a"]}, ["a", "b"], ["b"]),
    ({"Exact": {"a": None}}, {"a": None}, {}),
    ({"NotOneOf": ["x"]}, "y", "x"),
    ({"OneOf": [1, 2]}, 1, 3),
    ({"Pattern": "a*"}, "ab", "b"),
    ({"Range": {"min": 1, "max": 2, "max_inclusive": False}}, 1, 2),
    ({"Regex": "^a$"}, "a", "b"),
    ({"Shlex": ["ls"]}, "ls -l", "rm -l"),
    ({"Subpath": "/srv"}, "/srv/a", "/etc"),
    ({"Subset": ["a", "b"]}, ["a"], ["c"]),
    ({"UrlPattern": "https://*.example.com/*"}, "https://a.example.com/x", "https://b.test/x"),
    ({"UrlSafe": {"allow_domains": ["a.example"]}}, "https://a.example/", "https://b.example/"),
    ({"Wildcard": None}, "anything", None),
    ({"Any": [{"Exact": 1}, {"Pattern": "a*"}]}, "ab", 2),
    ({"All": [{"Pattern": "a*"}, {"Not": {"Exact": "ab"}}]}, "ac", "ab"),
    ({"Not": {"OneOf": ["x"]}}, "y", "x"),
]


@pytest.mark.parametrize(("rule", "good", "bad"), CONDITIONS, ids=lambda each: str(each)[:40])
def test_every_condition_can_be_written_in_a_file(
    minted: Callable[..., Warrant], rule: Json, good: object, bad: object
) -> None:
    warrant = minted({"tool": {"a": rule}})

    assert not warrant.why_denied("tool", {"a": good}).denied
    assert warrant.why_denied("tool", {} if bad is None else {"a": bad}).denied


def test_no_condition_is_left_out_of_the_examples() -> None:
    named = {name for rule, _, _ in CONDITIONS for name in rule}

    assert named == {*LEAVES, "All", "Any", "Not"}


def test_other_arguments_go_along_where_that_is_said(minted: Callable[..., Warrant]) -> None:
    asked = {"a": 1, "b": 2}

    assert minted({"t": {"a": {"Exact": 1}}}).why_denied("t", asked).denied
    open_one = minted({"t": {"a": {"Exact": 1}, "_allow_unknown": True}})
    assert not open_one.why_denied("t", asked).denied


def test_all_that_a_warrant_says_can_be_given(
    tmp_path: Path, minted: Callable[..., Warrant]
) -> None:
    approvers = [SigningKey.generate().public_key.to_base64() for _ in range(2)]
    gates = tmp_path / "gates"
    gates.write_text('{"pay": null, "t": {"a": {"exempt": {"Range": {"max": 10}}}}}')

    options = ("--tool", "pay", "--clearance", "30", "--max-depth", "2", "--session", "s-1")
    signed = ("--approver", approvers[0], "--approver", approvers[1], "--min-approvals", "1")
    warrant = minted({"t": {"a": {"Wildcard": None}}}, *options, *signed, "--gates", str(gates))

    assert (warrant.clearance, warrant.max_depth) == (30, 2)
    payload = warrant.payload
    assert payload.gates.keys() == {"pay", "t"}
    assert payload.min_approvals == 1
    assert len(payload.approvers) == 2
    assert "1 of its 2 approvers" in str(warrant.why_denied("pay", {}))
    assert "1 of its 2 approvers" in str(warrant.why_denied("t", {"a": 11}))
    assert "approvers" not in str(warrant.why_denied("t", {"a": 10}))


@pytest.fixture
def holder(tmp_path: Path, minted: Callable[..., Warrant]) -> Callable[..., Result]:
    """Hand on a warrant for `deploy` in staging and for `status` with options, as its holder."""
    key, file = tmp_path / "holder", tmp_path / "parent"
    signing = SigningKey.generate()
    key.write_text(signing.to_pem())
    rules = {"deploy": {"cluster": {"Pattern": "staging-*"}}, "status": {}}
    parent = minted(rules, "--holder", signing.public_key.to_base64(), "--ttl", "600")
    file.write_text(parent.to_base64())

    def grant(*options: str, rules: Json | None = None) -> Result:
        (tmp_path / "narrow").write_text(json.dumps(rules or {}))
        files = ("--holder-key", str(key), "--capabilities", str(tmp_path / "narrow"))
        return gatehouse("warrant", "grant", str(file), *files, *options)

    return grant


def test_a_warrant_is_handed_on_with_less(holder: Callable[..., Result]) -> None:
    narrow = {"deploy": {"cluster": {"Exact": "staging-a"}}}
    done = holder("--terminal", "--ttl", "60", "--json", rules=narrow)

    said = json.loads(done.stdout)
    child = Warrant.from_base64(said["warrant"])
    assert (said["depth"], said["max_depth"], said["tools"]) == (1, 1, ["deploy"])
    assert child.expires_at - child.issued_at == 60
    assert len(child.chain) == 2
    assert not child.why_denied("deploy", {"cluster": "staging-a"}).denied
    assert child.why_denied("deploy", {"cluster": "staging-b"}).denied
    assert child.why_denied("status", {}).denied


def test_everything_is_handed_on_but_what_is_not(holder: Callable[..., Result]) -> None:
    assert json.loads(holder("--everything", "--json").stdout)["tools"] == ["deploy", "status"]
    assert json.loads(holder("--everything", "--without", "deploy", "--json").stdout)["tools"] == [
        "status"
    ]


@pytest.mark.parametrize(
    ("options", "rules"),
    [
        ((), {"deploy": {"cluster": {"Pattern": "*"}}}),
        (("--tool", "delete"), {}),
        ((), {}),
    ],
)
def test_nothing_is_gained_by_handing_on(
    holder: Callable[..., Result], options: tuple[str, ...], rules: Json
) -> None:
    done = holder(*options, rules=rules)

    assert done.exit_code == 2
    assert done.stdout == ""
