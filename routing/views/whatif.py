"""What if supply came: the orders that it would release, and nothing is written (spec 6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as say
from django.utils.translation import pgettext

from backoffice.core.errors import DomainError
from backoffice.core.ui.screens import Dialog
from inventory.models import Article, Facility
from routing.models import RoutingPlan
from routing.services.simulating import Part, Released, Supply, simulate
from routing.whatifforms import WhatIfForm

SHOWN = 100
"""Orders that are listed; the count tells of all."""


class WhatIfDialog(Dialog):
    """Asked again and again: the answer stands below the question, which stays open."""

    permissions: ClassVar[dict[str, str]] = {"*": "routing.view"}
    template_name = "routing/partials/what_if.html"

    @cached_property
    def article(self) -> Article:
        return get_object_or_404(Article, pk=self.kwargs["pk"])

    def get_form(self, data: Any = None, **kwargs: Any) -> WhatIfForm:
        return WhatIfForm(data, article=self.article)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.get_form(request.POST)
        if not form.is_valid():
            return self.ask(form, status=422, **kwargs)
        asked = form.cleaned_data
        supply = Supply(asked["facility"], self.article, asked["quantity"], asked["day"])
        try:
            simulation = simulate(supply=[supply])
        except DomainError as error:
            form.add_error(None, error.said)
            return self.ask(form, status=error.status, **kwargs)
        return self.ask(
            form,
            simulation=simulation,
            shown=_shown(simulation.released[:SHOWN]),
            hidden=max(0, len(simulation.released) - SHOWN),
            supply=supply,
            **kwargs,
        )

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("What if more of %(article)s came?") % {"article": self.article},
            "submit": say("Show what would happen"),
            "dismiss": pgettext("a dialog", "Close"),
            "wide": True,
            **kwargs,
        }


def _shown(released: Sequence[Released]) -> list[tuple[RoutingPlan, list[tuple[str, Part]]]]:
    """Each plan with its parts, and the names of the facilities that would get them."""
    wanted = {part.facility_id for one in released for part in one.parts}
    names = dict(Facility.objects.filter(pk__in=wanted).values_list("pk", "name"))
    return [(one.plan, [(names[part.facility_id], part) for part in one.parts]) for one in released]
