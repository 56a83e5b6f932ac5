from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant

from backoffice.core.access import may
from backoffice.core.admin_columns import label
from backoffice.core.admin_editing import FactAdmin, FactInline, ReasonForm, apply_to_one
from backoffice.core.texts import text
from routing.documents import fences_of
from routing.documents.vocabulary import REACTIVE, STATIC
from routing.models import RoutingStrategy, StrategyDraft, StrategyRevision
from routing.services.strategies import FenceChange, activate_strategy, modify_fences


def complete_stock_fences(strategy: RoutingStrategy) -> list[dict[str, Any]]:
    """The complete-stock fence of every node."""
    return [
        fence
        for _path, fence in fences_of(strategy.document)
        if fence["implementation"] == "STOCK-AVAILABILITY"
    ]


def change_complete_stock(strategy: RoutingStrategy, reason: str, **change: Any) -> None:
    changes = [FenceChange(id=fence["id"], **change) for fence in complete_stock_fences(strategy)]
    modify_fences(strategy_id=strategy.pk, version=strategy.version, changes=changes, reason=reason)


class RevisionInline(FactInline):
    model = StrategyRevision
    ordering = ("-revision",)
    fields = ("revision", "actor", "created")
    show_change_link = True


_MODES = {STATIC: _("static"), REACTIVE: _("reactive")}


@admin.register(RoutingStrategy)
class RoutingStrategyAdmin(FactAdmin):
    """Documents are written through the API; what the seed's users switch most is switched here as well."""

    list_display = ("name", "used", "complete_stock", "revision", "last_modified")
    search_fields = ("name_localized",)
    ordering = ("-in_use", "id")
    inlines = (RevisionInline,)
    fields = (
        *("name", "used", "complete_stock", "revision", "document", "id", "version", "created"),
        "last_modified",
    )
    actions_detail = ("activate", "switch_complete_stock", "make_reactive", "make_static")

    @admin.display(description=_("in use"), ordering="in_use")
    def used(self, strategy: RoutingStrategy) -> str:
        return label(say("In use"), "green") if strategy.in_use else ""

    @admin.display(description=_("complete stock"))
    def complete_stock(self, strategy: RoutingStrategy) -> str:
        """Of the root node; the others may differ."""
        fences = complete_stock_fences(strategy)
        if not fences:
            return ""
        mode = str(fences[0].get("activeMode", STATIC))
        if not fences[0]["active"]:
            return label(say("Inactive, %(mode)s") % {"mode": _MODES.get(mode, mode)})
        return label(_MODES.get(mode, mode), "green" if mode == REACTIVE else "blue")

    def has_manage_strategies_permission(self, request: HttpRequest, *_: Any) -> bool:
        return may(request.user, "routing.manage_strategies")

    @action(
        description=_("Activate"),
        permissions=["manage_strategies"],
        icon="check_circle",
        variant=ActionVariant.PRIMARY,
        dialog={
            "title": _("Put this strategy in use"),
            "description": _("New decisions follow it; waiting plans are looked at again."),
            "form_class": ReasonForm,
            "form_submit_text": _("Activate"),
        },
    )
    def activate(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        def work(strategy: RoutingStrategy) -> None:
            activate_strategy(
                strategy_id=strategy.pk, version=strategy.version, reason=form.cleaned_data["reason"]
            )

        return self._apply(request, object_id, work, text("The strategy is in use."))

    @action(
        description=_("Complete stock on/off"),
        permissions=["manage_strategies"],
        icon="toggle_on",
        dialog={
            "title": _("Switch complete stock"),
            "description": _(
                "Active, a facility must have everything that a plan needs. Inactive, stock does not count."
            ),
            "form_class": ReasonForm,
            "form_submit_text": _("Switch"),
        },
    )
    def switch_complete_stock(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        def work(strategy: RoutingStrategy) -> None:
            active = not any(fence["active"] for fence in complete_stock_fences(strategy))
            change_complete_stock(strategy, form.cleaned_data["reason"], active=active)

        return self._apply(request, object_id, work, text("Complete stock was switched."))

    @action(
        description=_("Make reactive"),
        permissions=["manage_strategies"],
        icon="hourglass_top",
        dialog={
            "title": _("Make complete stock reactive"),
            "description": _("Plans whose missing items can wait go to the waiting room."),
            "form_class": ReasonForm,
            "form_submit_text": _("Make reactive"),
        },
    )
    def make_reactive(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        return self._set_mode(request, form, object_id, REACTIVE)

    @action(
        description=_("Make static"),
        permissions=["manage_strategies"],
        icon="block",
        dialog={
            "title": _("Make complete stock static"),
            "description": _("Plans that no facility can supply at once are not routable, and do not wait."),
            "form_class": ReasonForm,
            "form_submit_text": _("Make static"),
        },
    )
    def make_static(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        return self._set_mode(request, form, object_id, STATIC)

    def _set_mode(self, request: HttpRequest, form: ReasonForm, object_id: str, mode: str) -> HttpResponse:
        def work(strategy: RoutingStrategy) -> None:
            change_complete_stock(strategy, form.cleaned_data["reason"], active_mode=mode)

        return self._apply(request, object_id, work, text("Complete stock is %(mode)s.", mode=mode))

    def _apply(
        self, request: HttpRequest, object_id: str, work: Callable[[RoutingStrategy], None], message: str
    ) -> HttpResponse:
        strategy = RoutingStrategy.objects.get(pk=object_id)
        url = reverse("admin:routing_routingstrategy_change", args=(strategy.pk,))
        return apply_to_one(request, strategy, work, lambda _count: message, url=url)


@admin.register(StrategyRevision)
class StrategyRevisionAdmin(FactAdmin):
    list_display = ("strategy", "revision", "actor", "created")
    list_select_related = ("strategy",)
    search_fields = ("strategy__name_localized", "actor")
    id_fields = ("strategy",)
    ordering = ("-id",)
    fields = ("strategy", "revision", "name_localized", "document", "actor", "created")


@admin.register(StrategyDraft)
class StrategyDraftAdmin(FactAdmin):
    """What people work on and have not saved; it is changed on the strategy's own page."""

    list_display = ("strategy", "owner", "revision", "last_modified")
    list_select_related = ("strategy", "owner")
    search_fields = ("strategy__name_localized", "owner__email")
    id_fields = ("strategy",)
    ordering = ("-last_modified",)
    fields = ("strategy", "owner", "revision", "name_localized", "document", "created", "last_modified")
