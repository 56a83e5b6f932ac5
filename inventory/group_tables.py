from __future__ import annotations

from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from backoffice.core.numbers import grouped
from inventory.models import FacilityGroup
from inventory.tables import NOTHING, NUMBER, FacilityTable, Number, Screened, titled


class GroupTable(Screened):
    """:func:`inventory.rows.group_rows`."""

    caption = _("Groups")
    exported: ClassVar[Any] = {"group": ((_("Group"), "name"), (_("Number"), "tenant_facility_group_id"))}

    group = tables.Column(verbose_name=_("Group"), accessor="name")
    members = Number(verbose_name=_("Facilities"), accessor="member_count", attrs=NUMBER)

    def render_group(self, record: FacilityGroup) -> SafeString:
        return titled(reverse("group", args=(record.pk,)), record.name, record.tenant_facility_group_id)

    def render_members(self, record: Any, value: int) -> SafeString | str:
        if not value:
            return NOTHING
        url = f"{reverse('facilities')}?group={record.pk}"
        return format_html('<a class="ar-quiet" href="{}">{}</a>', url, grouped(value))


class MemberTable(FacilityTable):
    """The facilities of one group."""

    caption = _("Members")

    class Meta(FacilityTable.Meta):
        exclude = ("services", "rank")
