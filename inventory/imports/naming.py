"""How rows name facilities and articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.core.ids import as_uuid
from backoffice.core.importing.columns import Column
from backoffice.core.importing.resources import Record, RowProblem, Verdict
from backoffice.core.texts import text
from inventory.models import Facility

LONGEST = 255

FACILITY = Column(
    name="facility",
    label=_("Facility"),
    explanation=_("The facility's number, or its name if no other has it. It must exist."),
    field=forms.CharField(max_length=LONGEST),
    example="BER-01",
    needed=True,
)


def article_column(*, per_line: bool = False) -> Column:
    return Column(
        name="article",
        label=_("Article"),
        explanation=_("The number of the article. One that nobody named before appears."),
        field=forms.CharField(max_length=LONGEST),
        example="TENT-2",
        needed=True,
        per_line=per_line,
    )


def facilities_named(names: Collection[str]) -> dict[str, Facility]:
    """The facilities by their numbers, ids, or names that only one of them has, as given; one query.

    A number comes before a name: a facility that was created by hand need not have a number.
    """
    ids = {name: str(id) for name in names if (id := as_uuid(name)) is not None}
    found = Facility.objects.filter(
        Q(tenant_facility_id__in=list(names)) | Q(name__in=list(names)) | Q(pk__in=list(ids.values()))
    )
    by_id = {str(facility.pk): facility for facility in found}
    by_number = {facility.tenant_facility_id: facility for facility in found}
    called = Counter(facility.name for facility in found)
    by_name = {facility.name: facility for facility in found if called[facility.name] == 1}
    named = {name: by_number.get(name) or by_id.get(ids.get(name, "")) or by_name.get(name) for name in names}
    return {name: facility for name, facility in named.items() if facility is not None}


def unknown_facility(record: Record, title: str, column: str = "facility") -> Verdict:
    name = record.values[column]
    message = text(
        "There is no facility %(name)s: import or create it first, or correct the number.", name=name
    )
    problem = RowProblem(record.row, column, message, "FACILITY_UNKNOWN")
    return Verdict(record, "REFUSED", title, problems=[problem])
