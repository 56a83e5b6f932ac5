"""What administrators do with promises: confirm and extend them (R8)."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget

from backoffice.core.admin_editing import ReasonForm, apply_to_each
from orders.forms import PROMISED_FOR
from orders.models import Order
from orders.services.promising import confirm_promise, extend_promise


class ExtendForm(ReasonForm):
    minutes = forms.TypedChoiceField(
        label=_("From now for"),
        choices=PROMISED_FOR,
        initial=30,
        coerce=int,
        widget=UnfoldAdminSelectWidget(),
    )
    field_order = ("minutes", "reason")


class PromiseActions:
    """Actions of promised orders, in the list and on an order's page."""

    on_promises = ("confirm_selected", "extend_selected")
    on_one_promise = ("confirm", "extend")

    @action(description=_("Confirm the promise"), permissions=["place"])
    def confirm_selected(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        apply_to_each(request, queryset, _confirm, _confirmed)

    @action(description=_("Extend the promise"), permissions=["place"])
    def extend_selected(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        apply_to_each(request, queryset, _extend, _extended)

    @action(
        description=_("Confirm"),
        permissions=["place"],
        icon="check_circle",
        dialog={
            "title": _("Confirm this promise"),
            "description": _("It becomes an order: its routed plans get their pick jobs."),
            "form_class": ReasonForm,
            "form_submit_text": _("Confirm the promise"),
        },
    )
    def confirm(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        return self._apply(
            request, object_id, partial(_confirm, reason=form.cleaned_data["reason"]), _confirmed
        )

    @action(
        description=_("Extend"),
        permissions=["place"],
        icon="schedule",
        dialog={
            "title": _("Extend this promise"),
            "description": _("What it holds stays reserved until then, unless it is confirmed before."),
            "form_class": ExtendForm,
            "form_submit_text": _("Extend the promise"),
        },
    )
    def extend(self, request: HttpRequest, form: ExtendForm, object_id: str) -> HttpResponse:
        given = form.cleaned_data
        work = partial(_extend, minutes=given["minutes"], reason=given["reason"])
        return self._apply(request, object_id, work, _extended)

    def _apply(self, request: HttpRequest, object_id: str, work: Any, done: Any) -> HttpResponse:
        """Does it to the order, and goes back to its page; the order's admin says how."""
        raise NotImplementedError


def _confirm(order: Order, reason: str = "") -> None:
    confirm_promise(order_id=order.pk, version=order.version, reason=reason)


def _extend(order: Order, minutes: int | None = None, reason: str = "") -> None:
    until = None if minutes is None else timezone.now() + timedelta(minutes=minutes)
    extend_promise(order_id=order.pk, version=order.version, valid_until=until, reason=reason)


def _confirmed(count: int) -> str:
    return ngettext("%(count)d promise was confirmed.", "%(count)d promises were confirmed.", count) % {
        "count": count
    }


def _extended(count: int) -> str:
    return ngettext("%(count)d promise was extended.", "%(count)d promises were extended.", count) % {
        "count": count
    }
