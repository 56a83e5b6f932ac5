"""Interventions in many plans: the question, the dry run, and then the real thing, all as background jobs (M5)."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as say
from django.utils.translation import ngettext

from backoffice.core.models import BackgroundJob
from backoffice.core.ui.jobs import NextStepView
from backoffice.core.ui.listtools import chosen_ids
from backoffice.core.ui.screens import Dialog
from routing.filters import WaitingRoomScreenFilter
from routing.forms import BULK_FORMS, BulkForm
from routing.models import RoutingPlan
from routing.services.bulk import KIND, carry_out, rehearse_undoing, start_interventions
from routing.services.choosing import ChosenArticles
from routing.services.intervening import Intervention, Name
from routing.views.waitingroom import tab_of
from routing.waitingroom import standing_plans


class BulkDialog(Dialog):
    """The plans are those that the query names as ``ids``; with ``all`` those that match its filters.

    Nothing happens yet: what it leads to is a dry run, and from there one goes on.
    """

    permissions: ClassVar[dict[str, str]] = {"*": "routing.intervene"}

    @cached_property
    def name(self) -> Name:
        try:
            return Name(self.kwargs["name"].upper())
        except ValueError:
            raise Http404 from None

    @cached_property
    def plan_ids(self) -> list[UUID]:
        """In release order."""
        if "all" in self.request.GET:
            plans = standing_plans().filter(status__in=tab_of(self.request).statuses)
            filterset = WaitingRoomScreenFilter(self.request.GET, queryset=plans)
            plans = filterset.qs if filterset.is_valid() else plans.none()
        else:
            plans = RoutingPlan.objects.filter(id__in=chosen_ids(self.request.GET))
        return list(plans.order_by("rank", "id").values_list("id", flat=True))

    def get_form(self, data: Any = None, **kwargs: Any) -> BulkForm:
        return BULK_FORMS[self.name](data)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        count = len(self.plan_ids)
        plans = ngettext("%(count)d plan", "%(count)d plans", count) % {"count": count}
        return {
            "title": say("%(name)s: %(count)s") % {"name": self.name.label, "count": plans},
            "lead": say("First you see what would happen to each of them. Nothing is changed until then."),
            "submit": say("Show what would happen"),
        }

    def act(self, form: BulkForm, **kwargs: Any) -> str:
        job = start_interventions(
            what=self._intervention(form.cleaned_data),
            plan_ids=self.plan_ids,
            dry_run=True,
            reason=form.cleaned_data["reason"],
        )
        self.leads_to = reverse("job", args=(job.pk,))
        return ""

    def _intervention(self, given: dict[str, Any]) -> Intervention:
        facility, articles = given.get("facility"), given.get("articles")
        return Intervention(
            name=self.name,
            facility_id=UUID(facility) if facility else None,
            service_level=given.get("service_level") or None,
            until=given.get("until"),
            choice=ChosenArticles(tuple(articles)) if articles else None,
        )


class InterventionStepView(NextStepView):
    permissions: ClassVar[dict[str, str]] = {"*": "routing.intervene"}
    kind = KIND


class CarryOutView(InterventionStepView):
    def step(self, job: BackgroundJob) -> BackgroundJob:
        return carry_out(rehearsed=job)


class UndoView(InterventionStepView):
    def step(self, job: BackgroundJob) -> BackgroundJob:
        return rehearse_undoing(done=job)
