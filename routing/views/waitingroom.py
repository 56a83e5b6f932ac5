"""The waiting room: what waits, what is planned, and what could not be routed, each in its order, with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Count, QuerySet, Value
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backoffice.core import access
from backoffice.core.days import day
from backoffice.core.ui.listtools import filters_in
from backoffice.core.ui.offers import Offer
from backoffice.core.ui.paging import Page
from backoffice.core.ui.screens import ListScreen
from routing.filters import WaitingRoomScreenFilter
from routing.models import PlanStatus, RoutingPlan
from routing.sentences import names_of, sentence_of
from routing.tables import PlanRow, PlanTable
from routing.waitingroom import positions_of, standing_plans


def bulk_actions(state: str) -> list[tuple[str, str, Any]]:
    """What can be done with many plans of the tab: the intervention, an icon, and words."""
    everywhere = [
        ("assign", "map-pin", _("Assign")),
        ("reroute", "route", _("Reroute")),
        ("cancel", "circle-x", _("Cancel")),
    ]
    waiting = [
        ("pin", "pin", _("Pin")),
        ("unpin", "pin-off", _("Unpin")),
        ("hold", "pause", _("Hold")),
        ("unhold", "play", _("Release the hold")),
        ("join", "merge", _("Join")),
    ]
    split = [] if state == "planned" else [("split", "split", _("Split off"))]
    return [*everywhere, *(waiting if state == "waiting" else ()), *split]


@dataclass(frozen=True, slots=True)
class Tab:
    """``empty`` is what is said when no plan is there at all."""

    state: str
    title: Any
    statuses: tuple[PlanStatus, ...]
    without: tuple[str, ...]
    empty: dict[str, Any]


TABS = (
    Tab(
        "waiting",
        _("Waiting"),
        (PlanStatus.WAITING,),
        (),
        {
            "icon": "door-open",
            "title": _("Nobody waits"),
            "text": _(
                "Orders whose missing items may wait stand here, and leave by themselves when stock comes. A listing’s "
                "out-of-stock behaviour says what may wait, and the routing rules whether it does."
            ),
            "offers": (
                Offer(_("To the listings"), "listings", "inventory.view"),
                Offer(_("To the routing rules"), "routing-rules", "routing.view"),
            ),
        },
    ),
    Tab(
        "planned",
        _("Planned"),
        (PlanStatus.PLANNED,),
        ("position",),
        {
            "icon": "calendar-clock",
            "title": _("Nothing is planned"),
            "text": _(
                "Plans stand here that hold expected stock, until it is received. The site’s settings say whether what "
                "is expected may be promised."
            ),
            "offers": (Offer(_("See what is coming"), "incoming", "inventory.view"),),
        },
    ),
    Tab(
        "unroutable",
        _("Unroutable"),
        (PlanStatus.NOT_ROUTABLE, PlanStatus.RETRYABLE),
        ("position", "expected"),
        {
            "icon": "circle-check",
            "title": _("Everything can be routed or wait"),
            "text": _("Plans stand here that no facility may fulfil, and that may not wait either."),
        },
    ),
)


def tab_of(request: HttpRequest) -> Tab:
    """The one that the query's ``state`` chooses."""
    state = request.GET.get("state")
    return next((tab for tab in TABS if tab.state == state), TABS[0])


class WaitingRoomView(ListScreen):
    """In release order (W2). ``state`` in the query chooses the tab."""

    permissions: ClassVar[dict[str, str]] = {"*": "routing.view"}
    template_name = "routing/waiting_room.html"
    list_template_name = "routing/partials/waiting_list.html"
    filterset_class = WaitingRoomScreenFilter
    table_class = PlanTable
    # The rank ends in the plan's id, so that it is unique, and one index range is a page.
    keys = ("rank",)

    @cached_property
    def tab(self) -> Tab:
        return tab_of(self.request)

    def get_queryset(self) -> QuerySet[RoutingPlan]:
        return standing_plans().filter(status__in=self.tab.statuses)

    def without(self) -> tuple[str, ...]:
        if access.may(self.request.user, "routing.intervene"):
            return self.tab.without
        return (*self.tab.without, "chosen", "actions")

    def rows_of_page(self, page: Page[RoutingPlan]) -> list[PlanRow]:
        """Without filters nobody has to be counted in front of the first page, nor again in front of the last (T8)."""
        in_front = None
        if not self._asked and not page.before:
            in_front = 0
        elif not self._asked and not page.after:
            in_front = page.total - len(page.rows)
        return self.rows_of(page.rows, in_front)

    def rows_of(self, found: Sequence[RoutingPlan], in_front: int | None = None) -> list[PlanRow]:
        names = names_of(found)
        places = positions_of(found, in_front) if self.tab is TABS[0] else {}
        return [
            PlanRow(
                plan=plan,
                sentence=sentence_of(plan, names),
                missing=[
                    (names.articles[id], units)
                    for id, units in (plan.reason.get("missing") or {}).items()
                    if id in names.articles
                ],
                position=places.get(plan.pk),
            )
            for plan in found
        ]

    def get_table(self, page: Page[RoutingPlan]) -> PlanTable:
        """A page without any date does without that column."""
        table = super().get_table(page)
        if "expected" in table.columns and not any(plan.expected_date for plan in page.rows):
            table.columns.hide("expected")
        return table

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(tab=self.tab, tabs=self._tabs(), empty=self.tab.empty, **kwargs)
        return {
            **context,
            "filtered": self._asked,
            "clear": f"?state={self.tab.state}",
            "also": list(self._also(context["filter"])),
            "bulk": bulk_actions(self.tab.state),
            "bulk_query": filters_in(self.request.GET),
            "retryable": RoutingPlan.objects.retryable().count() if self.tab is TABS[-1] else 0,
        }

    @cached_property
    def _asked(self) -> bool:
        """Whether filters leave some out, beside those of the tab."""
        names = self.filterset_class.base_filters
        return any(self.request.GET.get(name) for name in names if name != "state")

    def _also(self, filterset: Any) -> Iterator[tuple[str, str]]:
        """What a link asked for and no field shows: in words, and the address without it."""
        if not filterset.is_valid():
            return
        given = filterset.form.cleaned_data
        said = {
            "ageBelow": ngettext("For less than %d day", "For less than %d days", given["ageBelow"] or 0)
            % (given["ageBelow"] or 0),
            "overdue": say("Overdue") if given["overdue"] else say("Not overdue"),
            "expectedBefore": say("Expected before %(day)s") % {"day": day(given["expectedBefore"])},
            "mayNoLongerWait": say("May not wait any more")
            if given["mayNoLongerWait"]
            else say("May still wait"),
            "waitingTooLong": say("Waiting too long")
            if given["waitingTooLong"]
            else say("Not waiting too long"),
            "consolidatedStatus": ", ".join(given["consolidatedStatus"]),
        }
        for name, words in said.items():
            if self.request.GET.get(name):
                params = self.request.GET.copy()
                for gone in (name, "after", "before", "last"):
                    params.pop(gone, None)
                yield words, f"?{params.urlencode()}"

    def total(self) -> int:
        return self._count(self.tab)

    @cached_property
    def _counts(self) -> dict[str, int]:
        """How many plans of each status match the filters."""
        everything = self.filterset_class(self.request.GET, queryset=standing_plans(), request=self.request)
        if not everything.is_valid():
            return {}
        # Counted status by status: grouping a hundred thousand of one status costs half as much again (T8).
        of_each = [
            everything.qs.order_by()
            .filter(status=status)
            .values(of=Value(status))
            .annotate(plans=Count("pk"))
            for tab in TABS
            for status in tab.statuses
        ]
        return dict(of_each[0].union(*of_each[1:], all=True).values_list("of", "plans"))

    def _count(self, tab: Tab) -> int:
        return sum(self._counts.get(status, 0) for status in tab.statuses)

    def _tabs(self) -> list[dict[str, Any]]:
        return [{"tab": tab, "current": tab is self.tab, "count": self._count(tab)} for tab in TABS]
