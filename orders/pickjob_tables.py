"""Pick jobs as a table."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from backoffice.core.templatetags.anteroom import chip, moment
from backoffice.core.ui.icons import drawn
from orders.models import PickJob, PickJobStatus
from orders.models.pickjob import TO_BE_PICKED, UNSTARTED

LINES_SHOWN = 3


class PickJobTable(tables.Table):
    """Pick jobs with their lines, order and facility."""

    caption = _("Pick jobs")
    exported: ClassVar[Any] = {
        "order": ((_("Order"), "order"), (_("Ordered"), "order_date")),
        "what": (
            (
                _("To pick"),
                lambda job: [
                    f"{_units(job, line)} × {line.article.tenant_article_id}" for line in job.line_items
                ],
            ),
        ),
        "due": ((_("Due"), "target_time"), (_("Not before"), "not_before")),
        "status": ((_("Status"), "status"), (_("Outcome"), "sub_status")),
    }

    job = tables.Column(verbose_name=_("Pick job"), accessor="short_id")
    order = tables.Column(verbose_name=_("Order"))
    facility = tables.Column(verbose_name=_("Facility"))
    what = tables.Column(verbose_name=_("To pick"), empty_values=())
    delivery = tables.Column(verbose_name=_("Delivery"), accessor="channel")
    due = tables.Column(verbose_name=_("Due"), accessor="target_time", empty_values=())
    status = tables.Column(verbose_name=_("Status"))
    actions = tables.Column(verbose_name="", accessor="pk", attrs={"td": {"class": "ar-row-actions-cell"}})

    class Meta:
        orderable = False

    def render_job(self, record: PickJob) -> SafeString:
        url = reverse("pick-job", args=(record.pk,))
        return format_html('<a class="ar-code" href="{}">{}</a>', url, record.short_id)

    def render_order(self, record: PickJob) -> SafeString:
        url = reverse("order", args=(record.order_id,))
        return format_html('<a class="ar-quiet" href="{}">{}</a>', url, record.order)

    def render_facility(self, record: PickJob) -> SafeString:
        url = reverse("facility", args=(record.facility_id,))
        return format_html('<a class="ar-quiet" href="{}">{}</a>', url, record.facility.name)

    def render_what(self, record: PickJob) -> SafeString:
        lines = record.line_items
        shown = format_html_join(
            "",
            '<li><span class="ar-goods-units">{} ×</span> <span class="ar-code">{}</span></li>',
            ((_units(record, line), line.article.tenant_article_id) for line in lines[:LINES_SHOWN]),
        )
        rest = len(lines) - LINES_SHOWN
        more = format_html('<li class="ar-soft">{}</li>', say("%d more") % rest) if rest > 0 else ""
        return format_html('<ul class="ar-goods">{}{}</ul>', shown, more)

    def render_delivery(self, record: PickJob) -> str:
        return str(record.get_channel_display())

    def render_due(self, record: PickJob) -> SafeString | str:
        return due_words(record, timezone.now())

    def render_status(self, record: PickJob) -> SafeString:
        shown = chip(PickJobStatus(record.status))
        if not record.sub_status:
            return shown
        return format_html(
            '<div>{}<div class="ar-soft ar-small">{}</div></div>', shown, record.get_sub_status_display()
        )

    def render_actions(self, record: PickJob) -> SafeString:
        if record.status not in TO_BE_PICKED or record.status == PickJobStatus.WAITING_FOR_INPUT:
            return SafeString("")
        return format_html(
            '<div class="ar-row-actions"><a class="btn btn-sm btn-quiet" href="{}">{}{}'
            '<span class="visually-hidden"> {}</span></a></div>',
            reverse("pick-job-pick", args=(record.pk,)),
            drawn("scan-barcode", 14),
            pgettext("an act", "Pick"),
            record.short_id,
        )


def _units(job: PickJob, line: Any) -> str:
    if job.status in UNSTARTED or (job.status not in TO_BE_PICKED and not line.picked):
        return str(line.quantity)
    return say("%(picked)d of %(quantity)d") % {"picked": line.picked, "quantity": line.quantity}


def due_words(job: PickJob, now: datetime) -> SafeString | str:
    """When it is to be picked by, and whether it is too early or too late for that."""
    if job.overdue(now):
        return format_html(
            '<span>{} <span class="ar-chip ar-chip-red">{}</span></span>',
            moment(job.target_time),
            say("Overdue"),
        )
    if job.not_before is not None and job.not_before > now and job.status in UNSTARTED:
        return format_html(
            '<span><span class="ar-soft">{}</span> {}</span>', say("not before"), moment(job.not_before)
        )
    return moment(job.target_time)
