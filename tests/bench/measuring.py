"""Measuring: how long something takes, and what that is in terms of something else."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Measurement:
    """``value`` in ``unit``; ``ratio`` is to the floor, or to the row's own comparison. A bar is a least or a most."""

    row: str
    work: str
    value: float
    unit: str
    ratio: float
    bar: float
    at_most: bool = False

    def holds(self, bar: float) -> bool:
        return self.ratio <= bar if self.at_most else self.ratio >= bar

    @property
    def met(self) -> bool:
        return self.holds(self.bar)


def seconds(work: Callable[[], int], expected: int | None = None) -> float:
    """How long the work takes, which returns how much it did."""
    begun = time.perf_counter()
    done = work()
    taken = time.perf_counter() - begun
    assert expected is None or done == expected, f"{done} done, not {expected}"
    return taken


def processor_seconds(pid: int) -> float:
    """What the children of a process have used up of the processors so far, to a hundredth of a second."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    # After the name, which may hold anything, time in the program and in the system are the 12th and 13th.
    stats = [Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split() for child in children]
    return sum(int(ticks) for stat in stats for ticks in stat[11:13]) / os.sysconf("SC_CLK_TCK")


def forget_peak() -> None:
    """From here on :func:`peak_megabytes` counts anew."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_megabytes() -> float:
    """The most memory that this process has held since."""
    status = Path("/proc/self/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024
