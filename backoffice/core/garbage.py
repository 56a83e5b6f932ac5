"""How often a process that works through chunks of hundreds of rows looks for cyclic garbage."""

from __future__ import annotations

import gc

YOUNG = 50_000
"""New objects until the youngest are looked through: a chunk makes about as many, and hardly a cycle among them."""


def collect_garbage_rarely() -> None:
    """For workers, once all modules are loaded: what is there by now stays and is not looked through again,
    and what a pass allocates is looked through once a chunk, not a hundred times. It takes a fifth of a pass' time
    otherwise (docs/benchmarks.md). Forked children inherit it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 10, 10)
