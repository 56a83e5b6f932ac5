"""What routing knows of a facility group: which strategies name it. A part of inventory's pages about it."""

from __future__ import annotations

import json
import re
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404

from backoffice.core.ui.screens import Screen
from inventory.group_uses import names_of_group
from inventory.models import FacilityGroup
from routing.models import RoutingStrategy


class GroupStrategiesView(Screen):
    permissions: ClassVar[dict[str, str]] = {"*": "routing.view"}
    template_name = "routing/partials/group_strategies.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        group = get_object_or_404(FacilityGroup, pk=kwargs["pk"])
        return super().get_context_data(strategies=strategies_about(group), **kwargs)


def strategies_about(group: FacilityGroup) -> list[RoutingStrategy]:
    """Those whose predicates or values name the group, the one in use first. Strategies are few, and read whole."""
    words = "|".join(re.escape(json.dumps(name)[1:-1]) for name in names_of_group(group))
    named = re.compile(rf"(?<![\w-])(?:{words})(?![\w-])")
    strategies = RoutingStrategy.objects.order_by("-in_use", "id")
    return [strategy for strategy in strategies if named.search(json.dumps(strategy.document))]
