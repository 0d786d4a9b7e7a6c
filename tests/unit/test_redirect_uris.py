"""Where clients may have people sent back, and what is one of those."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.admissions import Admission, AdmissionRule, admission_problem
from gatehouse.domain.redirect_uris import (
    form_target,
    is_registered,
    redirect_problem,
    shown_target,
)

GOOD = (
    "https://client.example/callback",
    "https://client.example",
    "https://client.example:8443/cb?x=1",
    "http://127.0.0.1:8080/callback",
    "http://127.0.0.1/callback",
    "http://localhost:3000/",
    "http://[::1]:3000/",
    "cursor://anysphere.cursor-mcp/oauth/callback",
    "com.example.app:/oauth",
)
BAD = (
    "",
    "http://client.example/cb",
    "http://127.0.0.1.evil.example/cb",
    "http://127.0.0.2/cb",
    "https://user@client.example/cb",
    "https://client.example/cb#f",
    "https://Client.example/cb",
    "HTTPS://client.example/cb",
    "https:client.example/cb",
    "https:///cb",
    "https://client.example\\cb",
    "https://client.example/c b",
    "https://client.example/\u00e4",
    "https://client.example/\n",
    "https://client.example:0/",
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "app:",
    "/callback",
    "*",
    "https://*.client.example/",
    "https://client.example/" + "x" * 512,
)


MANY = frozenset({f"x{n}.example" for n in range(51)})


@pytest.mark.parametrize("uri", GOOD)
def test_these_may_be_registered_and_are_themselves(uri: str) -> None:
    assert redirect_problem(uri) is None
    assert is_registered(uri, (uri,))


@pytest.mark.parametrize("uri", BAD)
def test_these_may_not(uri: str) -> None:
    assert redirect_problem(uri) is not None


def test_a_uri_of_this_machine_without_a_port_stands_for_each() -> None:
    registered = ("http://127.0.0.1/callback", "http://[::1]/callback")
    assert is_registered("http://127.0.0.1:51000/callback", registered)
    assert is_registered("http://[::1]:51000/callback", registered)
    for other in (
        "http://127.0.0.1:51000/callback/",
        "http://127.0.0.1:51000/",
        "http://localhost:51000/callback",
        "http://127.0.0.1:/callback",
        "http://127.0.0.1:51000@evil.example/callback",
        "http://127.0.0.1:51000/callback#f",
        "https://127.0.0.1:51000/callback",
        "http://127.0.0.1:0/callback",
        "http://127.0.0.1/call:51000back",
    ):
        assert not is_registered(other, registered), other


def test_a_port_that_was_registered_is_that_port() -> None:
    assert not is_registered("http://127.0.0.1:51001/cb", ("http://127.0.0.1:51000/cb",))
    assert not is_registered("http://127.0.0.1/cb", ("http://127.0.0.1:51000/cb",))
    assert not is_registered("https://client.example:8443/cb", ("https://client.example/cb",))


@given(st.sampled_from([g for g in GOOD if not g.startswith("http://127.0.0.1/")]), st.text())
def test_nothing_longer_than_what_was_registered_is_it(uri: str, more: str) -> None:
    assert is_registered(uri + more, (uri,)) is (more == "")


@pytest.mark.parametrize(
    ("uri", "target", "shown"),
    [
        ("https://client.example:8443/cb?x", "https://client.example:8443", "client.example:8443"),
        ("http://127.0.0.1:1/cb", "http://127.0.0.1:1", "127.0.0.1:1"),
        ("http://[::1]:80/cb", "http:", "[::1]:80"),
        ("cursor://x/y", "cursor:", "x"),
        ("com.example.app:/oauth", "com.example.app:", "com.example.app:"),
    ],
)
def test_a_page_lets_forms_end_there_and_says_where_it_is(
    uri: str, target: str, shown: str
) -> None:
    assert (form_target(uri), shown_target(uri)) == (target, shown)


@pytest.mark.parametrize("uri", GOOD)
def test_no_registered_uri_writes_another_policy(uri: str) -> None:
    assert not set(form_target(uri)) & set(" ;,'\"")


@pytest.mark.parametrize(
    ("admission", "email", "has_role", "admitted"),
    [
        (Admission(), "a@example.com", False, False),
        (Admission(), "a@example.com", True, True),
        (Admission(rule=AdmissionRule.ANY), "a@x.example", False, True),
        (Admission(rule=AdmissionRule.DOMAINS, domains=frozenset({"x.example"})),
         "a@x.example", False, True),
        (Admission(rule=AdmissionRule.DOMAINS, domains=frozenset({"x.example"})),
         "a@b.x.example", True, False),
    ],
)  # fmt: skip
def test_an_integration_admits_by_its_rule_alone(
    admission: Admission, email: str, *, has_role: bool, admitted: bool
) -> None:
    assert admission_problem(admission) is None
    assert admission.admits(email, has_role=has_role) is admitted


@pytest.mark.parametrize(
    "admission",
    [
        Admission(rule=AdmissionRule.DOMAINS),
        Admission(rule=AdmissionRule.ANY, domains=frozenset({"x.example"})),
        Admission(rule=AdmissionRule.DOMAINS, domains=frozenset({"X.example"})),
        Admission(rule=AdmissionRule.DOMAINS, domains=frozenset({"example"})),
        Admission(rule=AdmissionRule.DOMAINS, domains=MANY),
    ],
)  # fmt: skip
def test_a_rule_that_is_unclear_is_refused(admission: Admission) -> None:
    assert admission_problem(admission)
