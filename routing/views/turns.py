"""The dialogs about waiting plans' turns and parts, and those that take an intervention back (M4)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.days import minute
from routing.forms import HoldForm
from routing.models import PlanStatus, RoutingPlan
from routing.partforms import SplitForm
from routing.services.dividing import split_plan
from routing.services.holding import hold_plan, release_hold
from routing.services.joining import join_plans, waiting_parts
from routing.services.pinning import pin_plan, unpin_plan
from routing.services.unassigning import unassign_plan
from routing.views.interventions import PartDialog, PlanDialog


class PlainDialog(PlanDialog):
    """Asks for nothing but a reason. ``said`` is what is told when it is done."""

    title: ClassVar[Any]
    lead: ClassVar[Any]
    submit: ClassVar[Any]
    said: ClassVar[Any]

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        order = {"order": self.plan.order}
        return {"title": self.title % order, "lead": self.lead, "submit": self.submit}

    def act(self, form: Any, **kwargs: Any) -> str:
        given = form.cleaned_data
        asked = {"plan_id": self.plan.pk, "version": given["version"], "reason": given["reason"]}
        plan = self.intervene(asked)
        return str(self.said % {"order": plan.order})

    def intervene(self, asked: dict[str, Any]) -> RoutingPlan:
        raise NotImplementedError


class PinPlanView(PlainDialog):
    title = _("Pin order %(order)s to the top")
    lead = _("It is served before all that are not pinned, and after those that were pinned before.")
    submit = _("Pin")
    said = _("Order %(order)s is pinned to the top.")

    def intervene(self, asked: dict[str, Any]) -> RoutingPlan:
        plan = pin_plan(**asked)
        self.undo = self.way_back("unpin", plan)
        return plan


class UnpinPlanView(PlainDialog):
    title = _("Unpin order %(order)s")
    lead = _("It goes back to the place that it has by itself.")
    submit = _("Unpin")
    said = _("Order %(order)s is not pinned any more.")

    def intervene(self, asked: dict[str, Any]) -> RoutingPlan:
        return unpin_plan(**asked)


class UnholdPlanView(PlainDialog):
    title = _("Release the hold of order %(order)s")
    lead = _("It is looked at at once, in its turn.")
    submit = _("Release")
    said = _("Order %(order)s is not held any more.")

    def intervene(self, asked: dict[str, Any]) -> RoutingPlan:
        until = self.plan.held_until
        plan = release_hold(**asked)
        if until is not None and until > timezone.now():
            self.undo = self.way_back("hold", plan, until=_typed(until))
        return plan


class JoinPlanView(PlainDialog):
    title = _("Join the waiting parts of order %(order)s")
    lead = _("What was split off and still waits is one plan again.")
    submit = _("Join")
    said = _("The waiting parts of order %(order)s are one plan again.")

    def intervene(self, asked: dict[str, Any]) -> RoutingPlan:
        return join_plans(**asked)


class UnassignPlanView(PlainDialog):
    title = _("Take back the assignment of order %(order)s")
    lead = _("It is decided as if nobody had assigned it: it may be routed, or wait again.")
    submit = _("Take back")
    said = _("The assignment of order %(order)s was taken back; it is being decided again.")

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(**kwargs)
        return {**context, "lead": f"{self.lead} {self.what_ends()}"}

    def intervene(self, asked: dict[str, Any]) -> RoutingPlan:
        return unassign_plan(**asked)


class HoldPlanView(PlanDialog):
    def form_for(self, data: Any, initial: dict[str, Any]) -> HoldForm:
        return HoldForm(data, initial={**initial, "until": self.plan.held_until})

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Hold order %(order)s") % {"order": self.plan.order},
            "lead": say("Until then it is passed over, and others are served. It keeps its place."),
            "submit": say("Hold"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        given = form.cleaned_data
        plan = hold_plan(
            plan_id=self.plan.pk, until=given["until"], version=given["version"], reason=given["reason"]
        )
        before = self.plan.held_until
        if before is not None and before > timezone.now():
            self.undo = self.way_back("hold", plan, until=_typed(before))
        else:
            self.undo = self.way_back("unhold", plan)
        return say("Order %(order)s is held until %(until)s.") % {
            "order": plan.order,
            "until": minute(given["until"]),
        }


class SplitPlanView(PartDialog):
    def form_for(self, data: Any, initial: dict[str, Any]) -> SplitForm:
        return SplitForm(data, initial=initial, lines=self.lines)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Split order %(order)s") % {"order": self.plan.order},
            "lead": say("What you choose becomes a plan of its own, which waits and goes by itself."),
            "submit": say("Split off"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        given = form.cleaned_data
        # Joining puts all parts together that wait: it is the way back only where there was no other.
        whole = not waiting_parts(self.plan, RoutingPlan.objects.filter(order=self.plan.order_id))
        plan = split_plan(
            plan_id=self.plan.pk, choice=form.choice, version=given["version"], reason=given["reason"]
        )
        if whole and plan.status == PlanStatus.WAITING:
            self.undo = self.way_back("join", plan)
        return say("A part of order %(order)s is a plan of its own now.") % {"order": plan.order}


def _typed(moment: datetime) -> str:
    """As the field of a dialog has it."""
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")
