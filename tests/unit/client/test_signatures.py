"""What a receiver lets through, and what not."""

from collections.abc import Callable
from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse_client import (
    BearerVerifier,
    ConfigurationError,
    InvalidSignature,
    MalformedRequest,
    Member,
    ReplayedRequest,
    RequestVerifier,
    SignatureMismatch,
    StaleTimestamp,
    VerifiedRequest,
    WrongProject,
)
from scripts.make_signature_vectors import (
    INTEGRATION,
    NOW,
    OLD_SECRET,
    PROJECT,
    REQUEST,
    SECRET,
    Vector,
    document,
)
from tests.unit.client.sending import FILE, VECTORS, bearer_verifier, sent, verifier, verify

ONE_SECRET = [vector for vector in VECTORS if len(vector["secrets"]) == 1]
REQUIRED = ["Project-Id", "Integration-Id", "Request-Id", "Timestamp", "Signature"]


def adas_request() -> Vector:
    return sent(
        method="POST",
        target="/v1/contacts?x=1",
        body='{"a":1}',
        member={"id": "ada", "email": "ada@example.com", "roles": ["admin", "ops"]},
    )


def test_the_vectors_are_what_their_script_makes() -> None:
    assert FILE.read_text(encoding="utf-8") == document()


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_every_vector_is_let_through_and_tells_its_member(vector: Vector) -> None:
    told = vector["member"]
    member = (
        None
        if told is None
        else Member(id=told.get("id"), email=told.get("email"), roles=tuple(told.get("roles", ())))
    )

    assert verify(vector, verifier(*vector["secrets"])) == VerifiedRequest(
        project_id=PROJECT,
        integration_id=INTEGRATION,
        request_id=REQUEST,
        timestamp=NOW,
        member=member,
    )


@pytest.mark.parametrize("whose", ["user:7hR2kQ9xLmZp", "app:svc0Zz19"])
def test_a_trial_tells_who_tries_in_the_place_of_the_integration(whose: str) -> None:
    assert verify(sent(integration_id=whose)).integration_id == whose


@pytest.mark.parametrize("whose", ["user:", ":7hR2", "admin:7hR2", "user:a:b", "user:a b"])
def test_nobody_else_is_taken_for_who_tries(whose: str) -> None:
    with pytest.raises(MalformedRequest):
        verify(sent(integration_id=whose))


# --- the signature


@given(vector=st.sampled_from(ONE_SECRET), data=st.data())
def test_a_request_with_any_single_character_changed_is_refused(
    vector: Vector, data: st.DataObject
) -> None:
    def changed(text: str) -> str:
        at = data.draw(st.integers(0, len(text) - 1))
        # Mostly characters of the same kind, so that the form still holds.
        kind = digits if text[at] in digits else ascii_letters
        other = data.draw(st.sampled_from(kind) | st.characters(min_codepoint=1, max_codepoint=126))
        return text[:at] + (other if other != text[at] else "~") + text[at + 1 :]

    altered: Vector = {**vector, "headers": dict(vector["headers"])}
    field = data.draw(st.sampled_from(["method", "target", "body", *vector["headers"]]))
    if field in altered["headers"]:
        altered["headers"][field] = changed(altered["headers"][field])
    elif field == "body":
        altered["body"] = changed(altered["body"]) if altered["body"] else " "
    elif field == "method":
        altered["method"] = changed(altered["method"])
    else:
        altered["target"] = changed(altered["target"])

    with pytest.raises(InvalidSignature):
        verify(altered, verifier(*vector["secrets"]))


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Timestamp", str(NOW + 1)),
        ("Request-Id", REQUEST[:-1] + "a"),
        ("Integration-Id", "otherone"),
        ("Member-Id", "bob"),
        ("Member-Email", "bob@example.com"),
        ("Member-Roles", '["admin","ops","root"]'),
        ("Member-Email", None),
        ("Member-Roles", None),
        ("Member-Id", None),
        ("Signature", "tng1=" + "0" * 64),
    ],
)
def test_a_well_formed_header_that_is_not_the_signed_one_is_refused(
    name: str, other: str | None
) -> None:
    request = adas_request()
    del request["headers"][f"X-Tengine-{name}"]
    if other is not None:
        request["headers"][f"X-Tengine-{name}"] = other

    with pytest.raises(SignatureMismatch):
        verify(request)


@pytest.mark.parametrize(
    ("name", "value"),
    [("Id", "bob"), ("Email", "bob@example.com"), ("Roles", '["root"]')],
)
def test_a_member_added_on_the_way_is_refused(name: str, value: str) -> None:
    request = sent()
    request["headers"][f"X-Tengine-Member-{name}"] = value

    with pytest.raises(SignatureMismatch):
        verify(request)


def test_a_member_id_that_is_signed_like_no_member_is_refused() -> None:
    request = sent()
    request["headers"]["X-Tengine-Member-Id"] = "-"

    with pytest.raises(MalformedRequest):
        verify(request)


@pytest.mark.parametrize("other", ["GET", "PUT", "PATCH"])
def test_another_method_is_refused(other: str) -> None:
    with pytest.raises(SignatureMismatch):
        verify({**adas_request(), "method": other})


@pytest.mark.parametrize(
    "other", ["/v1/contacts", "/v1/contacts?x=2", "/v1/contacts?x=%31", "/v1//contacts?x=1"]
)
def test_another_spelling_of_the_path_or_query_is_refused(other: str) -> None:
    with pytest.raises(SignatureMismatch):
        verify({**adas_request(), "target": other})


@pytest.mark.parametrize("other", ["", '{"a":1} ', '{"a":2}'])
def test_another_body_is_refused(other: str) -> None:
    with pytest.raises(SignatureMismatch):
        verify({**adas_request(), "body": other})


def test_another_secret_proves_nothing() -> None:
    with pytest.raises(SignatureMismatch):
        verify(sent(secrets=["not-the-one"]))


def test_a_signature_counts_under_its_own_tag_only() -> None:
    request = sent(scheme="tng1")
    request["headers"]["X-Tengine-Signature"] = request["headers"]["X-Tengine-Signature"].replace(
        "tng1", "tng2"
    )

    with pytest.raises(SignatureMismatch):
        verify(request)


@pytest.mark.parametrize("scheme", ["tng1", "tng2"])
@pytest.mark.parametrize(
    ("signers", "holders"),
    [
        ([SECRET, OLD_SECRET], [SECRET]),
        ([SECRET, OLD_SECRET], [OLD_SECRET]),
        ([SECRET], [OLD_SECRET, SECRET]),
        ([OLD_SECRET], [SECRET, OLD_SECRET]),
    ],
)
def test_no_request_is_lost_while_a_secret_rotates(
    scheme: str, signers: list[str], holders: list[str]
) -> None:
    request = sent(scheme=scheme, secrets=signers)

    assert verify(request, verifier(*holders)).request_id == REQUEST


# --- drift


@given(drift=st.integers(-1000, 1000), allowed=st.integers(0, 600))
def test_a_timestamp_is_good_up_to_the_allowed_drift_in_both_directions(
    drift: int, allowed: int
) -> None:
    by = verifier(now=NOW + drift, max_drift=allowed)

    if abs(drift) <= allowed:
        assert verify(sent(), by).timestamp == NOW
    else:
        with pytest.raises(StaleTimestamp):
            verify(sent(), by)


# --- the project


def test_a_request_for_another_project_is_refused_although_the_secret_is_right() -> None:
    with pytest.raises(WrongProject):
        verify(sent(), RequestVerifier("Zz3dEf9h", SECRET, clock=lambda: NOW))


# --- replays


def test_a_request_is_let_through_once() -> None:
    by = verifier()
    verify(sent(), by)

    with pytest.raises(ReplayedRequest):
        verify(sent(), by)


def test_the_same_id_under_a_new_signature_is_still_a_replay() -> None:
    by = verifier()
    verify(sent(), by)

    with pytest.raises(ReplayedRequest):
        verify(sent(timestamp=NOW + 1, body="other"), by)


def test_a_refused_request_does_not_use_up_its_id() -> None:
    by = verifier()
    with pytest.raises(SignatureMismatch):
        verify({**sent(), "body": "forged"}, by)

    assert verify(sent(), by).request_id == REQUEST


@given(
    drift=st.integers(0, 300),
    moments=st.lists(st.integers(NOW - 400, NOW + 400), min_size=2, max_size=6),
)
def test_however_late_a_replay_comes_it_is_never_let_through(
    drift: int, moments: list[int]
) -> None:
    now = [float(NOW)]
    by = RequestVerifier(PROJECT, SECRET, max_drift=drift, clock=lambda: now[0])
    accepted = 0
    for moment in sorted([*moments, NOW - drift, NOW + drift]):
        now[0] = moment
        try:
            verify(sent(), by)
        except (ReplayedRequest, StaleTimestamp):
            continue
        accepted += 1

    assert accepted == 1


# --- headers


@pytest.mark.parametrize("name", [*REQUIRED, "Member-Id", "Member-Email", "Member-Roles"])
@pytest.mark.parametrize("spelling", [str, str.lower, str.upper])
def test_a_header_that_comes_twice_is_refused_even_with_the_same_value(
    name: str, spelling: Callable[[str], str]
) -> None:
    request = adas_request()
    again = (spelling(f"X-Tengine-{name}"), request["headers"][f"X-Tengine-{name}"])

    with pytest.raises(MalformedRequest):
        verifier().verify(
            method=request["method"],
            target=request["target"],
            headers=[*request["headers"].items(), again],
            body=request["body"].encode(),
        )


@pytest.mark.parametrize("name", REQUIRED)
def test_a_request_without_a_required_header_is_refused(name: str) -> None:
    request = adas_request()
    del request["headers"][f"X-Tengine-{name}"]

    with pytest.raises(MalformedRequest):
        verify(request)


def test_header_names_may_come_in_any_letter_case() -> None:
    request = adas_request()
    request["headers"] = {name.upper(): value for name, value in request["headers"].items()}

    assert verify(request).request_id == REQUEST


SIGNED = sent()["headers"]["X-Tengine-Signature"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Timestamp", f"0{NOW}"),
        ("Timestamp", f"+{NOW}"),
        ("Timestamp", f"{NOW}.0"),
        ("Timestamp", f" {NOW}"),
        ("Timestamp", f"{NOW}\n"),
        ("Timestamp", "17_00000000"),
        ("Timestamp", "".join(chr(0x660 + int(digit)) for digit in str(NOW))),
        ("Timestamp", "9" * 5000),
        ("Timestamp", "-1"),
        ("Timestamp", ""),
        ("Request-Id", REQUEST.upper()),
        ("Request-Id", REQUEST.replace("-", "")),
        ("Request-Id", f"{{{REQUEST}}}"),
        ("Request-Id", f"{REQUEST}\n"),
        ("Project-Id", f"{PROJECT},{PROJECT}"),
        ("Integration-Id", "int 0Zz1"),
        ("Integration-Id", ""),
        ("Signature", SIGNED.upper()),
        ("Signature", SIGNED.removeprefix("tng1=")),
        ("Signature", SIGNED.replace("tng1", "tng3")),
        ("Signature", f"{SIGNED},tng3={'0' * 64}"),
        ("Signature", SIGNED[:-1]),
        ("Signature", f"{SIGNED},"),
        ("Signature", f"{SIGNED};{SIGNED}"),
        ("Signature", ",".join([SIGNED] * 5)),
        ("Signature", ""),
    ],
)
def test_a_value_that_is_not_in_its_one_form_is_refused(name: str, value: str) -> None:
    request = sent()
    request["headers"][f"X-Tengine-{name}"] = value

    with pytest.raises(MalformedRequest):
        verify(request)


@pytest.mark.parametrize("name", ["Id", "Email", "Roles"])
@pytest.mark.parametrize("value", ["", " a", "a ", "a\nb", "a\tb", "é", "\ud800"])
def test_a_member_header_that_cannot_have_been_sent_is_refused_for_that(
    name: str, value: str
) -> None:
    request = sent()
    request["headers"][f"X-Tengine-Member-{name}"] = value

    with pytest.raises(MalformedRequest):
        verify(request)


@pytest.mark.parametrize("target", ["", "v1", "http://a/v1", "/a b", "/é", "/a\n", "*"])
def test_a_target_that_cannot_have_been_sent_is_refused(target: str) -> None:
    with pytest.raises(MalformedRequest):
        verify({**sent(), "target": target})


@given(
    headers=st.dictionaries(
        st.sampled_from([f"X-Tengine-{name}" for name in [*REQUIRED, "Member-Id", "Member-Roles"]]),
        st.text() | st.sampled_from([SIGNED, str(NOW), REQUEST, PROJECT, "[" * 9999, "%FF"]),
    ),
    target=st.text(),
    method=st.text(),
    bearer=st.text(),
)
def test_noise_raises_our_own_error_and_nothing_else(
    headers: dict[str, str], target: str, method: str, bearer: str
) -> None:
    noise = {**sent()["headers"], **headers, "Authorization": bearer}

    for by in (verifier(), bearer_verifier()):
        with pytest.raises(InvalidSignature):
            by.verify(method=method, target=f"/{target}", headers=noise, body=b"x")


# --- bearers


def bearing(bearer: str | None) -> Vector:
    request = sent(member={"id": "ada"})
    del request["headers"]["X-Tengine-Signature"]
    if bearer is not None:
        request["headers"]["Authorization"] = bearer
    return request


def test_a_bearer_is_let_through_once() -> None:
    by = bearer_verifier()

    assert verify(bearing(f"Bearer {SECRET}"), by).member == Member(id="ada")
    with pytest.raises(ReplayedRequest):
        verify(bearing(f"Bearer {SECRET}"), by)


@pytest.mark.parametrize(
    "bearer", ["Bearer other", SECRET, f"bearer {SECRET}", "Bearer ", "Bëarer"]
)
def test_another_bearer_is_refused(bearer: str) -> None:
    with pytest.raises(InvalidSignature):
        verify(bearing(bearer), bearer_verifier())


def test_no_bearer_is_refused_even_with_a_signature() -> None:
    with pytest.raises(MalformedRequest):
        verify(sent(), bearer_verifier())


def test_a_late_bearer_and_one_for_another_project_are_refused() -> None:
    with pytest.raises(StaleTimestamp):
        verify(bearing(f"Bearer {SECRET}"), bearer_verifier(now=NOW + 301))
    with pytest.raises(WrongProject):
        verify(bearing(f"Bearer {SECRET}"), BearerVerifier("other000", SECRET, clock=lambda: NOW))


# --- construction


@pytest.mark.parametrize("secrets", ["", [], [""], [SECRET, ""]])
def test_a_verifier_without_a_secret_cannot_be_made(secrets: str | list[str]) -> None:
    with pytest.raises(ConfigurationError):
        RequestVerifier(PROJECT, secrets)


def test_a_verifier_without_a_project_cannot_be_made() -> None:
    with pytest.raises(ConfigurationError):
        RequestVerifier("", SECRET)


def test_no_secret_shows_in_a_verifier_or_an_error() -> None:
    by = verifier()
    with pytest.raises(SignatureMismatch) as refused:
        verify({**sent(), "body": "x"}, by)

    assert SECRET not in f"{by!r} {by} {refused.value!r}"
