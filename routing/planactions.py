"""What a person may do with a plan that is open to interventions (M4), and the buttons for it in rows of lists."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say

from backoffice.core.ui.icons import drawn
from inventory.models import Article
from routing.models import PlanStatus, RoutingPlan
from routing.services.interventions import IN_PLACE
from routing.services.unassigning import may_be_unassigned

ARTICLES_ASKED = 3
"""Of how many missing articles a row's menu asks what would be if they came."""


class PlanAction(NamedTuple):
    """``name`` is that of its question's address, after ``plan-``."""

    name: str
    icon: str
    word: str


def first_actions() -> list[PlanAction]:
    """What goes with every plan."""
    return [
        PlanAction("assign", "map-pin", say("Assign")),
        PlanAction("reroute", "route", say("Reroute")),
        PlanAction("cancel", "circle-x", say("Cancel")),
    ]


def further_actions(plan: RoutingPlan, *, joinable: bool = False) -> list[PlanAction]:
    """What else goes with this one. Its ``lines`` should have been fetched; whether parts of it wait beside it the
    caller knows.
    """
    found = []
    waits = plan.status == PlanStatus.WAITING
    if waits:
        found.append(
            PlanAction("pin", "pin", say("Pin"))
            if plan.pinned_at is None
            else PlanAction("unpin", "pin-off", say("Unpin"))
        )
        found.append(PlanAction("hold", "pause", say("Hold")))
        if plan.held_until is not None:
            found.append(PlanAction("unhold", "play", say("Release the hold")))
    if plan.status in IN_PLACE and sum(line.quantity for line in plan.lines.all()) > 1:
        found.append(PlanAction("split", "split", say("Split off")))
    if waits and joinable:
        found.append(PlanAction("join", "merge", say("Join")))
    if may_be_unassigned(plan):
        found.append(PlanAction("unassign", "undo-2", say("Take the assignment back")))
    return found


class RowButtons:
    """The buttons of the rows of one page: icons, and words where there is room for them, as on a phone, where a row is
    a card. Where there is little room, only the first stays in the row, and the others stand in its menu.

    Rows differ in their plan. The rest, words, icons and addresses, is put together once for all rows that offer the
    same, with marks for the plan's id and its order's name: it was a fifth of the waiting room's time (T8).
    """

    _PLAN = UUID(int=0)
    _ORDER = "\0"

    def __init__(self) -> None:
        self._entries: dict[str, str] = {}

    def of(self, plan: RoutingPlan, missing: Sequence[Article]) -> SafeString:
        entries = [self._further(*action) for action in further_actions(plan)]
        entries += [self._what_if(article) for article in missing[:ARTICLES_ASKED]]
        marked = "".join((self._begun, *entries, "</ul></div></div>"))
        return SafeString(
            marked.replace(str(self._PLAN), str(plan.pk)).replace(self._ORDER, escape(str(plan.order)))
        )

    @cached_property
    def _begun(self) -> str:
        """The buttons of the row, and the menu as far as it is the same everywhere: what only sometimes stands in the
        row is hidden there while it does.
        """
        actions = [(action, self._address(action.name)) for action in first_actions()]
        return format_html(
            '<div class="ar-row-actions">{}<div class="dropdown"><button class="btn btn-sm btn-plain ar-icon-button" '
            'type="button" id="more-{}" data-bs-toggle="dropdown" data-bs-popper-config=\'{{"strategy":"fixed"}}\' '
            'aria-expanded="false" title="{}" aria-label="{}">{}</button><ul class="dropdown-menu">{}',
            format_html_join(
                "",
                '<button class="btn btn-sm btn-plain ar-icon-button" type="button" id="{}-{}" hx-get="{}" '
                'hx-target="#dialog" title="{}" aria-label="{}">{}<span class="ar-icon-button-word">{}</span></button>',
                (
                    (name, self._PLAN, address, word, f"{word}: {self._ORDER}", drawn(icon), word)
                    for (name, icon, word), address in actions
                ),
            ),
            self._PLAN,
            say("More"),
            f"{say('More')}: {self._ORDER}",
            drawn("ellipsis"),
            SafeString(
                "".join(
                    _entry(f"more-{name}-{self._PLAN}", address, icon, word, css="ar-if-narrow")
                    for (name, icon, word), address in actions[1:]
                )
            ),
        )

    def _further(self, name: str, icon: str, word: str) -> str:
        if name not in self._entries:
            self._entries[name] = _entry(f"{name}-{self._PLAN}", self._address(name), icon, word)
        return self._entries[name]

    def _what_if(self, article: Article) -> str:
        key = str(article.pk)
        if key not in self._entries:
            word = say("What if %(article)s came?") % {"article": article.tenant_article_id}
            address = reverse("what-if", args=(article.pk,))
            self._entries[key] = _entry(f"what-if-{self._PLAN}-{key}", address, "flask-conical", word)
        return self._entries[key]

    def _address(self, name: str) -> str:
        return reverse(f"plan-{name}", args=(self._PLAN,))


def _entry(id: str, address: str, icon: str, word: str, css: str = "") -> str:
    """One of a menu."""
    return format_html(
        '<li class="{}"><button class="dropdown-item" type="button" id="{}" hx-get="{}" hx-target="#dialog">{}{}'
        "</button></li>",
        css,
        id,
        address,
        drawn(icon),
        word,
    )
