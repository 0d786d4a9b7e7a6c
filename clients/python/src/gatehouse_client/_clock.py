"""The wall clock, read in this one place; everything else is handed a `Clock`."""

import time
from collections.abc import Callable
from typing import TypeAlias

Clock: TypeAlias = Callable[[], float]
"""Returns the seconds since the Unix epoch."""

wall_clock: Clock = time.time  # noqa: TID251 - the default of whoever is given no clock
