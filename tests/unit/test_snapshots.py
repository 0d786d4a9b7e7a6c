"""Functions may be copied once they have started: what they hold by then is nobody's own."""

import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from snapshot_restore_py import get_after_restore, get_before_snapshot

from gatehouse.wiring.snapshots import around_snapshots
from tests.cloud import ROOT, translated

VERSIONED = ("mcp", "dispatch", "token", "signin", "keys", "console")
UNUSED = "multiprocessing/process.py"
"""It draws a key between processes of one program; functions have none."""
STARTING = Path(__file__).with_name("starting.py")


class _Credentials(BaseHTTPRequestHandler):
    """The endpoint at which an instance that began as a snapshot finds its credentials."""

    def do_GET(self) -> None:
        said = {
            "AccessKeyId": "id",
            "SecretAccessKey": "made-up",
            "Token": "made-up",
            "Expiration": "2100-01-01T00:00:00Z",
        }
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture(scope="module")
def credentials() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), _Credentials)
    threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def _nothing_registered() -> None:
    get_before_snapshot().clear()
    get_after_restore().clear()


def restored() -> None:
    for function, arguments, named in get_after_restore():
        function(*arguments, **named)


def test_without_snapstart_nothing_is_registered_and_nothing_built() -> None:
    built: list[str] = []

    around_snapshots(lambda: built.append("x"), modules=("colorsys",))

    assert get_before_snapshot() == get_after_restore() == built == []


def test_what_all_copies_need_is_loaded_and_built_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    sys.modules.pop("colorsys", None)
    built: list[str] = []
    around_snapshots(lambda: built.append("x"), modules=("colorsys",))
    assert not built

    for function, arguments, named in get_before_snapshot():
        function(*arguments, **named)

    assert built == ["x"]
    assert "colorsys" in sys.modules


def test_each_copy_draws_numbers_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    around_snapshots()
    snapshot = random.getstate()

    drawn = []
    for _ in range(2):
        random.setstate(snapshot)
        restored()
        drawn.append(random.getrandbits(128))

    assert drawn[0] != drawn[1]


@pytest.mark.parametrize("noun", VERSIONED)
def test_a_function_starts_without_drawing_or_opening_anything(noun: str, credentials: int) -> None:
    """It is started as for a snapshot, in a process of its own that notes both.

    boto3 asks for credentials when a client is made, and again before they end, by the clock.
    """
    env = json.loads((ROOT / "events/env.json").read_text())[f"{noun.capitalize()}Function"]
    started = subprocess.run(
        [sys.executable, str(STARTING), str(ROOT / "functions" / noun)],
        env={
            **env,
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT / "layers/core"),
            "AWS_REGION": "eu-central-1",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{credentials}/",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "none",
        },
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert started.returncode == 0, started.stderr.decode()
    noted = json.loads(started.stdout)
    assert noted["hooks"] >= 1
    assert [each for each in noted["drawn"] if UNUSED not in each] == []
    assert set(noted["opened"]) <= {str(("127.0.0.1", credentials))}


def test_no_code_asks_openssl_for_randomness() -> None:
    """The OpenSSL in the layer would go on from the snapshot; the system's begins anew."""
    asking = [
        str(file)
        for file in (ROOT / "layers/core/gatehouse").rglob("*.py")
        if any(
            word in file.read_text() for word in ("generate_private_key", "generate_key", "RAND_")
        )
    ]

    assert asking == []


@pytest.mark.parametrize("noun", VERSIONED)
def test_snapshots_are_taken_if_asked_for(noun: str) -> None:
    name = f"{noun.capitalize()}Function"
    off, on = translated("prod")[name], translated("prod", SnapStart="true")[name]

    assert off["Properties"]["SnapStart"] == {"ApplyOn": "None"}
    assert on["Properties"]["SnapStart"] == {"ApplyOn": "PublishedVersions"}
