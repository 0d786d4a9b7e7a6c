"""Minting member assertions."""

from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from gatehouse_client import AssertionSigner, ConfigurationError
from gatehouse_client.assertions import PrivateKey

NOW = 1_700_000_000
KEYS: dict[str, PrivateKey] = {
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate(),
    "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
}
UNFIT: dict[str, PrivateKey] = {
    **KEYS,
    "P-521": ec.generate_private_key(ec.SECP521R1()),
    "secp256k1": ec.generate_private_key(ec.SECP256K1()),
    "RSA 1024": rsa.generate_private_key(public_exponent=65537, key_size=1024),  # noqa: S505 - it must be refused
}


def pem(key: PrivateKey, encryption: KeySerializationEncryption | None = None) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


def signer(algorithm: str = "ES256") -> AssertionSigner:
    return AssertionSigner(
        "Ab3dEf9h",
        "prod-v1",
        KEYS[algorithm],
        algorithm,
        clock=lambda: NOW + 0.9,
        new_id=lambda: "id-1",
    )


@pytest.mark.parametrize("algorithm", KEYS)
def test_an_assertion_says_exactly_what_the_protocol_asks(algorithm: str) -> None:
    token = signer(algorithm).sign("ada", email="ada@example.com", roles=["admin"])

    claims = jwt.decode(
        token,
        KEYS[algorithm].public_key(),
        algorithms=["EdDSA" if algorithm == "Ed25519" else algorithm],
        audience="tengine:project:Ab3dEf9h",
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims == {
        "sub": "ada",
        "aud": "tengine:project:Ab3dEf9h",
        "iat": NOW,
        "exp": NOW + 60,
        "jti": "id-1",
        "email": "ada@example.com",
        "roles": ["admin"],
    }
    assert jwt.get_unverified_header(token)["kid"] == "prod-v1"


def test_what_is_not_known_of_a_member_is_not_said() -> None:
    claims = jwt.decode(signer().sign("ada"), options={"verify_signature": False})

    assert "email" not in claims
    assert "roles" not in claims


def test_each_assertion_has_an_id_of_its_own() -> None:
    minting = AssertionSigner("Ab3dEf9h", "k", KEYS["ES256"])
    ids = {
        jwt.decode(minting.sign("ada"), options={"verify_signature": False})["jti"]
        for _ in range(10)
    }

    assert len(ids) == 10


@pytest.mark.parametrize("algorithm", KEYS)
def test_a_key_may_come_as_pem_text_or_bytes(algorithm: str) -> None:
    text = pem(KEYS[algorithm])

    assert AssertionSigner("p", "k", text, algorithm).sign("ada")
    assert AssertionSigner("p", "k", text.decode(), algorithm).sign("ada")


@pytest.mark.parametrize(
    ("algorithm", "kind"),
    [(algorithm, kind) for algorithm in KEYS for kind in UNFIT if algorithm != kind],
)
def test_a_key_that_does_not_fit_its_algorithm_is_refused_at_start(
    algorithm: str, kind: str
) -> None:
    with pytest.raises(ConfigurationError):
        AssertionSigner("p", "k", pem(UNFIT[kind]), algorithm)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "es256", "EdDSA", "PS256", ""])
def test_an_unknown_algorithm_is_refused(algorithm: str) -> None:
    with pytest.raises(ConfigurationError):
        AssertionSigner("p", "k", KEYS["RS256"], algorithm)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"-----BEGIN PRIVATE KEY-----\nsecret-part\n-----END PRIVATE KEY-----",
        pem(KEYS["ES256"], BestAvailableEncryption(b"secret-part")),
    ],
)
def test_a_pem_that_cannot_be_used_is_refused_without_being_quoted(text: bytes) -> None:
    with pytest.raises(ConfigurationError) as refused:
        AssertionSigner("p", "k", text)

    assert "secret-part" not in repr(refused.value)
    assert refused.value.__suppress_context__


@pytest.mark.parametrize(("project", "kid"), [("", "k"), ("p", "")])
def test_an_empty_project_or_kid_is_refused(project: str, kid: str) -> None:
    with pytest.raises(ConfigurationError):
        AssertionSigner(project, kid, KEYS["ES256"])


@pytest.mark.parametrize("prefix", ["TENGINEAI", "GATEHOUSE"])
def test_the_environment_names_project_kid_and_key_file(prefix: str, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(pem(KEYS["Ed25519"]))
    minting = AssertionSigner.from_env(
        {
            f"{prefix}_PROJECT_ID": "Ab3dEf9h",
            f"{prefix}_ASSERTION_KID": "prod-v1",
            f"{prefix}_PRIVATE_KEY_PATH": str(tmp_path / "key.pem"),
            f"{prefix}_ASSERTION_ALGORITHM": "Ed25519",
        }
    )

    assert (minting.project_id, minting.kid) == ("Ab3dEf9h", "prod-v1")
    assert minting.sign("ada")


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(ConfigurationError, match="TENGINEAI_PRIVATE_KEY_PATH"):
        AssertionSigner.from_env({"TENGINEAI_PROJECT_ID": "p", "TENGINEAI_ASSERTION_KID": "k"})


def test_a_key_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    environ = {
        "TENGINEAI_PROJECT_ID": "p",
        "TENGINEAI_ASSERTION_KID": "k",
        "TENGINEAI_PRIVATE_KEY_PATH": str(tmp_path / "absent.pem"),
    }

    with pytest.raises(ConfigurationError, match=r"absent\.pem"):
        AssertionSigner.from_env(environ)


def test_a_signer_shows_its_kid_and_not_its_key() -> None:
    assert repr(signer()) == "AssertionSigner(project_id='Ab3dEf9h', kid='prod-v1')"
