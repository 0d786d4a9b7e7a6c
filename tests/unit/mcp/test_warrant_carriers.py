"""How a warrant comes with a call, and what of it is refused."""

import json
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.warrant_policies import PresentedWarrant, UnusableCarrier
from gatehouse.domain.warrants import Authorizer, Denied
from gatehouse.domain.warrants.folding import folded
from gatehouse.edge.mcp.envelope import Message
from gatehouse.edge.mcp.warrants import MAX_IN_HEADER, MAX_IN_META, carried, without_carrier

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "warrants.json").read_text())
STACK = b"\x83\xfb\xff\xbe>?"
WARRANT = b64encode(STACK).decode()
PROOF = b64encode(b"\xfe" * 64).decode()
OBJECT: JsonObject = {"warrant": WARRANT, "signature": PROOF}
HEADERS = {"x-tenuo-warrant": urlsafe_b64encode(STACK).decode().rstrip("="), "x-tenuo-pop": PROOF}
PRESENTED = PresentedWarrant(stack=STACK, proof=b"\xfe" * 64)


def call(
    tenuo: Any = None, argument: Any = None, method: str = "tools/call", **params: Any
) -> Message:
    """A call with what is given as carriers."""
    arguments = {"path": "/data/a", **({} if argument is None else {"_tenuo": argument})}
    meta = {} if tenuo is None else {"_meta": {"tenuo": tenuo}}
    named = {"name": "read_file", "arguments": arguments, **meta, **params}
    return Message(id=1, method=method, params=named)


def refused(message: Message, headers: dict[str, str] | None = None) -> tuple[str, str]:
    found = carried(message, headers or {})
    assert isinstance(found, UnusableCarrier)
    return found.reason, found.hint


@pytest.mark.parametrize("case", VECTORS["mcp"], ids=lambda case: case["name"])
def test_the_verdict_on_an_envelope_is_the_public_packages(case: dict[str, Any]) -> None:
    found = carried(Message(id=1, method="tools/call", params=case["params"]), {})
    if case["name"] == "mcp/unknown-envelope-field":  # it asks for a version that is not served
        assert isinstance(found, UnusableCarrier)
        assert found.hint == "_meta.tenuo: version must be 1"
        return
    assert isinstance(found, PresentedWarrant)
    arguments = without_carrier(case["params"]["arguments"])
    verifier = Authorizer([bytes.fromhex(root) for root in case["trusted_roots"]])

    def check() -> None:
        verifier.check(
            found.stack,
            case["params"]["name"],
            folded(arguments),
            found.proof,
            approvals=found.approvals,
            now=case["now"],
        )

    if case["expected"]["verdict"] == "allow":
        check()
        assert arguments == case["expected"]["clean_arguments"]
    else:
        with pytest.raises(Denied):
            check()


@pytest.mark.parametrize("case", VECTORS["http"], ids=lambda case: case["name"])
def test_headers_are_read_as_the_public_package_writes_them(case: dict[str, Any]) -> None:
    headers = {name.lower(): value for name, value in case["headers"].items()}
    found = carried(call(), headers)
    assert isinstance(found, PresentedWarrant)
    assert found.is_in_headers
    root = bytes.fromhex(VECTORS["mcp"][0]["trusted_roots"][0])
    Authorizer([root]).check(
        found.stack, case["tool"], case["args"], found.proof, now=case["generated_at"]
    )


def test_each_carrier_holds_the_same() -> None:
    assert carried(call(tenuo=OBJECT), {}) == PRESENTED
    assert carried(call(argument=OBJECT), {}) == PRESENTED
    found = carried(call(), HEADERS)
    assert isinstance(found, PresentedWarrant)
    assert (found.stack, found.proof) == (PRESENTED.stack, PRESENTED.proof)


def test_approvals_come_along() -> None:
    approvals = [b64encode(b"one").decode(), b64encode(b"two").decode()]
    in_header = b64encode(json.dumps(approvals).encode()).decode()
    for found in (
        carried(call(tenuo={**OBJECT, "approvals": approvals}), {}),
        carried(call(), {**HEADERS, "x-tenuo-approvals": in_header}),
    ):
        assert isinstance(found, PresentedWarrant)
        assert found.approvals == (b"one", b"two")


def test_a_nonce_comes_with_its_signature() -> None:
    found = carried(call(tenuo={**OBJECT, "nonce": "bm9uY2U", "nonce_sig": PROOF}), {})
    assert isinstance(found, PresentedWarrant)
    assert (found.nonce, found.nonce_signature) == (b"nonce", b"\xfe" * 64)


def test_without_a_carrier_there_is_no_warrant() -> None:
    assert carried(call(), {"x-tenuo-warrant-id": "tnu_wrt_1", "authorization": "x"}) is None


@pytest.mark.parametrize("method", ["tools/list", "prompts/get", "resources/read"])
def test_only_calls_of_tools_carry_one(method: str) -> None:
    assert carried(call(tenuo=1, argument=1, method=method), HEADERS) is None


@pytest.mark.parametrize("params", [{"_meta": [], "arguments": 5}, {"_meta": None}, {}])
def test_what_is_no_object_carries_nothing(params: Any) -> None:
    assert carried(Message(id=1, method="tools/call", params=params), {}) is None


@pytest.mark.parametrize(("message", "headers"), [
    (call(tenuo=OBJECT, argument=OBJECT), {}),
    (call(tenuo=OBJECT), HEADERS),
    (call(argument=OBJECT), {"x-tenuo-pop": PROOF}),
    (call(tenuo=1, argument=1), HEADERS),
])  # fmt: skip
def test_a_call_has_one_carrier_even_of_the_same(message: Message, headers: dict[str, str]) -> None:
    reason, hint = refused(message, headers)
    assert reason == "carrier-ambiguous"
    assert "more than one place" in hint


@pytest.mark.parametrize("value", [
    "text", [], 1, False, {},
    {"signature": PROOF},
    {**OBJECT, "warrant": None}, {**OBJECT, "warrant": 1}, {**OBJECT, "signature": None},
    {**OBJECT, "approvals": None}, {**OBJECT, "approvals": {}}, {**OBJECT, "approvals": [1]},
    {**OBJECT, "approvals": ["AA=="] * 65},
    {**OBJECT, "approvals": ["A" * 10_928]},
    {**OBJECT, "nonce": 1}, {**OBJECT, "nonce_sig": 1}, {**OBJECT, "nonce": "A" * 92},
    {**OBJECT, "Warrant": WARRANT}, {**OBJECT, "unknown": None},
    {**OBJECT, "version": 2}, {**OBJECT, "version": True}, {**OBJECT, "version": 1.0},
    {**OBJECT, "version": "1"}, {**OBJECT, "version": None},
    {**OBJECT, "warrant": "A" * (MAX_IN_META + 4)},
    {**OBJECT, "signature": "A" * 132},
])  # fmt: skip
@pytest.mark.parametrize("place", ["tenuo", "argument"])
def test_an_object_of_another_form_is_refused(place: str, value: Any) -> None:
    reason, hint = refused(call(**{place: value}))
    assert reason == "carrier-malformed"
    assert hint.startswith("_meta.tenuo: " if place == "tenuo" else "arguments._tenuo: ")


def test_null_is_a_carrier_of_another_form() -> None:
    message = Message(id=1, method="tools/call", params={"_meta": {"tenuo": None}})
    assert refused(message) == ("carrier-malformed", "_meta.tenuo: it must be an object")


def test_version_1_may_be_named() -> None:
    assert carried(call(tenuo={**OBJECT, "version": 1}), {}) == PRESENTED


@pytest.mark.parametrize("headers", [
    {"x-tenuo-pop": PROOF},  # without a warrant
    {"x-tenuo-approvals": "W10="},
    {**HEADERS, "x-tenuo-warrant": f"{HEADERS['x-tenuo-warrant']},{HEADERS['x-tenuo-warrant']}"},
    {**HEADERS, "x-tenuo-pop": f"{PROOF}, {PROOF}"},
    {**HEADERS, "x-tenuo-approvals": "bm90IGpzb24="},
    {**HEADERS, "x-tenuo-approvals": "e30="},
    {**HEADERS, "x-tenuo-approvals": "WzFd"},
])  # fmt: skip
def test_headers_of_another_form_are_refused(headers: dict[str, str]) -> None:
    assert refused(call(), headers)[0] == "carrier-malformed"


def test_a_header_that_is_too_long_says_where_to_send_it() -> None:
    carried_at_most = {**HEADERS, "x-tenuo-warrant": "A" * MAX_IN_HEADER}
    assert isinstance(carried(call(), carried_at_most), PresentedWarrant)
    reason, hint = refused(call(), {**HEADERS, "x-tenuo-warrant": "A" * (MAX_IN_HEADER + 4)})
    assert reason == "carrier-malformed"
    assert hint == (
        "X-Tenuo headers: x-tenuo-warrant has more than 8192 characters; send the warrant in "
        "_meta.tenuo"
    )


@given(st.binary(max_size=40))
def test_base64_is_read_in_both_alphabets_padded_or_not(data: bytes) -> None:
    standard, url = b64encode(data).decode(), urlsafe_b64encode(data).decode()
    for text in (standard, url, standard.rstrip("="), url.rstrip("=")):
        found = carried(call(tenuo={"warrant": text}), {})
        assert isinstance(found, PresentedWarrant)
        assert found.stack == data


@pytest.mark.parametrize(
    "text", ["A", "AB", "AA=", "AA===", "A A=", "AA\n", "AB==", "=", "ÄÄ", "AA==AA=="]
)
def test_of_each_value_there_is_one_spelling(text: str) -> None:
    assert refused(call(tenuo={"warrant": text}))[0] == "carrier-malformed"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["warrant", "signature", "approvals", "nonce", "nonce_sig", "version"]
                )
                | st.text(),
                inner,
            )
        ),
    ),
    st.dictionaries(
        st.sampled_from(["x-tenuo-warrant", "x-tenuo-pop", "x-tenuo-approvals"]), st.text()
    ),
)
def test_whatever_comes_is_read_or_refused(value: Any, headers: dict[str, str]) -> None:
    found = carried(call(tenuo=value, argument=value), headers)
    assert found is None or isinstance(found, PresentedWarrant | UnusableCarrier)
