"""Passes over plans: lock, load, decide, commit (spec 7).

:mod:`routing.passes.queue` routes what is in the queue (R1-R5, R10), :mod:`routing.passes.release` serves the waiting
room (W2-W5, W11, W12). Both share :mod:`~routing.passes.loading` and :mod:`~routing.passes.committing`.
"""
