"""What is done with a whole strategy: put in use, copied, removed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as say

from backoffice.core.ui.screens import Dialog
from orders.forms import VersionedReasonForm
from routing.models import RoutingPlan, RoutingStrategy
from routing.services.deleting import delete_strategy
from routing.services.strategies import activate_strategy
from routing.services.strategy_parts import copy_strategy
from routing.strategyforms import GERMAN, NamedReasonForm, NameForm
from routing.views.strategies.common import MANAGE


class StrategyDialog(Dialog):
    """After it the page is another one, or this one loaded anew."""

    permissions: ClassVar[dict[str, str]] = {"*": MANAGE}
    form_class: ClassVar[Any] = VersionedReasonForm

    def strategy(self, **kwargs: Any) -> RoutingStrategy:
        return get_object_or_404(RoutingStrategy, pk=kwargs["pk"])

    def get_form(self, data: Any = None, **kwargs: Any) -> Any:
        return self.form_class(data, initial={"version": self.strategy(**kwargs).version})


class ActivateStrategyDialog(StrategyDialog):
    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        strategy = self.strategy(**kwargs)
        in_use = RoutingStrategy.objects.filter(in_use=True).first()
        waiting = RoutingPlan.objects.waiting().count()
        unroutable = RoutingPlan.objects.unroutable().count()
        return {
            "title": say("Put “%(name)s” in use?") % {"name": strategy.name},
            "lead": say(
                "It takes the place of “%(before)s”, which can be activated again. New orders follow it at once. "
                "Plans that wait now: %(waiting)d; they are looked at again. Unroutable plans: %(unroutable)d; they "
                "move when they are retried."
            )
            % {"before": in_use.name if in_use else "–", "waiting": waiting, "unroutable": unroutable},
            "submit": say("Activate"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        given = form.cleaned_data
        strategy = activate_strategy(
            strategy_id=kwargs["pk"], version=given["version"], reason=given["reason"]
        )
        self.leads_to = reverse("routing-strategy", args=(strategy.pk,))
        return say("“%(name)s” is in use.") % {"name": strategy.name}


class CopyForm(VersionedReasonForm, NamedReasonForm):
    field_order = ("name_en", "name_de", "reason")


class CopyStrategyDialog(StrategyDialog):
    form_class = CopyForm

    def get_form(self, data: Any = None, **kwargs: Any) -> CopyForm:
        strategy = self.strategy(**kwargs)
        names = NameForm.of_name(strategy.name_localized)
        initial = {
            "version": strategy.version,
            "name_en": f"Copy of {names['name_en']}",
            "name_de": f"{names['name_de']} (Kopie)" if GERMAN in strategy.name_localized else "",
        }
        return CopyForm(data, initial=initial)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Copy “%(name)s”") % {"name": self.strategy(**kwargs).name},
            "lead": say("The copy has all that was saved, and routes nothing until it is activated."),
            "submit": say("Copy"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        given = form.cleaned_data
        copied = copy_strategy(
            strategy_id=kwargs["pk"],
            version=given["version"],
            name_localized=form.name(),
            reason=given["reason"],
        )
        self.leads_to = reverse("routing-strategy", args=(copied.pk,))
        return say("This is the copy. It is not in use.")


class DeleteStrategyDialog(StrategyDialog):
    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        strategy = self.strategy(**kwargs)
        return {
            "title": say("Delete “%(name)s” for good?") % {"name": strategy.name},
            "lead": say("Its revisions go with it: %(count)d. One that has decided about plans stays.")
            % {"count": strategy.revision},
            "submit": say("Delete"),
            "submit_class": "btn-danger",
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        delete_strategy(strategy_id=kwargs["pk"])
        self.leads_to = reverse("routing-strategies")
        return say("The strategy was deleted.")
