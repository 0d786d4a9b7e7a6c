"""Whose word is taken for who a server is."""

import ssl
from pathlib import Path

import certifi
import pytest

from gatehouse.net.trust import trusted


def authorities(context: ssl.SSLContext) -> int:
    return int(context.cert_store_stats()["x509_ca"])


def test_names_and_certificates_are_checked() -> None:
    context = trusted()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_the_systems_list_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    one = certifi.contents().partition("-----END CERTIFICATE-----")
    file = tmp_path / "one.pem"
    file.write_text(one[0] + one[1])
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert authorities(trusted()) == 1


def test_where_the_system_has_none_certifis_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert authorities(trusted()) > 50
