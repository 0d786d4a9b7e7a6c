"""The package as a whole."""

import subprocess
import sys
from pathlib import Path

import pytest

import gatehouse_client

SOURCE = Path(gatehouse_client.__file__).parents[1]


def loaded_by(statement: str) -> set[str]:
    program = f"import sys; sys.path.insert(0, {str(SOURCE)!r}); {statement}; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(run.stdout.split())


@pytest.mark.parametrize("name", gatehouse_client.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(gatehouse_client, name).__name__ == name


def test_a_name_that_is_not_public_is_missing() -> None:
    with pytest.raises(AttributeError):
        gatehouse_client.Nothing  # noqa: B018


def test_the_package_loads_no_framework() -> None:
    loaded = loaded_by("from gatehouse_client import *")

    assert {"httpx", "jwt"} <= loaded
    assert not {"fastapi", "starlette", "flask", "werkzeug", "boto3"} & loaded


def test_an_api_that_only_verifies_loads_neither_http_nor_cryptography() -> None:
    loaded = loaded_by("from gatehouse_client import RequestVerifier")

    assert not {"httpx", "jwt", "cryptography"} & loaded
    assert not {"httpx", "jwt", "cryptography", "flask"} & loaded_by(
        "from gatehouse_client.aws_lambda import verified"
    )
