"""Signatures, against AWS's published vectors and against botocore's own signer."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.aws.wire.credentials import Credentials
from gatehouse.aws.wire.sigv4 import ALGORITHM, Signer
from tests.samples import NOW

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "sigv4.json").read_text())
VECTORS_AT = int(datetime.fromisoformat(VECTORS["timestamp"]).timestamp())
KEY = Credentials(access_key_id="AKID", secret_access_key="secret", session_token="token")

values = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)
names = st.from_regex(r"x-[a-z]{1,8}", fullmatch=True).filter(lambda n: n != "x-amz-date")


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: str(case["name"]))
def test_signatures_are_those_that_aws_publishes(case: dict[str, Any]) -> None:
    key = Credentials(**VECTORS["credentials"], session_token=case["session_token"])
    signed = Signer(VECTORS["service"], VECTORS["region"]).signed(
        case["method"],
        case["path"],
        [(name, value) for name, value in case["headers"]],
        case["body"].encode(),
        credentials=key,
        now=VECTORS_AT,
    )
    scope = "20150830/us-east-1/service/aws4_request"
    assert dict(signed)["Authorization"] == (
        f"{ALGORITHM} Credential=AKIDEXAMPLE/{scope}, "
        f"SignedHeaders={case['signed_headers']}, Signature={case['signature']}"
    )


@given(
    path=st.from_regex(r"(/[A-Za-z0-9._~%:-]{1,9}){1,3}", fullmatch=True).filter(
        lambda path: not {".", ".."} & set(path.split("/"))
    ),
    headers=st.dictionaries(names, values, max_size=4),
    body=st.binary(max_size=50),
    token=st.none() | st.from_regex(r"[A-Za-z0-9/+=]{1,40}", fullmatch=True),
    secret=st.text(min_size=1, max_size=40),
    now=st.integers(NOW, NOW + 10**8),
)
def test_botocore_signs_the_same(  # noqa: PLR0917 - the parts of a request
    path: str, headers: dict[str, str], body: bytes, token: str | None, secret: str, now: int
) -> None:
    request = AWSRequest("POST", f"https://host.example{path}", data=body)
    for name, value in headers.items():
        request.headers[name] = value
    moment = datetime.fromtimestamp(now, UTC).replace(tzinfo=None)
    with patch.object(auth, "get_current_datetime", lambda: moment):
        auth.SigV4Auth(BotoCredentials("AKID", secret, token), "kms", "eu-central-1").add_auth(
            request
        )
    key = Credentials(access_key_id="AKID", secret_access_key=secret, session_token=token)
    signed = Signer("kms", "eu-central-1").signed(
        "POST",
        path,
        [("Host", "host.example"), *headers.items()],
        body,
        credentials=key,
        now=now,
    )
    assert dict(signed)["Authorization"] == request.headers["Authorization"]
    assert dict(signed)["X-Amz-Date"] == request.headers["X-Amz-Date"]
    assert dict(signed).get("X-Amz-Security-Token") == request.headers.get("X-Amz-Security-Token")


def authorization(signer: Signer, key: Credentials, now: int) -> str:
    return dict(signer.signed("POST", "/", [], b"", credentials=key, now=now))["Authorization"]


def test_a_remembered_key_serves_its_day_and_its_credentials_only() -> None:
    signer = Signer("kms", "eu-central-1")
    other = Credentials(access_key_id="AKID", secret_access_key="other", session_token="token")
    for key, now in ((KEY, NOW), (other, NOW), (KEY, NOW + 86_400), (KEY, NOW), (KEY, NOW)):
        fresh = Signer("kms", "eu-central-1")
        assert authorization(signer, key, now) == authorization(fresh, key, now)


def test_credentials_do_not_show_their_secrets() -> None:
    assert "secret" not in repr(KEY).replace("secret_access_key", "")
    assert "token" not in repr(KEY).replace("session_token", "")
