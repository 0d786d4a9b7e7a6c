"""Assertion keys through the API."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gatehouse.domain.assertion_keys import AssertionAlgorithm
from tests.rest import Answer, Api
from tests.samples import PROJECT_ID
from tests.signing import SIGNERS, Signer

KEYS = "/api/v1/assertion-keys"
PEMS = {signer.algorithm: signer.registered.public_key_pem for signer in SIGNERS}


def public_pem(key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def register(api: Api, **changes: object) -> Answer:
    body = {"kid": "prod-v1", "algorithm": "ES256", "public_key_pem": PEMS[SIGNERS[0].algorithm]}
    return api.call("POST", KEYS, {**body, **changes})


@pytest.mark.parametrize("signer", SIGNERS, ids=lambda signer: str(signer.algorithm))
def test_each_algorithms_key_is_registered(signer: Signer) -> None:
    api = Api()
    pem = signer.registered.public_key_pem
    answer = register(api, algorithm=signer.algorithm, public_key_pem=f"\n{pem}\n")
    assert answer.status == 201
    assert (
        answer.json.items()
        >= {
            "kid": "prod-v1",
            "algorithm": str(signer.algorithm),
            "active": True,
            "created_at": "2023-11-14T22:13:20Z",
        }.items()
    )
    assert api.table.assertion_keys[PROJECT_ID, "prod-v1"].public_key_pem == pem


@pytest.mark.parametrize("algorithm", AssertionAlgorithm)
@pytest.mark.parametrize("other", AssertionAlgorithm)
def test_a_key_is_registered_for_its_own_algorithm_only(
    algorithm: AssertionAlgorithm, other: AssertionAlgorithm
) -> None:
    answer = register(Api(), algorithm=algorithm, public_key_pem=PEMS[other])
    if algorithm is other:
        assert answer.status == 201
    else:
        assert (answer.status, answer.fields) == (422, ["public_key_pem"])


def test_weak_and_odd_keys_are_refused() -> None:
    small = rsa.generate_private_key(65537, 1024)  # noqa: S505 - to be refused
    odd = [
        ("RS256", public_pem(small.public_key())),
        ("RS256", public_pem(rsa.generate_private_key(3, 2048).public_key())),
        ("ES256", public_pem(ec.generate_private_key(ec.SECP256K1()).public_key())),
        ("ES256", SIGNERS[0].private_pem),
        ("ES256", PEMS[AssertionAlgorithm.ES256] + SIGNERS[0].private_pem),
        ("ES256", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"),
        ("ES256", "ssh-ed25519 AAAA"),
        ("ES256", PEMS[AssertionAlgorithm.ES256] + " " * 5000 + "x"),
        ("ES256", ""),
    ]
    for algorithm, pem in odd:
        answer = register(Api(), algorithm=algorithm, public_key_pem=pem)
        assert (answer.status, answer.fields) == (422, ["public_key_pem"]), pem
        assert "PRIVATE" not in answer.text


@pytest.mark.parametrize("algorithm", ["HS256", "none", "ES512", "es256", "EdDSA", 1, None])
def test_only_the_four_algorithms_are_known(algorithm: object) -> None:
    assert register(Api(), algorithm=algorithm).fields == ["algorithm"]


@pytest.mark.parametrize("kid", ["", "two words", "k" * 129, "kid\n", "kïd", "a/b"])
def test_a_kid_is_a_plain_name(kid: str) -> None:
    assert register(Api(), kid=kid).fields == ["kid"]


def test_a_kid_is_used_once_even_after_its_end() -> None:
    api = Api()
    key_id = register(api).json["id"]
    assert register(api).status == 409
    assert api.call("DELETE", f"{KEYS}/{key_id}").status == 204
    assert register(api).status == 409


def test_a_deactivated_key_stays_in_the_list_as_such() -> None:
    api = Api()
    api.table.assertion_keys.clear()
    key_id = register(api).json["id"]
    api.call("DELETE", f"{KEYS}/{key_id}")
    [key] = api.call("GET", KEYS).json["items"]
    assert (key["active"], key["deactivated_at"]) == (False, "2023-11-14T22:13:20Z")
    assert api.call("DELETE", f"{KEYS}/{key_id}").status == 404


@pytest.mark.parametrize("key_id", ["x", "key_", "key_!!", "tool_YQ", "key_bm9ib2R5"])
def test_what_is_no_key_is_not_found_whatever_its_shape(key_id: str) -> None:
    assert Api().call("DELETE", f"{KEYS}/{key_id}").status == 404


def test_another_projects_key_reads_as_absent() -> None:
    api = Api()
    key_id = register(api).json["id"]
    api.table.assertion_keys["Other001", "theirs"] = api.table.assertion_keys.pop(
        (PROJECT_ID, "prod-v1")
    )
    assert api.call("DELETE", f"{KEYS}/{key_id}").status == 404
    assert api.table.assertion_keys["Other001", "theirs"].is_active
