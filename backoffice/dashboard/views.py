"""The first screen: how the waiting room stands."""

from __future__ import annotations

from typing import ClassVar

from backoffice.core.ui.screens import Screen


class DashboardView(Screen):
    permissions: ClassVar[dict[str, str]] = {"*": "routing.view"}
    template_name = "dashboard/dashboard.html"
