"""One plan: where it stands and why, what it carries, what was decided about it, and what a person can do (M1-M3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Prefetch, Sum
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from backoffice.core.ui.screens import PartedScreen
from inventory.models import Facility, OutOfStockBehaviour, Reservation
from orders.models import PickJobStatus
from orders.models.order import LIVE_ORDER_STATUSES
from routing.decisions import ToldDecision, logs_to_tell, told
from routing.models import DateSource, DecisionLog, PlanLine, PlanStatus, RoutingPlan, RunType
from routing.planactions import PlanAction, further_actions
from routing.sentences import names_of, sentence_of
from routing.services.interventions import IN_PLACE, REPLACED, picking_started
from routing.services.joining import waiting_parts
from routing.services.redeciding import decide_again, may_be_decided_again
from routing.tables import flags_of, service_of
from routing.views.decisiontable import DecisionTable, beside, table_of
from routing.waitingroom import positions_of

LATEST_RUNS = 20

RUN_TYPES = {
    RunType.DEFAULT: _("Routed by the strategy"),
    RunType.REROUTE: _("Rerouted"),
    RunType.REACTIVATION: _("Looked at in the waiting room"),
    RunType.MANUAL_ASSIGNMENT: _("Assigned by hand"),
    RunType.PROCESS_MANUALASSIGNMENT: _("Order assigned by hand"),
    RunType.ORDERSPLIT_ON_SHORTPICK: _("Split after a short pick"),
}


class PlanView(PartedScreen):
    """A plan; ``run`` chooses the decision that is shown."""

    permissions: ClassVar[dict[str, str]] = {"*": "routing.view"}
    template_name = "routing/plan.html"
    parts = ("standing", "decision", "facts", "again")
    """What the page asks for again, one by one, when something may have changed; ``again`` when somebody asks."""
    part_template = "routing/partials/plan_%s.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lines = PlanLine.objects.select_related("article", "order_line").order_by(
            "order_line__position", "id"
        )
        plans = RoutingPlan.objects.select_related(
            "order__collect_facility", "facility", "pick_job__facility"
        ).prefetch_related(Prefetch("lines", lines))
        plan = get_object_or_404(plans, pk=kwargs["pk"])
        run = self.request.GET.get("run", "")
        page = PlanPage(
            plan,
            run=int(run) if run.isdecimal() and len(run) < 10 else None,
            everyone="everyone" in self.request.GET,
            again=self.part == "again",
        )
        return super().get_context_data(plan=plan, page=page, **kwargs)


@dataclass(frozen=True, slots=True)
class LineRow:
    """Units of a line: how many stock is ``reserved`` for, and how many were ``missing`` where least is."""

    line: PlanLine
    reserved: int
    missing: int


@dataclass(frozen=True, slots=True)
class Relative:
    """Another plan of the order, numbered as on the order's page."""

    plan: RoutingPlan
    number: int
    what: Any

    @property
    def status(self) -> PlanStatus:
        return PlanStatus(self.plan.status)


@dataclass(frozen=True, slots=True)
class Run:
    log: DecisionLog
    current: bool

    @property
    def status(self) -> PlanStatus:
        return PlanStatus(self.log.status)

    @property
    def kind(self) -> Any:
        return RUN_TYPES.get(RunType(self.log.run_type), self.log.run_type)


class FreshVerdict:
    """What would be decided now, beside what was decided last. Nothing is written."""

    def __init__(self, plan: RoutingPlan) -> None:
        self._found = decide_again(plan_id=plan.pk)
        self.fresh = told(self._found.fresh)
        self.stored = told(self._found.stored) if self._found.stored is not None else None
        self.changed = self._found.changed
        self.may_no_longer_wait = self._found.may_no_longer_wait
        self.status = PlanStatus(self._found.fresh.status)
        self.stored_status = PlanStatus(self._found.stored.status) if self._found.stored is not None else None
        self.table = table_of(self.fresh, everything=True)
        if self.stored is not None and self.stored.log.snapshot is not None:
            self.table = beside(self.table, table_of(self.stored, everything=True))


class PlanPage:
    """What the parts of the page show; each is read when a template asks for it."""

    def __init__(
        self, plan: RoutingPlan, *, run: int | None = None, everyone: bool = False, again: bool = False
    ) -> None:
        self.plan = plan
        self.run = run
        self.everyone = everyone
        self.again = FreshVerdict(plan) if again and self.may_be_decided_again else None

    @property
    def status(self) -> PlanStatus:
        return PlanStatus(self.plan.status)

    @property
    def waits(self) -> bool:
        return self.plan.status == PlanStatus.WAITING

    @cached_property
    def sentence(self) -> str:
        return sentence_of(self.plan, names_of([self.plan]))

    @property
    def flags(self) -> Any:
        return flags_of(self.plan)

    @property
    def service(self) -> str:
        return service_of(self.plan)

    @property
    def behaviour(self) -> str:
        return str(dict(OutOfStockBehaviour.choices).get(self.plan.behaviour, ""))

    @property
    def date_source(self) -> Any:
        return DateSource(self.plan.expected_date_source).label

    @cached_property
    def position(self) -> int | None:
        return positions_of([self.plan]).get(self.plan.pk) if self.waits else None

    @property
    def may_be_decided_again(self) -> bool:
        return may_be_decided_again(self.plan)

    @property
    def open_to_intervention(self) -> bool:
        """Whether a person may touch it now (M1-M3); who may is the template's question."""
        return (
            self.plan.status in (*IN_PLACE, *REPLACED)
            and self.plan.order.status in LIVE_ORDER_STATUSES
            and not picking_started(self.plan)
        )

    @property
    def further(self) -> list[PlanAction]:
        joinable = self.waits and bool(waiting_parts(self.plan, self.siblings))
        return further_actions(self.plan, joinable=joinable)

    @cached_property
    def lines(self) -> list[LineRow]:
        """In the order's order; so do lines of an article share what is there, and the last ones lack."""
        lines = list(self.plan.lines.all())
        reserved: dict[UUID, int] = dict(
            Reservation.objects.filter(holder__in=[line.pk for line in lines])
            .values_list("holder")
            .annotate(units=Sum("quantity"))
        )
        left = Counter({UUID(id): units for id, units in (self.plan.reason.get("missing") or {}).items()})
        rows = []
        for line in reversed(lines):
            missing = min(line.quantity, left[line.article_id])
            left[line.article_id] -= missing
            rows.append(LineRow(line, reserved.get(line.pk, 0), missing))
        return rows[::-1]

    @property
    def units(self) -> int:
        return sum(row.line.quantity for row in self.lines)

    @property
    def holds_stock(self) -> bool:
        return self.plan.status in REPLACED

    @property
    def lacks_stock(self) -> bool:
        return any(row.missing for row in self.lines)

    @property
    def dated(self) -> bool:
        return self.plan.dated and any(row.line.expected_date for row in self.lines)

    @cached_property
    def blacklist(self) -> list[str]:
        ids = self.plan.facility_blacklist
        return list(Facility.objects.filter(id__in=ids).values_list("name", flat=True)) if ids else []

    @property
    def pick_job_status(self) -> PickJobStatus | None:
        return PickJobStatus(self.plan.pick_job.status) if self.plan.pick_job else None

    @cached_property
    def siblings(self) -> list[RoutingPlan]:
        """All plans that the order has had, oldest first."""
        plans = RoutingPlan.objects.filter(order_id=self.plan.order_id).order_by("id")
        return list(plans.select_related("facility"))

    @property
    def number(self) -> int:
        return next(number for number, plan in enumerate(self.siblings, 1) if plan.pk == self.plan.pk)

    @cached_property
    def relatives(self) -> list[Relative]:
        return list(self._relatives())

    def _relatives(self) -> Iterator[Relative]:
        for number, other in enumerate(self.siblings, 1):
            if other.pk == self.plan.reroute_predecessor_id:
                yield Relative(other, number, _("It took the place of"))
            elif other.reroute_predecessor_id == self.plan.pk:
                yield Relative(other, number, _("Its place was taken by"))
            elif other.pk == self.plan.parent_id:
                yield Relative(other, number, _("It was split off from"))
            elif other.parent_id == self.plan.pk:
                yield Relative(other, number, _("Split off from it"))

    @cached_property
    def runs(self) -> Sequence[Run]:
        """The latest ones, and the one that is shown; the newest first."""
        logs = DecisionLog.objects.filter(plan=self.plan).defer("facts").order_by("-run")
        found = list(logs[:LATEST_RUNS])
        if self.run is not None and self.run not in {log.run for log in found}:
            found += logs.filter(run=self.run)
        shown = self.run if self.run is not None else (found[0].run if found else None)
        return [Run(log, log.run == shown) for log in found]

    @cached_property
    def decision(self) -> ToldDecision | None:
        """:raises Http404: there is no such run."""
        logs = logs_to_tell().filter(plan=self.plan)
        if self.run is not None:
            return told(get_object_or_404(logs, run=self.run))
        log = logs.order_by("-run").first()
        return told(log) if log is not None else None

    @property
    def decision_status(self) -> PlanStatus | None:
        return PlanStatus(self.decision.log.status) if self.decision else None

    @cached_property
    def table(self) -> DecisionTable | None:
        return table_of(self.decision, everything=self.everyone) if self.decision else None
