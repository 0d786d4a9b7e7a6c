"""What measured processes stand on: the AWS they talk to, the upstream, their code and logs."""

import base64
import gzip
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench import events, world
from bench.fake_aws import FakeAws
from bench.runtime import ROOT, Code, Worker
from bench.sockets import Said, serving
from bench.world import World
from gatehouse import COMPILED
from gatehouse.domain.calls import Dispatched, Outcome, UpstreamAnswer
from gatehouse.domain.invocations import dispatched_document, document_bytes
from local.build import build_layer

CONTACT = b'{"id":"1","name":"Ada Lovelace","email":"ada@example.com","city":"London"}'
PEERS = ROOT / "bench" / "peers"
OUTPUT = ROOT / ".local" / "bench"


@dataclass(kw_only=True)
class Ground:
    """The surroundings; without a `dispatch`, a kept answer serves its invocations."""

    upstream: str
    logs: Path
    layer: Path
    aws: FakeAws = field(init=False)
    aws_url: str = field(init=False)
    dispatch: Worker | None = None

    def __post_init__(self) -> None:
        self.aws = FakeAws(
            secrets={"ring": world.RING}, data_key=world.DATA_KEY, invoke=self._invoke
        )

    def _invoke(self, function: str, payload: bytes) -> bytes:
        if self.dispatch is None or function != "dispatch":
            return ANSWERED
        return self.dispatch.call(payload)

    def hold(self, held: World) -> World:
        """Put a project into the tables."""
        for item in held.items():
            self.aws.put(events.AUTHORITY, item)
        return held

    def world(self, **parts: Any) -> World:  # noqa: ANN401 - what a World is made of
        """Make a project whose tools call the upstream, and put it into the tables."""
        return self.hold(World(upstream=self.upstream, **parts))

    def function(self, noun: str, *, byte_code: bool = True) -> Code:
        """Return one of our functions, as it is deployed."""
        layer = self.layer if byte_code else without_byte_code(self.layer, self.logs)
        folder = self.logs / "functions" / noun
        settings = events.environment(self.aws_url)
        return Code(
            handler="app.lambda_handler", folder=folder, layers=(layer,), environment=settings
        )

    def counting(self, noun: str) -> Code:
        """Return one of our functions that writes how many steps each request takes it."""
        code = self.function(noun)
        return replace(code, handler="counted.lambda_handler", layers=(*code.layers, PEERS))

    def peer(
        self,
        handler: str,
        packages: Path | None = None,
        *,
        byte_code: bool = True,
        **environment: str,
    ) -> Code:
        """Return a peer's function on `packages`; the layer's, if it has none of its own."""
        packages = packages or self.layer
        layer = packages if byte_code else without_byte_code(packages, self.logs)
        settings = {"AWS_ENDPOINT_URL": self.aws_url, "UPSTREAM": self.upstream, **environment}
        return Code(
            handler=f"{handler}.lambda_handler",
            folder=PEERS,
            layers=(layer,),
            environment=settings,
        )

    def log(self, name: str) -> Path:
        """Return where a process writes."""
        return self.logs / f"{name}.log"


ANSWERED = document_bytes(
    dispatched_document(
        Dispatched(
            outcome=Outcome.SUCCEEDED,
            duration_ms=20,
            answer=UpstreamAnswer(status=200, content_type="application/json", body=CONTACT),
        )
    )
)
"""What dispatch says of a call that was made."""


def packages(peer: str) -> Path:
    """Return the packages of a peer's virtual environment."""
    (found,) = (ROOT / ".venvs" / f"bench-{peer}" / "lib").glob("python3*/site-packages")
    return found


def without_byte_code(folder: Path, beside: Path) -> Path:
    """Return a copy of `folder` that has sources alone, as `sam build` makes them."""
    name = str(folder).replace("/", "-")
    copy = beside / "sources" / name
    if not copy.exists():
        ignored = shutil.ignore_patterns("__pycache__", "*.pyc", Path(COMPILED).name)
        shutil.copytree(folder, copy, ignore=ignored, symlinks=True)
    return copy


@contextmanager
def standing(layer: Path | None = None) -> Iterator[Ground]:
    """Serve AWS and the upstream until the end of the block."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="run-", dir=OUTPUT) as logs,
        serving(lambda _asked: Said(body=CONTACT)) as upstream,
    ):
        # As they are now: who edits or builds meanwhile has no part in this run.
        kept = Path(logs) / "layer"
        shutil.copytree(ROOT / "functions", Path(logs) / "functions")
        shutil.copytree(layer or build_layer() / "python", kept, copy_function=os.link)
        ground = Ground(
            upstream=f"http://127.0.0.1:{upstream}",
            logs=Path(logs),
            layer=kept,
        )
        with serving(lambda asked: ground.aws(asked)) as aws:  # noqa: PLW0108 - it is replaced
            ground.aws_url = f"http://127.0.0.1:{aws}"
            yield ground


def result_of(answer: bytes) -> Mapping[str, Any]:
    """Return the JSON-RPC result in an answer of a function; fail if there is none."""
    said = json.loads(answer)
    text = said["body"]
    if said["headers"].get("content-encoding") == "gzip":
        text = gzip.decompress(base64.b64decode(text))
    body: Mapping[str, Any] = json.loads(text)
    if said["statusCode"] != 200 or "result" not in body or body["result"].get("isError"):  # noqa: PLR2004
        raise AssertionError(said)
    found: Mapping[str, Any] = body["result"]
    return found
