"""Interventions by hand: on one plan, with a reason, or on all that are selected (M1, M2, M3)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminSelectWidget

from backoffice.core.access import may
from backoffice.core.admin_editing import ReasonForm, apply_to_each, apply_to_one
from inventory.models import Facility, FacilityStatus
from orders.models import ServiceLevel
from routing.admin.turns import TurnActions
from routing.models import RoutingPlan
from routing.services.assigning import assign_plan
from routing.services.cancelling import cancel_plan
from routing.services.rerouting import reroute_plan


def open_facilities() -> QuerySet[Facility]:
    """Those that a plan may be assigned to (M1)."""
    return Facility.objects.exclude(status=FacilityStatus.OFFLINE).order_by("rank", "name")


class AssignForm(ReasonForm):
    facility = forms.ModelChoiceField(
        label=_("Facility"),
        queryset=open_facilities(),
        empty_label=_("Select facility"),
        widget=UnfoldAdminSelectWidget(),
    )
    service_level = forms.ChoiceField(
        label=_("Delivery"),
        choices=[("", _("As ordered")), *ServiceLevel.choices],
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )
    field_order = ("facility", "service_level", "reason")


class PlanActionForm(ActionForm):
    """The facility is asked for when the chosen action assigns one."""

    facility = forms.ModelChoiceField(
        label="",
        queryset=open_facilities(),
        required=False,
        empty_label=_("Select facility"),
        widget=UnfoldAdminSelectWidget(
            {"x-show": "action === 'assign_selected'", "aria-label": _("Facility")}
        ),
    )


class InterventionActions(TurnActions):
    """The actions of plans, in the list and on a plan's page."""

    action_form = PlanActionForm
    actions = (
        *("assign_selected", "reroute_selected", "cancel_selected"),
        *("pin_selected", "unpin_selected", "unhold_selected", "unassign_selected"),
    )
    actions_detail = (
        *("assign", "reroute", "cancel", "pin", "unpin", "hold", "unhold", "split", "join", "unassign"),
    )

    def has_intervene_permission(self, request: HttpRequest, *_: Any) -> bool:
        return may(request.user, "routing.intervene")

    @action(description=_("Assign a facility"), permissions=["intervene"])
    def assign_selected(self, request: HttpRequest, queryset: QuerySet[RoutingPlan]) -> None:
        facility = _chosen_facility(request)
        if facility is None:
            messages.error(request, _("Select the facility that the plans are to be assigned to."))
            return
        apply_to_each(request, queryset, partial(_assign, facility=facility), _assigned)

    @action(description=_("Reroute"), permissions=["intervene"])
    def reroute_selected(self, request: HttpRequest, queryset: QuerySet[RoutingPlan]) -> None:
        apply_to_each(request, queryset, _reroute, _rerouted)

    @action(description=_("Cancel"), permissions=["intervene"])
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[RoutingPlan]) -> None:
        apply_to_each(request, queryset, _cancel, _cancelled)

    @action(
        description=_("Assign"),
        permissions=["intervene"],
        icon="person_pin_circle",
        variant=ActionVariant.PRIMARY,
        dialog={
            "title": _("Assign a facility"),
            "description": _(
                "No fence is asked. What is in stock there is reserved, the rest is not covered."
            ),
            "form_class": AssignForm,
            "form_submit_text": _("Assign"),
        },
    )
    def assign(self, request: HttpRequest, form: AssignForm, object_id: str) -> HttpResponse:
        given = form.cleaned_data
        work = partial(
            _assign,
            facility=given["facility"],
            service_level=given["service_level"] or None,
            reason=given["reason"],
        )
        return self._apply(request, object_id, work, _assigned)

    @action(
        description=_("Reroute"),
        permissions=["intervene"],
        icon="alt_route",
        dialog={
            "title": _("Reroute this plan"),
            "description": _("It is decided again, with the strategy and the stock of today."),
            "form_class": ReasonForm,
            "form_submit_text": _("Reroute"),
        },
    )
    def reroute(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        return self._apply(
            request, object_id, partial(_reroute, reason=form.cleaned_data["reason"]), _rerouted
        )

    @action(
        description=_("Cancel"),
        permissions=["intervene"],
        icon="cancel",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Cancel this plan"),
            "description": _("Its units are not delivered; what it holds is free for others."),
            "form_class": ReasonForm,
            "form_submit_text": _("Cancel the plan"),
        },
    )
    def cancel(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        return self._apply(
            request, object_id, partial(_cancel, reason=form.cleaned_data["reason"]), _cancelled
        )

    def _apply(
        self,
        request: HttpRequest,
        object_id: str,
        work: Callable[[RoutingPlan], object],
        done: Callable[[int], str],
    ) -> HttpResponse:
        plan = RoutingPlan.objects.select_related("order").get(pk=object_id)
        url = reverse("admin:routing_routingplan_change", args=(plan.pk,))
        return apply_to_one(request, plan, work, done, url=url)


def _chosen_facility(request: HttpRequest) -> Facility | None:
    try:
        chosen: Facility | None = PlanActionForm.base_fields["facility"].clean(request.POST.get("facility"))
    except ValidationError:
        return None
    return chosen


def _assign(
    plan: RoutingPlan, facility: Facility, service_level: str | None = None, reason: str = ""
) -> None:
    assign_plan(
        plan_id=plan.pk,
        version=plan.version,
        facility_id=facility.pk,
        service_level=service_level,
        reason=reason,
    )


def _reroute(plan: RoutingPlan, reason: str = "") -> None:
    reroute_plan(plan_id=plan.pk, version=plan.version, reason=reason)


def _cancel(plan: RoutingPlan, reason: str = "") -> None:
    cancel_plan(plan_id=plan.pk, version=plan.version, reason=reason)


def _assigned(count: int) -> str:
    return ngettext("%(count)d plan was assigned.", "%(count)d plans were assigned.", count) % {
        "count": count
    }


def _rerouted(count: int) -> str:
    return ngettext(
        "%(count)d plan is being decided again.", "%(count)d plans are being decided again.", count
    ) % {"count": count}


def _cancelled(count: int) -> str:
    return ngettext("%(count)d plan was cancelled.", "%(count)d plans were cancelled.", count) % {
        "count": count
    }
