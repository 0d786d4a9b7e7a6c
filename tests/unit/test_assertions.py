"""Which member assertions hold: the claims, the header and the signature, attack by attack."""

import json
from typing import Any

import jwt
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gatehouse.aws.jws import PyJWTSignatures
from gatehouse.domain import assertions
from gatehouse.domain.assertion_keys import AssertionAlgorithm, AssertionKey
from gatehouse.domain.assertions import Vouched
from gatehouse.domain.errors import InvalidAssertion, InvalidRequest
from tests.samples import KID, NOW, PROJECT_ID
from tests.signing import (
    BACKEND,
    SIGNERS,
    Signer,
    private_key,
    segment,
    with_high_s,
    with_signature,
)

AUD = f"tengine:project:{PROJECT_ID}"
P256 = Signer(key=private_key("ES256 of a stranger"))


def judge(text: str, key: AssertionKey | None = None, *, now: int = NOW) -> Vouched:
    """All three steps, as the exchange takes them."""
    presented = assertions.read(text)
    trusted = assertions.require_key(presented, key or BACKEND.registered)
    PyJWTSignatures().verify(text, trusted)
    return assertions.vouched(presented, project_id=PROJECT_ID, now=now)


def accepted(text: str, key: AssertionKey | None = None, *, now: int = NOW) -> bool:
    return judge(text, key, now=now).member.external_id == "ada"


def refused(text: str, key: AssertionKey | None = None, *, now: int = NOW) -> str:
    with pytest.raises(InvalidAssertion) as refusal:
        judge(text, key, now=now)
    assert str(refusal.value) == "Invalid member assertion"
    return refusal.value.reason


@pytest.mark.parametrize("signer", SIGNERS, ids=lambda signer: signer.algorithm)
def test_an_assertion_holds_under_each_algorithm(signer: Signer) -> None:
    text = signer.assertion(email="ada@example.com", roles=["admin", "billing"], jti="1")
    said = judge(text, signer.registered)
    assert (said.member.external_id, said.member.email) == ("ada", "ada@example.com")
    assert said.member.roles == ("admin", "billing")
    assert (said.kid, said.lifetime, said.dead_at) == (KID, 60, NOW + 90)


@pytest.mark.parametrize("signer", SIGNERS, ids=lambda signer: signer.algorithm)
def test_what_pyjwt_makes_is_what_holds(signer: Signer) -> None:
    alg = signer.header()["alg"]
    text = jwt.encode(signer.claims(), signer.key, algorithm=alg, headers={"kid": KID})
    assert judge(text, signer.registered).member.external_id == "ada"


def test_ed25519_may_be_named_by_rfc_9864() -> None:
    signer = next(s for s in SIGNERS if s.algorithm is AssertionAlgorithm.ED25519)
    text = signer.compact(signer.header(alg="Ed25519"), signer.claims())
    assert judge(text, signer.registered).member.external_id == "ada"


# --- the algorithm is the registered key's ----------------------------------------------------


@pytest.mark.parametrize("alg", ["none", "None", "nOnE", "NONE", "", None, 1, ["ES256"], "es256"])
@pytest.mark.parametrize("signature", ["", segment(b"\0" * 64)])
def test_an_unsigned_assertion_is_refused(alg: object, signature: str) -> None:
    signed = BACKEND.compact(BACKEND.header(alg=alg), BACKEND.claims()).rpartition(".")[0]
    refused(f"{signed}.{signature}")


@pytest.mark.parametrize("signer", SIGNERS, ids=lambda signer: signer.algorithm)
@pytest.mark.parametrize("encode", [str.encode, lambda pem: pem.strip().encode()])
def test_the_public_key_is_no_hmac_secret(signer: Signer, encode: Any) -> None:
    signed = f"{segment(signer.header(alg='HS256'))}.{segment(signer.claims())}"
    hmac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    forged = hmac.sign(signed.encode(), encode(signer.registered.public_key_pem))
    assert refused(f"{signed}.{segment(forged)}", signer.registered) == "not the key's algorithm"


@pytest.mark.parametrize("registered", SIGNERS, ids=lambda signer: signer.algorithm)
@pytest.mark.parametrize("presented", SIGNERS, ids=lambda signer: signer.algorithm)
def test_the_header_chooses_no_algorithm(registered: Signer, presented: Signer) -> None:
    text = presented.assertion()
    if registered is presented:
        assert accepted(text, registered.registered)
    else:
        refused(text, registered.registered)


@pytest.mark.parametrize("registered", SIGNERS, ids=lambda signer: signer.algorithm)
@pytest.mark.parametrize(
    "alg", ["ES256", "ES384", "ES512", "EdDSA", "Ed448", "RS256", "RS384", "PS256"]
)
def test_a_good_signature_under_another_name_is_refused(registered: Signer, alg: str) -> None:
    text = registered.compact(registered.header(alg=alg), registered.claims())
    if alg in registered.registered.algorithm.header_names:
        assert accepted(text, registered.registered)
    else:
        refused(text, registered.registered)


def test_an_es256_key_does_not_verify_p384() -> None:
    wrong = Signer(key=private_key("ES384"))  # says ES256, signs with the other curve
    refused(wrong.assertion())
    with pytest.raises(InvalidAssertion):
        PyJWTSignatures().verify(wrong.assertion(), wrong.registered)


def test_the_signature_check_trusts_no_header_either() -> None:
    """Should the rule above ever be lost, the checker itself still refuses."""
    for signer in SIGNERS:
        for alg in ("none", "HS256", "RS512", "ES512"):
            text = signer.compact(signer.header(alg=alg), signer.claims())
            with pytest.raises(InvalidAssertion):
                PyJWTSignatures().verify(text, signer.registered)


# --- the signature ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "forge",
    [
        lambda text: with_signature(text, b""),
        lambda text: with_signature(text, b"\0" * 64),  # "psychic" (CVE-2022-21449)
        lambda text: with_signature(text, b"\0" * 63),
        lambda text: with_signature(text, b"\xff" * 64),
        lambda text: with_signature(text, BACKEND.der_signature(text.rpartition(".")[0])),
        lambda text: with_signature(text, BACKEND.signature(text.rpartition(".")[0]) + b"\0"),
        lambda text: with_signature(text, P256.signature(text.rpartition(".")[0])),
        lambda text: with_signature(text, BACKEND.signature("another.text")),
    ],
    ids=["empty", "zeros", "short", "ones", "der", "long", "stranger", "another"],
)
def test_a_wrong_signature_is_refused(forge: Any) -> None:
    refused(forge(BACKEND.assertion()))


@pytest.mark.parametrize("signer", SIGNERS, ids=lambda signer: signer.algorithm)
def test_changed_claims_are_refused(signer: Signer) -> None:
    head, _, signature = signer.assertion().split(".")
    refused(f"{head}.{segment(signer.claims(sub='eve'))}.{signature}", signer.registered)


def test_a_second_signature_of_the_same_assertion_has_the_same_mark() -> None:
    text = BACKEND.assertion()
    assert with_high_s(text) != text
    assert judge(with_high_s(text)).mark == judge(text).mark


# --- the header -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "extra",
    [
        {"crit": ["exp"]},
        {"crit": []},
        {"crit": ["b64"], "b64": False},
        {"b64": False},
        {"b64": True},
        {"zip": "DEF"},
        {"jku": "https://evil.example/jwks"},
        {"jwk": {"kty": "EC"}},
        {"x5u": "https://evil.example/x5"},
        {"x5c": ["MII"]},
        {"x5t": "abc"},
        {"cty": "JWT"},
        {"enc": "A256GCM"},
        {"Kid": "other"},
        {"typ": "mst+jwt"},
        {"typ": "at+jwt"},
        {"typ": "JOSE"},
        {"typ": 1},
    ],
    ids=lambda extra: json.dumps(extra)[:40],
)
def test_a_header_that_asks_for_more_is_refused(extra: dict[str, Any]) -> None:
    refused(BACKEND.compact(BACKEND.header(**extra), BACKEND.claims()))


@pytest.mark.parametrize("typ", ["JWT", "jwt", None])
def test_the_usual_typ_or_none_is_accepted(typ: str | None) -> None:
    assert accepted(BACKEND.compact(BACKEND.header(typ=typ), BACKEND.claims()))


@pytest.mark.parametrize(
    "kid",
    [
        None,
        "",
        "../../dev/null",
        "' OR 1=1 --",
        '{"$ne":null}',
        [KID],
        {"kid": KID},
        7,
        True,
        KID + "\n",
        " " + KID,
        "k" * 129,
        "kéy",
    ],
    ids=lambda kid: repr(kid)[:20],
)
def test_a_kid_of_another_shape_is_refused(kid: object) -> None:
    text = BACKEND.compact(BACKEND.header(kid=kid), BACKEND.claims())
    assert refused(text) == "header names no kid"
    assert assertions.named(text) == (None, None)  # nothing is read under such a name


def test_an_unknown_another_and_a_deactivated_key_are_refused() -> None:
    presented = assertions.read(BACKEND.assertion())
    other = Signer(kid="other").registered
    for key in (None, other):
        with pytest.raises(InvalidAssertion):
            assertions.require_key(presented, key)
    ended = AssertionKey(
        kid=KID,
        algorithm=AssertionAlgorithm.ES256,
        public_key_pem=BACKEND.registered.public_key_pem,
        created_at=NOW,
        deactivated_at=NOW,
    )
    assert refused(BACKEND.assertion(), ended) == "deactivated key"


# --- the form ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _text: "",
        lambda text: text.rpartition(".")[0],
        lambda text: text + ".",
        lambda text: text + ".e30",
        lambda text: ".".join(["e30", *text.split("."), "e30"]),  # five: an encrypted one
        lambda text: text + "=",
        lambda text: text + "==",
        lambda text: text.replace(".", "=.", 1),
        lambda text: text + "\n",
        lambda text: " " + text,
        lambda text: text.replace(".", ".\n", 1),
        lambda text: text[:-1] + "+",
        lambda text: text[:-1] + "/",
        lambda text: text[:-1] + "é",
        lambda text: text + "A",
        lambda text: f"Bearer {text}",
    ],
)
def test_a_text_of_another_form_is_refused(spoil: Any) -> None:
    refused(spoil(BACKEND.assertion()))


def test_bits_beyond_the_last_octet_are_refused() -> None:
    text = next(t for t in (BACKEND.assertion(jti=str(n)) for n in range(20)) if t[-1] in "AQgw")
    twin = text[:-1] + chr(ord(text[-1]) + 1)  # decodes to the same octets
    refused(twin)


def test_eight_kilobytes_are_the_limit() -> None:
    padded = BACKEND.assertion(pad="")
    room = assertions.MAX_LENGTH - len(padded)
    largest = BACKEND.assertion(pad="x" * (room * 3 // 4 - 2))
    assert assertions.MAX_LENGTH - 8 <= len(largest) <= assertions.MAX_LENGTH
    assert accepted(largest)
    refused(BACKEND.assertion(pad="x" * (room * 3 // 4 + 8)))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"1",
        b"{",
        b"\xff{}",
        b"\xef\xbb\xbf{}",
        b'{"sub":"ada","sub":"eve","aud":"%s","iat":%d,"exp":%d}',
        b'{"sub":"ada","aud":"%s","iat":%d,"exp":%d,"exp":9999999999}',
        b'{"sub":"\\ud800","aud":"%s","iat":%d,"exp":%d}',
        b'{"sub":"ada","aud":"%s","iat":%d,"exp":%d,"n":NaN}',
        b'{"sub":"ada","aud":"%s","iat":%d,"exp":%d,"n":1e400}',
    ],
)
def test_a_payload_that_could_be_read_in_two_ways_is_refused(payload: bytes) -> None:
    if b"%s" in payload:
        payload %= (AUD.encode(), NOW, NOW + 60)
    refused(BACKEND.compact(BACKEND.header(), payload))


def test_a_header_that_repeats_a_name_is_refused() -> None:
    header = b'{"alg":"none","alg":"ES256","kid":"%s"}' % KID.encode()
    refused(BACKEND.compact(header, BACKEND.claims()))


@given(st.text(max_size=200))
@example("..")
@example("e30.e30.e30")
@example("e30.e30.")
def test_noise_is_refused_and_nothing_else(text: str) -> None:
    with pytest.raises(InvalidAssertion):
        assertions.read(text)
    assert assertions.named(text) == (None, None)


# --- the audience -----------------------------------------------------------------------------


@pytest.mark.parametrize("aud", [AUD, [AUD]])
def test_exactly_this_project_is_the_audience(aud: object) -> None:
    assert accepted(BACKEND.assertion(aud=aud))


@pytest.mark.parametrize(
    "aud",
    [
        None,
        "",
        [],
        PROJECT_ID,
        "tengine:project:",
        "tengine:project:Other001",
        AUD + "x",
        AUD[:-1],
        AUD + " ",
        AUD.upper(),
        [AUD, "tengine:project:Other001"],
        [AUD, AUD],
        [[AUD]],
        {AUD: AUD},
        {"aud": AUD},
        True,
        0,
    ],
    ids=repr,
)
def test_any_other_audience_is_refused(aud: object) -> None:
    assert refused(BACKEND.assertion(aud=aud)) == "aud is not this project"


# --- the times --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "now", "holds"),
    [
        ({}, NOW + 89, True),  # exp + leeway - 1
        ({}, NOW + 90, False),
        ({}, NOW - 30, True),  # iat - leeway
        ({}, NOW - 31, False),
        ({"exp": NOW + 120}, NOW, True),
        ({"exp": NOW + 121}, NOW, False),
        ({"exp": NOW + 1}, NOW, True),
        ({"exp": NOW}, NOW, False),
        ({"exp": NOW - 1}, NOW, False),
        ({"nbf": NOW + 30}, NOW, True),
        ({"nbf": NOW + 31}, NOW, False),
        ({"nbf": NOW - 9999}, NOW, True),
    ],
)
def test_times_hold_to_the_second(changes: dict[str, int], now: int, holds: bool) -> None:  # noqa: FBT001
    text = BACKEND.assertion(**changes)
    if holds:
        assert accepted(text, now=now)
    else:
        refused(text, now=now)


@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("value", [str(NOW), float(NOW), True, [NOW], {}, -1, 10**300, -(10**300)])
def test_times_are_whole_numbers(name: str, value: object) -> None:
    if name == "nbf" and value in (-1, -(10**300), True):
        return  # long ago, which an nbf may be; True is tried below
    refused(BACKEND.assertion(**{name: value}))


def test_true_is_no_time() -> None:
    refused(BACKEND.assertion(nbf=True))


@pytest.mark.parametrize("name", ["exp", "iat"])
def test_times_are_not_optional(name: str) -> None:
    refused(BACKEND.assertion(**{name: None}))
    refused(BACKEND.assertion(**{name: None, name.capitalize(): NOW}))


@given(
    issued=st.integers(NOW - 300, NOW + 300),
    lifetime=st.integers(-10, 200),
)
def test_no_assertion_lives_longer_than_its_mark(issued: int, lifetime: int) -> None:
    presented = assertions.read(BACKEND.assertion(iat=issued, exp=issued + lifetime))
    try:
        said = assertions.vouched(presented, project_id=PROJECT_ID, now=NOW)
    except InvalidAssertion:
        return
    with pytest.raises(InvalidAssertion):
        assertions.vouched(presented, project_id=PROJECT_ID, now=said.dead_at)
    assert NOW < said.dead_at <= NOW + 30 + 120 + 30


# --- the member -------------------------------------------------------------------------------


@pytest.mark.parametrize("sub", [None, "", 7, True, ["ada"], {"id": "ada"}])
def test_no_member_is_a_bad_request(sub: object) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        judge(BACKEND.assertion(sub=sub))
    assert not isinstance(refusal.value, InvalidAssertion)
    assert str(refusal.value) == "Could not resolve member_external_id"


def test_a_null_member_is_a_bad_request() -> None:
    claims = {**BACKEND.claims(), "sub": None}
    with pytest.raises(InvalidRequest, match="Could not resolve member_external_id"):
        judge(BACKEND.compact(BACKEND.header(), claims))


def test_a_forged_assertion_without_member_is_only_a_forgery() -> None:
    refused(P256.assertion(sub=None))


@pytest.mark.parametrize(
    "sub",
    [
        " ",
        " ada",
        "ada ",
        "\u00a0ada",
        "ada\r\nX-Tengine-Member-Id: eve",
        "ada\n",
        "a\tb",
        "a\0b",
        "ada\u200b",  # zero width space
        "\u202eada",  # right-to-left override
        "a\u2028b",
        "a" * 257,
        "\U0001f600" * 256,  # 1,024 bytes do not fit into a sort key
        "oidc:ada",
        "oidc:",
    ],
    ids=repr,
)
def test_a_member_who_cannot_be_is_refused(sub: str) -> None:
    assert refused(BACKEND.assertion(sub=sub)).startswith("sub ")


@pytest.mark.parametrize(
    "sub", ["a", "a" * 256, "Ada Lovelace", "adé", "\U0001f600", "42", "oid:x"]
)
def test_any_other_member_is_taken_as_given(sub: str) -> None:
    assert judge(BACKEND.assertion(sub=sub)).member.external_id == sub


@pytest.mark.parametrize(
    "changes",
    [
        {"email": ""},
        {"email": 7},
        {"email": ["ada@example.com"]},
        {"email": "a" * 321},
        {"email": "ada@example.com\r\nBcc: eve@example.com"},
        {"roles": "admin"},
        {"roles": {"admin": True}},
        {"roles": ["r"] * 51},
        {"roles": ["r" * 65]},
        {"roles": [""]},
        {"roles": [7]},
        {"roles": [["admin"]]},
        {"roles": ["ad\nmin"]},
        {"jti": ""},
        {"jti": 7},
        {"jti": ["1"]},
        {"jti": "j" * 257},
    ],
    ids=lambda changes: json.dumps(changes)[:30],
)
def test_other_claims_are_what_they_should_be(changes: dict[str, Any]) -> None:
    refused(BACKEND.assertion(**changes))


def test_email_and_roles_at_their_limits_are_accepted() -> None:
    said = judge(BACKEND.assertion(email="e" * 320, roles=["r" * 64] * 50, jti="j" * 256))
    assert (len(said.member.email or ""), len(said.member.roles)) == (320, 50)


def test_null_is_no_email_and_no_roles() -> None:
    claims = {**BACKEND.claims(), "email": None, "roles": None}
    said = judge(BACKEND.compact(BACKEND.header(), claims))
    assert (said.member.email, said.member.roles) == (None, ())


# --- the mark ---------------------------------------------------------------------------------


def mark(text: str, project_id: str = PROJECT_ID) -> str:
    presented = assertions.read(text)
    return assertions.vouched(presented, project_id=project_id, now=NOW).mark


def test_a_jti_names_the_assertion_whatever_else_it_says() -> None:
    assert mark(BACKEND.assertion(jti="1")) == mark(BACKEND.assertion(jti="1", exp=NOW + 61))
    assert mark(BACKEND.assertion(jti="1")) != mark(BACKEND.assertion(jti="2"))


def test_without_jti_what_was_signed_names_it() -> None:
    assert mark(BACKEND.assertion()) == mark(BACKEND.assertion())
    assert mark(BACKEND.assertion()) != mark(BACKEND.assertion(exp=NOW + 61))
    assert mark(BACKEND.assertion()) != mark(BACKEND.assertion(jti="1"))


def test_projects_and_keys_do_not_share_marks() -> None:
    other_project = Signer(project_id="Other001")
    marks = {
        mark(BACKEND.assertion(jti="1")),
        mark(Signer(kid="other").assertion(jti="1")),
        mark(other_project.assertion(jti="1"), "Other001"),
    }
    assert len(marks) == 3


def test_a_jti_cannot_be_spelled_like_a_signed_text() -> None:
    text = BACKEND.assertion(jti=None)
    signed = text.rpartition(".")[0]
    assert mark(text) != mark(BACKEND.assertion(jti=signed[:256]))


def test_what_an_assertion_names_is_known_without_proof() -> None:
    assert assertions.named(P256.assertion(sub="eve")) == (KID, "eve")
    assert assertions.named(BACKEND.assertion(sub="x" * 5000)) == (KID, None)
    assert assertions.named(BACKEND.assertion(sub=7)) == (KID, None)
