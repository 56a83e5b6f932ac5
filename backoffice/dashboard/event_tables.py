from __future__ import annotations

from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from backoffice.core.templatetags.anteroom import by_whom, moment
from backoffice.core.texts import here
from backoffice.dashboard.event_wording import EventRow


class EventTable(tables.Table):
    """Of :class:`backoffice.dashboard.event_wording.EventRow`."""

    caption = _("Events")
    exported: ClassVar[Any] = {
        "words": (
            (_("What"), "words"),
            (_("Reason"), "event__reason"),
            (_("Event"), "event__name"),
        ),
        "about": ((_("About"), lambda row: f"{row.about} {row.named}".strip()), (_("Order"), "order")),
    }

    at = tables.Column(verbose_name=_("When"), accessor="event__occurred_at")
    words = tables.Column(verbose_name=_("What"))
    about = tables.Column(verbose_name=_("About"), empty_values=())
    actor = tables.Column(verbose_name=_("By"), accessor="event__actor")

    class Meta:
        orderable = False

    def render_at(self, value: Any) -> SafeString | str:
        return moment(value)

    def render_words(self, record: EventRow) -> SafeString:
        if not record.event.reason:
            return format_html("{}", record.words)
        return format_html(
            '<div>{}<p class="ar-quote mb-0">{}</p></div>', record.words, here(record.event.reason)
        )

    def render_about(self, record: EventRow) -> SafeString:
        what = f"{record.about} {record.named}".strip()
        shown = (
            format_html('<a href="{}">{}</a>', record.url, what) if record.url else format_html("{}", what)
        )
        if record.order is None:
            return shown
        if record.event.resource_type == "ORDER":
            return format_html('<a href="{}">{} {}</a>', record.url, record.about, record.order)
        url = reverse("order", args=(record.order.pk,))
        return format_html('<span>{} · <a class="ar-quiet" href="{}">{}</a></span>', shown, url, record.order)

    def render_actor(self, value: str) -> str:
        return by_whom(value)
