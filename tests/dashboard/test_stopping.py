"""The demo stops whenever it is asked to: a signal comes between any two steps of its waiting."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import Any

import pytest

from backoffice.dashboard.demo.stopping import Asked, asked_to_stop

STEPS = 40
"""More than the waiting has lines, in all the frames that it calls."""


class Hangs(Exception):
    """The waiting did not end by itself."""


def _hangs(*_: Any) -> None:
    raise Hangs


def _signalled_at(step: int, asked: Asked) -> int:
    """Waits until asked to stop, and asks at the given line of the waiting. Returns how many lines there were."""
    lines = 0

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal lines
        if event == "line":
            lines += 1
            if lines == step:
                signal.raise_signal(signal.SIGTERM)
        return trace

    sys.settrace(trace)
    try:
        while not asked.within(0.001):
            pass
    finally:
        sys.settrace(None)
    return lines


@pytest.mark.parametrize("step", range(1, STEPS))
def test_a_signal_at_any_line_of_the_waiting_ends_it(step: int) -> None:
    before = signal.signal(signal.SIGALRM, _hangs)
    signal.setitimer(signal.ITIMER_REAL, 5)
    try:
        with asked_to_stop() as asked:
            asked.interrupts = False
            assert _signalled_at(step, asked) >= step
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_while_it_prepares_a_signal_ends_what_it_does() -> None:
    with pytest.raises(KeyboardInterrupt), asked_to_stop() as asked:
        signal.raise_signal(signal.SIGTERM)
    assert asked.to_stop
