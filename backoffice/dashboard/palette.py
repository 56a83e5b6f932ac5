"""The command palette, and the list of keyboard shortcuts: what every page offers (spec 6)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from backoffice.core.ui.screens import Screen
from backoffice.dashboard.finding import find
from backoffice.dashboard.navigation import entries_for

EVERYWHERE = (
    (("Ctrl", "K"), _("Find a screen, an order, a plan, an article or a facility")),
    (("/",), _("Search the list")),
    (("?",), _("Show these shortcuts")),
    (("z",), _("Undo, while it is offered")),
    (("Esc",), _("Leave a field or a dialog; choose nothing")),
)
IN_LISTS = (
    (("j",), _("Next row")),
    (("k",), _("Row before")),
    (("Enter",), _("Open it")),
    (("x",), _("Choose it, for what is done with many")),
)


class PaletteView(Screen):
    """What is called like ``q``, as a list of options."""

    permissions: ClassVar[dict[str, str]] = {"*": "routing.view"}
    template_name = "dashboard/partials/palette.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text = self.request.GET.get("q", "")
        groups = find(text, reader=self.request.user, navigation=entries_for(self.request))
        return super().get_context_data(
            text=text, groups=groups, count=sum(len(group.found) for group in groups), **kwargs
        )


class ShortcutsView(Screen):
    """A dialog with all shortcuts; those to screens are the reader's."""

    permissions: ClassVar[dict[str, str]] = {"*": "routing.view"}
    template_name = "dashboard/partials/shortcuts.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        screens = [entry for group in entries_for(self.request) for entry in group["entries"] if entry["key"]]
        return super().get_context_data(
            groups=[
                (_("Everywhere"), EVERYWHERE),
                (_("In lists"), IN_LISTS),
                (_("Go to"), [(("g", entry["key"]), entry["title"]) for entry in screens]),
            ],
            **kwargs,
        )
