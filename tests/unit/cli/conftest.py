"""No test reads or writes the profiles of whoever runs it."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("GATEHOUSE_URL", "GATEHOUSE_API_KEY", "GATEHOUSE_ADMIN_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "config" / "gatehouse" / "profiles.json"
