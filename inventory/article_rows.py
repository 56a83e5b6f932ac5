"""Forms that ask for articles and units, a few rows of them: what is ordered by hand is short."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.api.fields import LARGEST_QUANTITY
from inventory.imports.naming import LONGEST
from inventory.models import Article

ROWS = 4
SUGGESTED = 200
"""How many articles the browser offers while somebody types; any other that exists can be typed as well."""

UNITS = {"min_value": _("Give a number of units from 1."), "invalid": _("Give a whole number of units.")}


class ArticleRowsForm(forms.Form):
    """Up to :data:`ROWS` articles with units; the first is needed. Only articles that exist: a number with a typing
    error would otherwise become an article that nobody sells.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.articles: dict[str, Article] = {}
        for row in range(1, ROWS + 1):
            needed = row == 1
            self.fields[f"article_{row}"] = forms.CharField(
                label=_("Article") if needed else _("Another article"),
                required=needed,
                max_length=LONGEST,
                widget=forms.TextInput({"list": "articles", "autocomplete": "off"}),
                help_text=_("The number of an article that is listed.") if needed else "",
            )
            self.fields[f"quantity_{row}"] = forms.IntegerField(
                label=_("Units"),
                required=needed,
                min_value=1,
                max_value=LARGEST_QUANTITY,
                error_messages=UNITS,
            )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        self._check(given)
        return given

    def lines(self) -> list[tuple[Article, int]]:
        """Of a valid form: the articles with their units, in the order of the rows."""
        given = self.cleaned_data
        return [
            (self.articles[given[f"article_{row}"]], given[f"quantity_{row}"])
            for row in range(1, ROWS + 1)
            if given.get(f"article_{row}")
        ]

    @staticmethod
    def suggestions() -> list[Article]:
        return list(Article.objects.order_by("tenant_article_id")[:SUGGESTED])

    def _check(self, given: dict[str, Any]) -> None:
        named = {row: given.get(f"article_{row}", "") for row in range(1, ROWS + 1)}
        found = Article.objects.filter(tenant_article_id__in={name for name in named.values() if name})
        self.articles = {article.tenant_article_id: article for article in found}
        rows: dict[str, int] = {}
        for row, name in named.items():
            units = f"quantity_{row}"
            if not name:
                if given.get(units) and f"article_{row}" not in self.errors:
                    self.add_error(f"article_{row}", _("Say of which article."))
            elif name not in self.articles:
                message = say("There is no article %s: list it at a facility first, or correct the number.")
                self.add_error(f"article_{row}", message % name)
            elif name in rows:
                message = say("It stands in row %d already: add the units up there.")
                self.add_error(f"article_{row}", message % rows[name])
            elif given.get(units) is None and units not in self.errors:
                self.add_error(units, _("Say how many."))
            rows.setdefault(name, row)


ARTICLE_ROWS = tuple({f"article_{row}": 8, f"quantity_{row}": 4} for row in range(1, ROWS + 1))
"""The rows, for :func:`inventory.forms.layout`."""
