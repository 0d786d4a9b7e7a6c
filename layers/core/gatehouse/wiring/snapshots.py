"""What an instance does before a snapshot of it is taken, and what each that began as one does.

With SnapStart, Lambda starts one instance when a version is published and begins all others as
copies of it. Whatever it drew or opened by then would be everybody's: so nothing is drawn and
nothing opened while a function starts (tests/unit/test_snapshots.py), and what Python itself drew,
the state of `random`, is drawn anew. Secrets, ids and nonces come from the system, which Lambda
keeps apart. Connections are made by requests, and credentials are asked for when they have ended.
"""

import random
from collections.abc import Callable
from importlib import import_module

from gatehouse.settings import Settings


def around_snapshots(*builds: Callable[[], object], modules: tuple[str, ...] = ()) -> None:
    """Load `modules` and call `builds` before the snapshot, so that no copy does it again.

    Without SnapStart nothing happens: what few requests need waits for the first of them.
    """
    if not Settings().starts_as_snapshot:
        return
    from snapshot_restore_py import (  # noqa: PLC0415 - the runtime has it
        register_after_restore,
        register_before_snapshot,
    )

    for name in modules:
        register_before_snapshot(import_module, name)
    for build in builds:
        register_before_snapshot(build)
    register_after_restore(random.seed)
