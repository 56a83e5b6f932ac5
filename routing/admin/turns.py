"""Turns and parts of waiting plans, and taking interventions back, in the admin (M1, M4)."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSplitDateTimeWidget, UnfoldAdminTextInputWidget

from backoffice.core.admin_editing import ReasonForm, apply_to_each, apply_to_one
from routing.models import RoutingPlan
from routing.services.choosing import ChosenArticles
from routing.services.intervening import Intervention, Name, intervene


class HoldForm(ReasonForm):
    until = forms.SplitDateTimeField(label=_("Until"), widget=UnfoldAdminSplitDateTimeWidget())
    field_order = ("until", "reason")


class SplitForm(ReasonForm):
    articles = forms.CharField(
        label=_("Articles"),
        max_length=4_000,
        help_text=_("Article numbers, joined by commas. Bundles go whole."),
        widget=UnfoldAdminTextInputWidget(),
    )
    field_order = ("articles", "reason")


def _dialog(title: Any, description: Any, form: type[ReasonForm] = ReasonForm) -> dict[str, Any]:
    return {
        "title": title,
        "description": description,
        "form_class": form,
        "form_submit_text": title,
    }


class TurnActions:
    """In the list of plans, and on a plan's page."""

    @action(description=_("Pin to the top"), permissions=["intervene"])
    def pin_selected(self, request: HttpRequest, queryset: QuerySet[RoutingPlan]) -> None:
        _do_with_each(request, queryset, Name.PIN)

    @action(description=_("Unpin"), permissions=["intervene"])
    def unpin_selected(self, request: HttpRequest, queryset: QuerySet[RoutingPlan]) -> None:
        _do_with_each(request, queryset, Name.UNPIN)

    @action(description=_("Release the hold"), permissions=["intervene"])
    def unhold_selected(self, request: HttpRequest, queryset: QuerySet[RoutingPlan]) -> None:
        _do_with_each(request, queryset, Name.UNHOLD)

    @action(description=_("Take the assignment back"), permissions=["intervene"])
    def unassign_selected(self, request: HttpRequest, queryset: QuerySet[RoutingPlan]) -> None:
        _do_with_each(request, queryset, Name.UNASSIGN)

    @action(
        description=_("Pin"),
        permissions=["intervene"],
        icon="keep",
        dialog=_dialog(_("Pin to the top"), _("It is served before all that are not pinned.")),
    )
    def pin(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        return _do_with_one(request, object_id, form, Intervention(name=Name.PIN))

    @action(
        description=_("Unpin"),
        permissions=["intervene"],
        icon="keep_off",
        dialog=_dialog(_("Unpin"), _("It goes back to the place that it has by itself.")),
    )
    def unpin(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        return _do_with_one(request, object_id, form, Intervention(name=Name.UNPIN))

    @action(
        description=_("Hold"),
        permissions=["intervene"],
        icon="pause",
        dialog=_dialog(_("Hold until"), _("Until then it is passed over, and others are served."), HoldForm),
    )
    def hold(self, request: HttpRequest, form: HoldForm, object_id: str) -> HttpResponse:
        what = Intervention(name=Name.HOLD, until=form.cleaned_data["until"])
        return _do_with_one(request, object_id, form, what)

    @action(
        description=_("Release the hold"),
        permissions=["intervene"],
        icon="play_arrow",
        dialog=_dialog(_("Release the hold"), _("It is looked at at once, in its turn.")),
    )
    def unhold(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        return _do_with_one(request, object_id, form, Intervention(name=Name.UNHOLD))

    @action(
        description=_("Split off"),
        permissions=["intervene"],
        icon="call_split",
        dialog=_dialog(_("Split off"), _("These articles become a plan of their own."), SplitForm),
    )
    def split(self, request: HttpRequest, form: SplitForm, object_id: str) -> HttpResponse:
        articles = [part.strip() for part in form.cleaned_data["articles"].split(",") if part.strip()]
        what = Intervention(name=Name.SPLIT, choice=ChosenArticles(articles))
        return _do_with_one(request, object_id, form, what)

    @action(
        description=_("Join"),
        permissions=["intervene"],
        icon="call_merge",
        dialog=_dialog(_("Join what was split"), _("What was split off and still waits is one plan again.")),
    )
    def join(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        return _do_with_one(request, object_id, form, Intervention(name=Name.JOIN))

    @action(
        description=_("Take the assignment back"),
        permissions=["intervene"],
        icon="undo",
        dialog=_dialog(_("Take the assignment back"), _("It is decided as if nobody had assigned it.")),
    )
    def unassign(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        return _do_with_one(request, object_id, form, Intervention(name=Name.UNASSIGN))


def _do(plan: RoutingPlan, what: Intervention, reason: str = "") -> None:
    intervene(plan_id=plan.pk, what=what, version=plan.version, reason=reason)


def _done(what: Intervention, count: int) -> str:
    text = ngettext("%(name)s: %(count)d plan.", "%(name)s: %(count)d plans.", count)
    return text % {"name": what.name.label, "count": count}


def _do_with_each(request: HttpRequest, plans: QuerySet[RoutingPlan], name: Name) -> None:
    what = Intervention(name=name)
    apply_to_each(request, plans, partial(_do, what=what), partial(_done, what))


def _do_with_one(request: HttpRequest, object_id: str, form: ReasonForm, what: Intervention) -> HttpResponse:
    plan = RoutingPlan.objects.select_related("order").get(pk=object_id)
    url = reverse("admin:routing_routingplan_change", args=(plan.pk,))
    work = partial(_do, what=what, reason=form.cleaned_data["reason"])
    return apply_to_one(request, plan, work, partial(_done, what), url=url)
