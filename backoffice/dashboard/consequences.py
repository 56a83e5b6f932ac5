"""What it would mean for orders if a facility took none any more: asked for before its status is changed (O3)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404

from backoffice.core.ui.screens import Screen
from inventory.models import Facility
from orders.models import PickJob
from orders.models.pickjob import STARTED
from routing.filters import WaitingRoomFilter
from routing.models import PlanStatus, RoutingPlan


def consequences_for(facility: Facility) -> dict[str, int]:
    """How many plans wait that could be served there, are planned there, and stand there with pick jobs."""
    could = WaitingRoomFilter({"facility": str(facility.pk)}, queryset=RoutingPlan.objects.waiting())
    jobs = PickJob.objects.filter(facility=facility)
    held_back = RoutingPlan.objects.filter(facility=facility, status=PlanStatus.ROUTED, pick_job__isnull=True)
    return {
        "waiting": could.qs.count(),
        "planned": RoutingPlan.objects.filter(facility=facility, status=PlanStatus.PLANNED).count(),
        "unstarted": jobs.unstarted().count() + held_back.count(),
        "started": jobs.filter(status__in=STARTED).count(),
    }


class FacilityConsequencesView(Screen):
    """A part of the dialog in which a facility's status is changed."""

    permissions: ClassVar[dict[str, str]] = {"*": "routing.view"}
    template_name = "dashboard/partials/facility_consequences.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facility = get_object_or_404(Facility, pk=kwargs["pk"])
        return super().get_context_data(facility=facility, **consequences_for(facility), **kwargs)
