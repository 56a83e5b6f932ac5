"""What is looked for every minute: what a lost message left behind, and what became due as time passed (W4)."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from orders.services.releasetimes import open_due_pick_jobs
from routing.passes.dating import work_out_dates
from routing.passes.fallback import take_unroutable
from routing.passes.queue import route_queue
from routing.passes.retrying import retry_unroutable
from routing.services.correcting import correct_overdrawn
from routing.services.due import wake_what_is_due
from routing.services.pickresults import let_short_picks_stand
from routing.services.planned import review_planned_plans
from routing.services.promising import let_promises_expire
from routing.services.releasetimes import review_release_times
from routing.services.vacating import vacate_offline_facilities

log = structlog.get_logger(__name__)

STEPS: tuple[Callable[[], object], ...] = (
    open_due_pick_jobs,
    let_promises_expire,
    review_release_times,
    wake_what_is_due,
    vacate_offline_facilities,
    correct_overdrawn,
    review_planned_plans,
    route_queue,
    let_short_picks_stand,
    retry_unroutable,
    take_unroutable,
    work_out_dates,
)
"""In this order, each finds what those before it brought about: a plan whose window closes may fall back at once."""


def sweep_up() -> None:
    """Takes every step, also when one before it fails; what failed is raised at the end, for the worker's log."""
    failed: list[Exception] = []
    for step in STEPS:
        try:
            step()
        except Exception as error:
            log.exception("sweep_step_failed", step=step.__name__)
            failed.append(error)
    if failed:
        raise ExceptionGroup("The sweep did not get through", failed)
