"""Network → Inventory → Basic configuration → Routing rules: complete stock, waiting, splits (F3, R7, S1)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.generic import View

from backoffice.core.errors import DomainError, VersionConflict
from backoffice.core.models import DomainEvent
from backoffice.core.ui.screens import Permitted, Screen
from routing.documents.routingrules import RoutingRules, other_nodes, rules_of, with_rules
from routing.documents.vocabulary import REACTIVE
from routing.forms import ASKED, RoutingRulesForm
from routing.models import RoutingPlan, RoutingStrategy
from routing.services.previews import preview_strategy
from routing.services.rerouting import retry_not_routable
from routing.services.strategies import replace_strategy, strategy_in_use

TITLES = {
    "complete_stock": _("Complete stock"),
    "mode": _("Mode"),
    "use_waiting_room": _("Use the waiting room for pre- and backorder items"),
    "split": _("Order split"),
    "max_parts": _("Parts at most"),
    "split_same_day": _("Split same-day orders too"),
}


class RoutingRulesView(Screen):
    """Shows the rules of the strategy in use, and saves them with the version that was seen."""

    permissions: ClassVar[dict[str, str]] = {"*": "routing.view", "POST": "routing.manage_strategies"}
    template_name = "routing/routing_rules.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        strategy = strategy_in_use()
        form = kwargs.pop("form", None) or RoutingRulesForm(initial=_initial(strategy))
        return super().get_context_data(
            strategy=strategy,
            rules=rules_of(strategy.document),
            other_nodes=other_nodes(strategy.document),
            form=form,
            saved="saved" in self.request.GET,
            retryable=RoutingPlan.objects.retryable().count(),
            **kwargs,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        strategy = strategy_in_use()
        form = RoutingRulesForm(request.POST)
        if not form.is_valid():
            return self._again(form, 422)
        before = rules_of(strategy.document)
        after = form.rules(before)
        if form.cleaned_data["strategy"] != strategy.pk:
            return self._changed_meanwhile(form, strategy)
        if after == before and form.cleaned_data["version"] == strategy.version:
            messages.info(request, say("Nothing was changed: these rules are in use already."))
            return redirect("routing-rules")
        try:
            saved = replace_strategy(
                strategy_id=strategy.pk,
                version=form.cleaned_data["version"],
                name_localized=strategy.name_localized,
                document=with_rules(strategy.document, after),
                reason=form.cleaned_data["reason"],
            )
        except VersionConflict:
            return self._changed_meanwhile(form, strategy_in_use())
        except DomainError as error:
            for problem in error.problems:
                form.add_error(None, problem.said)
            return self._again(form, error.status)
        messages.success(
            request,
            say("The routing rules were saved as revision %(revision)d.") % {"revision": saved.revision},
        )
        return redirect(f"{reverse('routing-rules')}?saved=1")

    def _changed_meanwhile(self, form: Any, strategy: RoutingStrategy) -> HttpResponse:
        """Tells who changed what; what the reader chose stays, and can be saved over it."""
        now = rules_of(strategy.document)
        event = DomainEvent.objects.filter(
            resource_type="ROUTING_STRATEGY", resource_id=str(strategy.pk)
        ).last()
        form.add_error(
            None,
            say(
                "%(who)s changed the routing rules in the meantime. They say now: %(rules)s. What you chose is still "
                "here: save it again to replace that."
            )
            % {
                "who": event.actor if event is not None else say("Somebody"),
                "rules": "; ".join(f"{TITLES[name]}: {_word(now, name)}" for name in ASKED),
            },
        )
        form.data = {**form.data.dict(), **_seen(strategy)}
        return self._again(form, VersionConflict.status)

    def _again(self, form: RoutingRulesForm, status: int) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=status)


class PreviewRoutingRulesView(Permitted, View):
    """What the rules in the form would mean for the plans of today; nothing is written."""

    permissions: ClassVar[dict[str, str]] = {"*": "routing.manage_strategies"}
    http_method_names = ("post", "options")

    def post(self, request: HttpRequest) -> HttpResponse:
        strategy = strategy_in_use()
        form = RoutingRulesForm(request.POST)
        before = rules_of(strategy.document)
        context: dict[str, Any] = {"form": form}
        if form.is_valid():
            after = form.rules(before)
            context |= {
                "changes": _changes(before, after),
                "consequences": preview_strategy(with_rules(strategy.document, after)),
            }
        return render(
            request, "routing/partials/consequences.html", context, status=200 if form.is_valid() else 422
        )


class RetryUnroutableView(Permitted, View):
    """A new decision about every plan that could not be routed (R5)."""

    permissions: ClassVar[dict[str, str]] = {"*": "routing.intervene"}
    http_method_names = ("post", "options")

    def post(self, request: HttpRequest) -> HttpResponse:
        count = retry_not_routable()
        messages.success(
            request,
            ngettext(
                "%(count)d unroutable plan is being decided again.",
                "%(count)d unroutable plans are being decided again.",
                count,
            )
            % {"count": count},
        )
        return redirect(f"{reverse('waiting-room')}?state=unroutable")


def _initial(strategy: RoutingStrategy) -> dict[str, Any]:
    rules = rules_of(strategy.document)
    return {**_seen(strategy), **{name: getattr(rules, name) for name in ASKED}}


def _seen(strategy: RoutingStrategy) -> dict[str, str]:
    return {"version": str(strategy.version), "strategy": str(strategy.pk)}


def _changes(before: RoutingRules, after: RoutingRules) -> list[tuple[Any, str, str]]:
    """Name, old and new value of each rule that differs."""
    return [
        (TITLES[name], _word(before, name), _word(after, name))
        for name in ASKED
        if getattr(before, name) != getattr(after, name)
    ]


def _word(rules: RoutingRules, name: str) -> str:
    if name == "mode":
        return say("reactive") if rules.mode == REACTIVE else say("static")
    if name == "max_parts":
        return str(rules.max_parts)
    return say("on") if getattr(rules, name) else say("off")
