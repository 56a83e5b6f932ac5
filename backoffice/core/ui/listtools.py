"""What stands above every list: its saved views, which columns it has, and the way to a file of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from django.db.models import Q
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as say
from django_filters import FilterSet
from django_tables2 import Table

from backoffice.core.ids import as_uuid
from backoffice.core.models import ListPreference, SavedView, User
from backoffice.core.services.savedviews import may_change

NO_FILTERS = ("after", "before", "last", "export", "view", "ids", "all")
"""Parameters of a list's address that do not say what is in it."""


def filters_in(params: QueryDict) -> str:
    """What an address asks for, whatever the page and the view; always in the same order."""
    return urlencode(
        sorted((name, value) for name, value in _pairs(params) if value and name not in NO_FILTERS)
    )


def chosen_ids(params: QueryDict) -> list[UUID]:
    """The rows that were ticked; what is no id is left out."""
    return [id for text in params.getlist("ids") if (id := as_uuid(text)) is not None]


def _pairs(params: QueryDict) -> Iterator[tuple[str, str]]:
    for name, values in params.lists():
        for value in values:
            yield name, str(value)


def named_columns(table: type[Table]) -> dict[str, str]:
    """The columns that can be put out of sight, with their names: not the first, by which one knows a row."""
    names = {
        name: str(column.verbose_name) for name, column in table.base_columns.items() if column.verbose_name
    }
    kept = getattr(table, "kept_columns", None) or tuple(names)[:1]
    return {name: title for name, title in names.items() if name not in kept}


def address_of(view: SavedView, path: str) -> str:
    query = f"{view.query}&" if view.query else ""
    return f"{path}?{query}view={view.pk}"


class ListTools:
    """How one reader looks at a list. ``has_views``: the list is not that of one thing among many."""

    def __init__(
        self,
        *,
        user: User,
        list_name: str,
        path: str,
        params: QueryDict,
        table: type[Table],
        has_views: bool = True,
    ) -> None:
        self.user = user
        self.list_name = list_name
        self.path = path
        self.params = params
        self.table = table
        self.has_views = has_views

    @cached_property
    def views(self) -> list[SavedView]:
        """Those that the reader may choose from, by name."""
        if not self.has_views:
            return []
        found = SavedView.objects.seen_by(self.user).filter(list_name=self.list_name)
        return sorted(found, key=lambda view: view.name.casefold())

    @cached_property
    def view(self) -> SavedView | None:
        """The one that the address names."""
        wanted = self.params.get("view")
        return next((view for view in self.views if str(view.pk) == wanted), None) if wanted else None

    @cached_property
    def preferences(self) -> Mapping[UUID | None, ListPreference]:
        """By the view that they are about; None is the list itself."""
        about = Q(view=None) | Q(view=self.view) if self.view else Q(view=None)
        found = ListPreference.objects.filter(about, user=self.user, list_name=self.list_name)
        return {one.view_id: one for one in found}

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Columns out of sight: as the reader wants it here, else as the view has it; not those that are gone."""
        preference = self.preferences.get(self.view.pk if self.view else None)
        if preference is not None and preference.hidden_columns is not None:
            chosen = preference.hidden_columns
        else:
            chosen = self.view.hidden_columns if self.view else []
        return frozenset(chosen) & frozenset(named_columns(self.table))

    @property
    def default_id(self) -> UUID | None:
        """The view that the list opens with."""
        preference = self.preferences.get(None)
        return preference.default_view_id if preference else None

    @cached_property
    def default(self) -> SavedView | None:
        """It may be nobody's but another's by now, and is not opened then."""
        wanted = self.default_id
        return next((view for view in self.views if view.pk == wanted), None) if wanted else None

    @property
    def at(self) -> str:
        """Which list, as a parameter of the questions about it."""
        query = self.params.urlencode()
        return urlencode({"at": f"{self.path}?{query}" if query else self.path})

    @property
    def everything(self) -> str:
        """The address of the list without any filter, whatever it opens with."""
        return f"{self.path}?view=" if self.default_id else self.path

    @property
    def changed(self) -> bool:
        """Whether the address asks for something else than the view that it names."""
        return self.view is not None and self.view.query != filters_in(self.params)

    @property
    def may_change(self) -> bool:
        return self.view is not None and may_change(self.user, self.view)

    @property
    def menu(self) -> list[dict[str, Any]]:
        """The views in two groups, one's own and the shared ones, each with its address."""
        groups: tuple[tuple[str, list[SavedView]], ...] = (
            (say("Only for me"), [view for view in self.views if not view.shared]),
            (say("Shared"), [view for view in self.views if view.shared]),
        )
        return [
            {
                "title": title,
                "entries": [
                    {
                        "view": view,
                        "url": address_of(view, self.path),
                        "current": view == self.view,
                        "opens": view.pk == self.default_id,
                    }
                    for view in views
                ],
            }
            for title, views in groups
            if views
        ]

    def complaints(self, filterset: FilterSet) -> Sequence[str]:
        """What a view, saved long ago, asks for that makes no sense any more."""
        if self.params.get("view") and self.view is None:
            return [say("This view is gone. The filters are those of the address.")]
        if self.view is None:
            return []
        said = []
        if not filterset.is_valid():
            for name in filterset.form.errors:
                label = filterset.form.fields[name].label if name in filterset.form.fields else name
                said.append(
                    say("The view “%(view)s” filters by something that is gone: %(filter)s. Choose anew.")
                    % {"view": self.view, "filter": label or name}
                )
        asked = {name for name, _value in parse_qsl(self.view.query)}
        unknown = say(
            "The view “%(view)s” has a filter that this list does not know: %(filter)s. It is ignored."
        )
        return said + [
            unknown % {"view": self.view, "filter": name} for name in sorted(asked - set(filterset.filters))
        ]
