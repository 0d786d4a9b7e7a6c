"""Time and CPU of other processes, in turns, and what the turns say together."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROUNDS = 9
CPUCLOCK_SCHED = 2


def cpu_seconds(pid: int) -> float:
    """Return the user and system time of a process, of all its threads, to the nanosecond.

    clock_getcpuclockid(3): Linux forms the clock's id from the process's.
    """
    return time.clock_gettime((~pid << 3) | CPUCLOCK_SCHED)


def family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    found = [pid]
    for child in _children(pid):
        found += family(child)
    return found


def _children(pid: int) -> list[int]:
    texts = (path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children"))
    return [int(child) for text in texts for child in text.split()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What one call took in each round, in milliseconds."""

    cpu: Sequence[float]
    wall: Sequence[float]

    @property
    def cpu_ms(self) -> float:
        """The median of the rounds."""
        return median(self.cpu)

    @property
    def wall_ms(self) -> float:
        """The median of the rounds."""
        return median(self.wall)

    def ratio(self, other: "Figure") -> float:
        """Return how many times the CPU of `other` it takes: the median, round by round."""
        return median(a / b for a, b in zip(self.cpu, other.cpu, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Something that serves calls: how to make one, whose CPU counts, how many to a round.

    `settle` waits until nothing of the last call is under way.
    """

    call: Callable[[], object]
    pids: Sequence[int]
    calls: int = 30
    settle: Callable[[], object] = lambda: None


def in_turns(subjects: Mapping[str, Subject], rounds: int = ROUNDS) -> dict[str, Figure]:
    """Measure all subjects, one after the other, round after round, after one round of warming.

    Whoever comes next finds the processor's caches as a subject left them, and some leave little;
    so the order is another in each round, and the same in each run.
    """
    cpu: dict[str, list[float]] = {name: [] for name in subjects}
    wall: dict[str, list[float]] = {name: [] for name in subjects}
    for number in range(-1, rounds):
        order = list(subjects.items())
        random.Random(number).shuffle(order)  # noqa: S311 - not for secrets
        for name, subject in order:
            spent, passed = _round(subject)
            if number >= 0:
                cpu[name].append(spent)
                wall[name].append(passed)
    return {name: Figure(cpu=cpu[name], wall=wall[name]) for name in subjects}


def _round(subject: Subject) -> tuple[float, float]:
    """Return milliseconds of CPU and of time to a call."""
    pids = [each for pid in subject.pids for each in family(pid)]
    subject.settle()
    before, began = sum(map(cpu_seconds, pids)), time.perf_counter()
    for _ in range(subject.calls):
        subject.call()
    passed = time.perf_counter() - began
    subject.settle()
    spent = sum(map(cpu_seconds, pids)) - before
    return spent / subject.calls * 1000, passed / subject.calls * 1000
