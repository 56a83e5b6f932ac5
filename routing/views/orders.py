"""One order: what was bought, what became of it, and why. It is routing's page, since it shows the order's plans."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from backoffice.core.ui.screens import PartedScreen
from inventory.models import Facility
from orders.addresses import address_lines, delivery_address, recipient
from orders.models import (
    Bundle,
    BundleItem,
    ExpiryNotice,
    Order,
    OrderLine,
    OrderStatus,
    PaymentOperation,
    PaymentStatus,
    PickJob,
    PickJobStatus,
)
from orders.models.order import LIVE_ORDER_STATUSES
from orders.models.pickjob import FINISHED, STARTED
from orders.services.privacy import is_done_with
from routing import timeline
from routing.lineage import Node, tree_of
from routing.models import PlanLine, RoutingPlan
from routing.planactions import further_actions
from routing.sentences import names_of
from routing.services.interventions import IN_PLACE, REPLACED, picking_started
from routing.services.joining import waiting_parts


class OrderView(PartedScreen):
    """An order with all that became of it."""

    permissions: ClassVar[dict[str, str]] = {"*": "orders.view"}
    template_name = "routing/order.html"
    parts = ("head", "plans", "details", "facts", "timeline")
    """What the page asks for again, one by one, when something may have changed."""
    part_template = "routing/partials/order_%s.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        orders = Order.objects.select_related("collect_facility", "ordering_facility")
        order = get_object_or_404(orders, pk=kwargs["pk"])
        before = self.request.GET.get("before", "")
        page = OrderPage(order, int(before) if before.isdecimal() else None)
        return super().get_context_data(order=order, page=page, **kwargs)


class OrderPage:
    """What the parts of the page show; each is read when a template asks for it."""

    def __init__(self, order: Order, before: int | None = None) -> None:
        self.order = order
        self.before = before

    @property
    def status(self) -> OrderStatus:
        return OrderStatus(self.order.status)

    @property
    def may_be_cancelled(self) -> bool:
        """Whether it would not be refused at once (O2); who may do it is the template's question."""
        started = (*STARTED, *FINISHED)
        return self.order.status in LIVE_ORDER_STATUSES and not any(
            job.status in started for job in self.jobs
        )

    @property
    def may_be_force_cancelled(self) -> bool:
        """Whether force is what it takes, and something is left to cancel (O2)."""
        return (
            self.order.status in LIVE_ORDER_STATUSES
            and not self.may_be_cancelled
            and any(line.live for line in self.lines)
        )

    @property
    def may_be_unlocked(self) -> bool:
        return self.order.status == OrderStatus.LOCKED

    @property
    def may_be_anonymised(self) -> bool:
        return not self.order.anonymised and is_done_with(self.order)

    @property
    def is_promised(self) -> bool:
        """Whether it may be confirmed or extended (R8)."""
        return self.order.status == OrderStatus.PROMISED

    @cached_property
    def address(self) -> list[str]:
        address = delivery_address(self.order.consumer)
        return [line for line in (recipient(address), *address_lines(address)) if line]

    @cached_property
    def preselected(self) -> list[str]:
        ids = self.order.preselected_facilities
        return list(Facility.objects.filter(id__in=ids).values_list("name", flat=True)) if ids else []

    @cached_property
    def lines(self) -> list[OrderLine]:
        return list(
            OrderLine.objects.kept().filter(order=self.order).select_related("article").order_by("position")
        )

    @cached_property
    def bundles(self) -> list[Bundle]:
        items = BundleItem.objects.select_related("line__article").order_by("line__position")
        bundles = self.order.bundles.filter(items__isnull=False).distinct()
        return list(bundles.prefetch_related(Prefetch("items", items)).order_by("position"))

    @cached_property
    def plans(self) -> list[RoutingPlan]:
        """Each with what else can be done with it, as ``further``."""
        lines = PlanLine.objects.select_related("article").order_by("order_line__position", "id")
        plans = (
            RoutingPlan.objects.filter(order=self.order)
            .select_related("facility", "pick_job")
            .prefetch_related(Prefetch("lines", lines))
            .order_by("id")
        )
        found: list[Any] = list(plans)
        for plan in found:
            plan.order = self.order
            plan.further = further_actions(plan, joinable=bool(waiting_parts(plan, found)))
        return found

    @cached_property
    def tree(self) -> list[Node]:
        return tree_of(self.plans, names_of(self.plans))

    @cached_property
    def open_to_intervention(self) -> set[UUID]:
        """The ids of those plans that a person may touch now (M1-M3)."""
        if self.order.status not in LIVE_ORDER_STATUSES:
            return set()
        return {
            plan.id
            for plan in self.plans
            if plan.status in (*IN_PLACE, *REPLACED) and not picking_started(plan)
        }

    @cached_property
    def jobs(self) -> list[Any]:
        """Newest first; ``state`` is the status with its label and colour."""
        jobs = PickJob.objects.filter(order=self.order).with_line_items().select_related("facility")
        found: list[Any] = list(jobs.order_by("-id"))
        for job in found:
            job.state = PickJobStatus(job.status)
        return found

    @cached_property
    def payments(self) -> list[Any]:
        """With ``state``, what each is for, what it is flagged with, and what is still to be done about it."""
        still_to_do = Prefetch(
            "operations", PaymentOperation.objects.open().order_by("id"), to_attr="open_operations"
        )
        found: list[Any] = list(self.order.payments.prefetch_related(still_to_do).order_by("id"))
        cast = timeline.Cast(self.plans, ())
        for payment in found:
            payment.state = PaymentStatus(payment.status)
            payment.notice = payment.expiry_notice and ExpiryNotice(payment.expiry_notice)
            payment.purpose = cast.title(str(payment.reference)) if payment.reference else _("The order")
            if payment.replaces_id and not payment.reference:
                payment.purpose = _("What remains of the order")
        return found

    @cached_property
    def chapter(self) -> timeline.Chapter:
        cast = timeline.Cast(self.plans, self.jobs)
        return timeline.chapter(self.order.pk, cast, before=self.before)

    def units(self) -> Iterator[tuple[str, int]]:
        """How many units of the order are where."""
        for name in ("quantity", "live", "fulfilled", "short_picked", "cancelled"):
            yield name, sum(getattr(line, name) for line in self.lines)
