"""A function of ours that says how many calls of Python functions a request has taken it."""

import sys

import app


def lambda_handler(event: object, context: object) -> object:
    """Serve the request, and write the number on a line of its own."""
    steps = 0

    def count(_frame: object, kind: str, _argument: object) -> None:
        nonlocal steps
        steps += kind == "call"

    sys.setprofile(count)
    try:
        return app.lambda_handler(event, context)
    finally:
        sys.setprofile(None)
        print(f"steps {steps}", flush=True)
