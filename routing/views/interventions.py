"""The dialogs in which a person moves a plan: assign, reroute, cancel (M1-M3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backoffice.core.models import DomainEvent
from backoffice.core.ui.answers import UNDO, Conflict, Undo, name_of
from backoffice.core.ui.screens import Dialog
from inventory.models import Facility
from orders.models import OrderLine, ServiceLevel
from routing.coverage import coverage_of
from routing.forms import InterventionForm
from routing.models import PlanLine, PlanStatus, RoutingPlan
from routing.partforms import AssignPartForm, PartForm
from routing.sentences import names_of, sentence_of
from routing.services.assigning import assign_plan
from routing.services.cancelling import cancel_plan
from routing.services.interventions import REPLACED
from routing.services.rerouting import reroute_plan
from routing.services.unassigning import may_be_unassigned

AT_ONCE = timedelta(seconds=2)
"""An event that is at most so much older than a plan's last change tells of it."""


class PlanDialog(Dialog):
    """A question about one plan, which is read once."""

    permissions: ClassVar[dict[str, str]] = {"*": "routing.intervene"}
    plan: RoutingPlan

    def get_form(self, data: Any = None, **kwargs: Any) -> Any:
        self.plan = get_object_or_404(
            RoutingPlan.objects.select_related("order", "facility", "pick_job"), pk=kwargs["pk"]
        )
        return self.form_for(data, {"version": self.plan.version})

    def form_for(self, data: Any, initial: dict[str, Any]) -> Any:
        return InterventionForm(data, initial=initial)

    def get_conflict(self, **kwargs: Any) -> Conflict:
        return plan_conflict(kwargs["pk"])

    def way_back(self, name: str, plan: RoutingPlan, *, label: Any = UNDO, **fields: Any) -> Undo:
        """Undoing what was just done with the plan, by the intervention of that name."""
        given = {"version": plan.version, "reason": say("Undone at once"), **fields}
        return Undo(reverse(f"plan-{name}", args=(plan.pk,)), given, label)

    @property
    def replaced(self) -> bool:
        """It holds stock: it becomes obsolete, and another plan carries on."""
        return self.plan.status in REPLACED

    def what_ends(self) -> str:
        """What an intervention undoes, if anything."""
        if self.plan.pick_job is not None:
            return say("Its pick job %(job)s at %(facility)s ends, and its stock is free again.") % {
                "job": self.plan.pick_job.short_id,
                "facility": self.plan.facility,
            }
        return say("The stock that it holds is free again.") if self.replaced else ""


class PartDialog(PlanDialog):
    """A question about a plan, or a part of it."""

    template_name: ClassVar[str] = "routing/partials/part_dialog.html"

    def form_for(self, data: Any, initial: dict[str, Any]) -> PartForm:
        return PartForm(data, initial=initial, lines=self.lines)

    @cached_property
    def lines(self) -> list[PlanLine]:
        found = PlanLine.objects.filter(plan=self.plan).select_related("article")
        return list(found.order_by("order_line__position", "id"))


class AssignPlanView(PartDialog):
    """M1"""

    def form_for(self, data: Any, initial: dict[str, Any]) -> AssignPartForm:
        same_day = self.plan.service_level == ServiceLevel.SAMEDAY and not self.plan.order.collect_facility_id
        return AssignPartForm(
            data, initial=initial, places=coverage_of(self.plan), same_day=same_day, lines=self.lines
        )

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        lead = say("No fence is asked. What is in stock there is reserved at once.")
        return {
            "title": say("Assign order %(order)s to a facility") % {"order": self.plan.order},
            "lead": f"{lead} {self.what_ends()}",
            "submit": say("Assign"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        given = form.cleaned_data
        facility = get_object_or_404(Facility, pk=given["facility"])
        plan = assign_plan(
            plan_id=self.plan.pk,
            facility_id=facility.pk,
            version=given["version"],
            choice=form.choice,
            service_level=given.get("service_level") or None,
            reason=given["reason"],
        )
        if may_be_unassigned(plan):
            self.undo = self.way_back("unassign", plan, label=_("Take it back"))
        return say("Order %(order)s was assigned to %(facility)s.") % {
            "order": plan.order,
            "facility": facility,
        }


class ReroutePlanView(PlanDialog):
    """M2"""

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        lead = say("It is decided again, with the strategy and the stock of today.")
        outlook = say("It may be routed, go on waiting, or turn out not to be routable.")
        return {
            "title": say("Reroute order %(order)s") % {"order": self.plan.order},
            "lead": f"{lead} {self.what_ends() or outlook}",
            "submit": say("Reroute"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        given = form.cleaned_data
        plan = reroute_plan(plan_id=self.plan.pk, version=given["version"], reason=given["reason"])
        return say("Order %(order)s is being decided again.") % {"order": plan.order}


class CancelPlanView(PartDialog):
    """M3"""

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        units = sum(line.quantity for line in self.lines)
        lead = ngettext(
            "It will not be delivered; this cannot be undone.",
            "They will not be delivered; this cannot be undone.",
            units,
        )
        return {
            "title": ngettext(
                "Cancel %(units)d unit of order %(order)s?",
                "Cancel %(units)d units of order %(order)s?",
                units,
            )
            % {"units": units, "order": self.plan.order},
            "lead": " ".join(part for part in (lead, self.what_ends(), self._order_ends(units)) if part),
            "submit": say("Cancel the plan"),
            "submit_class": "btn-danger",
            "dismiss": say("Keep it"),
        }

    def _order_ends(self, units: int) -> str:
        """What becomes of the rest of the order, and of the order where there is none (M3)."""
        lines = list(OrderLine.objects.filter(order=self.plan.order_id))
        if sum(line.live for line in lines) > units:
            return say("The rest of the order goes on.")
        if any(line.fulfilled for line in lines):
            return ""
        return say("Nothing of the order is left then: it is cancelled as well.")

    def act(self, form: Any, **kwargs: Any) -> str:
        given = form.cleaned_data
        choice = form.choice
        plan = cancel_plan(
            plan_id=self.plan.pk, version=given["version"], choice=choice, reason=given["reason"]
        )
        if choice is None or plan.status == PlanStatus.CANCELED:
            return say("The plan of order %(order)s was cancelled.") % {"order": plan.order}
        units = sum(choice.units.values())
        return ngettext(
            "%(units)d unit of order %(order)s was cancelled.",
            "%(units)d units of order %(order)s were cancelled.",
            units,
        ) % {"units": units, "order": plan.order}


def plan_conflict(plan_id: UUID) -> Conflict:
    """For who wants to move a plan that has just changed: who changed it, and where it stands now."""
    plan = RoutingPlan.objects.select_related("order").prefetch_related("lines").get(pk=plan_id)
    event = DomainEvent.objects.filter(
        resource_type="ROUTING_PLAN", resource_id=str(plan_id), occurred_at__gte=plan.last_modified - AT_ONCE
    ).last()
    now = {"status": PlanStatus(plan.status).label, "why": sentence_of(plan, names_of([plan]))}
    return Conflict(
        said=say("%(who)s changed this plan in the meantime.") % {"who": name_of(event)},
        when=plan.last_modified,
        now=say("Now: %(status)s. %(why)s") % now,
    )
