"""Being asked to stop, by Ctrl-C or by who looks after processes."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Asked:
    """Whether a signal asked us ``to_stop``; while ``interrupts``, the signal also ends what we are doing.

    A plain flag: a ``threading.Event`` has a lock, and a signal that comes while the main thread holds it, around every
    wait, would wait for itself, and the demo would never stop.
    """

    to_stop: bool = False
    interrupts: bool = True

    def __call__(self, *_: Any) -> None:
        self.to_stop = True
        if self.interrupts:
            raise KeyboardInterrupt

    def within(self, seconds: float) -> bool:
        """Lets so many seconds pass, and returns whether we are asked to stop now."""
        if not self.to_stop:
            time.sleep(seconds)
        return self.to_stop


@contextlib.contextmanager
def asked_to_stop() -> Iterator[Asked]:
    asked = Asked()
    before = {number: signal.signal(number, asked) for number in SIGNALS}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
