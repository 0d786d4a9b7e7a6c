"""Run MiniStack as our local AWS: four of its internals replaced, its state saved every 2 s.

Started by `local.aws` as a process of its own. The internals are not an interface, so the version
is pinned exactly and `check_internals` refuses to start when one of them has moved.
"""

import asyncio
import inspect
import json
import os
import shlex
import stat
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ministack import app as ministack
from ministack.core import lambda_runtime, persistence
from ministack.services import apigateway
from ministack.services.cloudformation import provisioners

from local.processes import end_with_parent

MINISTACK = "1.5.33"
SAVE_EVERY = 2.0
"""Seconds between two saves; what a `kill -9` may cost."""

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]


class InternalsMoved(Exception):
    """MiniStack is not the version that these patches were written for."""


def main() -> None:
    """Patch, then serve until a signal comes."""
    end_with_parent()
    check_internals()
    patch_interpreter(Path(os.environ["TMPDIR"]))
    patch_log_wait()
    patch_http_api()
    patch_alarms()

    ministack.app = saving(ministack.app)
    ministack.main()


def check_internals() -> None:
    """Refuse a MiniStack whose internals are not where the patches expect them.

    Raises:
        InternalsMoved: Naming the first difference.
    """
    if (found := version("ministack")) != MINISTACK:
        raise InternalsMoved(f"ministack {found} instead of {MINISTACK}")
    expected = {
        "_detect_runtime_binary": (lambda_runtime._detect_runtime_binary, ["runtime"]),
        "_drain_stderr_bounded": (
            lambda_runtime.Worker._drain_stderr_bounded,
            ["self", "first_line_wait", "idle_confirm", "hard_cap"],
        ),
        "_create_integration": (apigateway._create_integration, ["api_id", "data"]),
        "_create_route": (apigateway._create_route, ["api_id", "data"]),
        "_build_persistence_save_dict": (ministack._build_persistence_save_dict, []),
        "save_state": (persistence.save_state, ["service", "data"]),
        "app": (ministack.app, ["scope", "receive", "send"]),
    }
    for name, (function, parameters) in expected.items():
        if list(inspect.signature(function).parameters) != parameters:
            raise InternalsMoved(f"{name}{inspect.signature(function)}")
    handler = provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::Api"]
    if not {"create", "update"} <= handler.keys():
        raise InternalsMoved("the handler of AWS::ApiGatewayV2::Api")
    if "sys.path.insert" not in lambda_runtime._detect_runtime_binary("python3.13")[1]:
        raise InternalsMoved("the script of a Python worker")


def patch_interpreter(folder: Path) -> None:
    """Run functions in a Python that sees the standard library and their layer, nothing else.

    MiniStack would use its own interpreter with all its packages and ours, and a dependency
    missing from the layer would go unnoticed.
    """
    bare = folder / "lambda-python"
    base = getattr(sys, "_base_executable", sys.executable)
    bare.write_text(f'#!/bin/sh\nexec {shlex.quote(base)} -I -S "$@"\n')
    bare.chmod(bare.stat().st_mode | stat.S_IXUSR)
    original = lambda_runtime._detect_runtime_binary

    def detect(runtime: str) -> tuple[str, str]:
        binary, script = original(runtime)
        return (str(bare) if runtime.startswith("python") else binary, script)

    lambda_runtime._detect_runtime_binary = detect


def patch_log_wait() -> None:
    """Wait 2 ms instead of 50 for the log lines of a call that wrote none."""
    lambda_runtime.Worker._drain_stderr_bounded.__defaults__ = (0.002, 0.001, 0.25)


def patch_http_api() -> None:
    """Import the routes of an HTTP API from its `Body`, where SAM puts them all."""
    handler = provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::Api"]
    original_create, original_update = handler["create"], handler["update"]

    def create(logical_id: str, props: dict[str, Any], stack: str) -> tuple[str, Any]:
        api_id, attributes = original_create(logical_id, props, stack)
        import_routes(api_id, props.get("Body") or {})
        return api_id, attributes

    def update(api: str, old: Any, new: Any, stack: str, logical_id: str | None = None) -> Any:
        updated = original_update(api, old, new, stack, logical_id)
        if new.get("Body") != old.get("Body"):
            apigateway._routes[api], apigateway._integrations[api] = {}, {}
            import_routes(api, new.get("Body") or {})
        return updated

    handler.update(create=create, update=update)


def import_routes(api_id: str, body: dict[str, Any]) -> None:
    """Create one integration and one route for each operation of an OpenAPI document."""
    for path, operations in body.get("paths", {}).items():
        for method, operation in operations.items():
            wanted = operation["x-amazon-apigateway-integration"]
            status, _, answer = apigateway._create_integration(
                api_id,
                {
                    "integrationType": wanted["type"].upper(),
                    "integrationUri": wanted["uri"],
                    "integrationMethod": wanted["httpMethod"],
                    "payloadFormatVersion": wanted["payloadFormatVersion"],
                },
            )
            refuse(status, answer)
            verb = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
            key = "$default" if path == "$default" else f"{verb} {path}"
            target = f"integrations/{json.loads(answer)['integrationId']}"
            status, _, answer = apigateway._create_route(
                api_id, {"routeKey": key, "target": target}
            )
            refuse(status, answer)


def patch_alarms() -> None:
    """Take alarms for granted: MiniStack has none that calculate, and wakes nobody up."""

    def create(logical_id: str, _props: Any, stack: str) -> tuple[str, Any]:
        return f"{stack}-{logical_id}", {}

    def update(physical_id: str, *_others: Any, **_named: Any) -> tuple[str, Any]:
        return physical_id, {}

    def delete(_physical_id: str, _props: Any) -> None:
        pass

    provisioners._RESOURCE_HANDLERS["AWS::CloudWatch::Alarm"] = {
        "create": create,
        "update": update,
        "delete": delete,
    }


def refuse(status: int, answer: bytes) -> None:
    """Fail the deployment when MiniStack does not take a part of the API."""
    if status != HTTPStatus.CREATED:
        raise ValueError(f"HTTP API import: {answer!r}")


def saving(inner: App) -> App:
    """Wrap MiniStack's ASGI application so that its state is saved while it serves."""
    tasks = set()

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            tasks.add(asyncio.create_task(save_forever()))
        await inner(scope, receive, send)

    return app


async def save_forever() -> None:
    """Save every service whose state changed, each file written aside and renamed.

    The copy is taken in the event loop, where MiniStack serves requests: no transaction is ever
    half in it. Only the writing goes to a thread.
    """
    saved: dict[str, Any] = {}
    while persistence.PERSIST_STATE:
        await asyncio.sleep(SAVE_EVERY)
        for name, get_state in ministack._build_persistence_save_dict().items():
            try:
                state = get_state()
            except RuntimeError:  # a worker's thread changed it meanwhile: next time
                continue
            if state is not None and plain(state) != saved.get(name):
                await asyncio.to_thread(persistence.save_state, name, state)
                saved[name] = plain(state)


def plain(state: Any) -> Any:
    """Return `state` in a form that compares: MiniStack's own dicts have no `__eq__`."""
    if isinstance(state, dict):
        return {key: getattr(value, "_data", value) for key, value in state.items()}
    return state


if __name__ == "__main__":
    main()
