"""What templates of the back office say often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.template.context import RequestContext
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from backoffice.core import access, admin_columns
from backoffice.core.actor import SYSTEM
from backoffice.core.days import day, minute
from backoffice.core.numbers import grouped
from backoffice.core.statuses import StatusChoices
from backoffice.core.texts import here

register = template.Library()
register.filter(day)
register.filter(here)


@register.simple_tag
def chip(status: StatusChoices, label: str = "") -> SafeString:
    """A status as a coloured word; the label and the colour are the status's own."""
    return format_html('<span class="ar-chip ar-chip-{}">{}</span>', status.colour, label or status.label)


@register.simple_tag(takes_context=True)
def query(context: RequestContext, **changes: Any) -> str:
    """The address of this page with other parameters; ``None`` takes one away."""
    params = context["request"].GET.copy()
    for name, value in changes.items():
        params.pop(name, None)
        if value is not None:
            params[name] = value
    return f"?{params.urlencode()}" if params else context["request"].path


@register.simple_tag(takes_context=True)
def may(context: RequestContext, codename: str) -> bool:
    """Whether the reader has the permission: a button that would refuse is not shown."""
    return access.may(context["request"].user, codename)


@register.filter
def by_whom(actor: str) -> str:
    """Who did it, as people say it: what nobody asked for was Anteroom itself."""
    return "Anteroom" if actor == SYSTEM.name else actor or "–"


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """A time in the reader's zone, and in UTC on hover."""
    if value is None:
        return "–"
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>',
        value.isoformat(),
        value.astimezone(UTC).strftime("%Y-%m-%d %H:%M"),
        minute(value),
    )


@register.filter
def number(value: Any) -> Any:
    """With a mark between thousands; what is no number stays as it is."""
    return grouped(value) if isinstance(value, int | float | Decimal) else value


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    return admin_columns.money(amount, currency) or "–"


@register.filter
def age(value: datetime | None) -> str:
    """How long ago, in the largest unit that says it: days, hours or minutes."""
    if value is None:
        return "–"
    passed = max(timedelta(), timezone.now() - value)
    if passed.days:
        return ngettext("%d day", "%d days", passed.days) % passed.days
    hours = passed.seconds // 3600
    if hours:
        return ngettext("%d hour", "%d hours", hours) % hours
    minutes = passed.seconds // 60
    return ngettext("%d minute", "%d minutes", minutes) % minutes
