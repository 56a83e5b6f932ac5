from __future__ import annotations

from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.models import User
from backoffice.core.templatetags.anteroom import moment


class UserTable(tables.Table):
    """Of ``User.objects.with_standing()``."""

    caption = _("Users")
    exported: ClassVar[Any] = {
        "name": ((_("User"), "name"), (_("E-mail address"), "email")),
        "status": ((_("Active"), "is_active"), (_("Locked out"), "locked_out")),
    }

    name = tables.Column(verbose_name=_("User"), empty_values=())
    role = tables.Column(verbose_name=_("Role"))
    status = tables.Column(verbose_name=_("Status"), accessor="pk")
    second_factor = tables.Column(verbose_name=_("Second factor"))
    seen_at = tables.Column(verbose_name=_("Last seen"), empty_values=())

    class Meta:
        orderable = False

    def render_name(self, record: User) -> SafeString:
        return format_html(
            '<div><a href="{}">{}</a><div class="ar-soft ar-small">{}</div></div>',
            reverse("user", args=(record.pk,)),
            record.get_full_name(),
            record.email if record.name else "",
        )

    def render_role(self, record: User) -> str:
        return record.get_role_display()

    def render_status(self, record: User) -> SafeString:
        return standing_of(record)

    def render_second_factor(self, value: bool) -> str:
        return say("On") if value else say("Off")

    def render_seen_at(self, value: Any) -> SafeString | str:
        return moment(value) if value else say("never")


def standing_of(user: Any) -> SafeString:
    """How the user stands, in a word or two: of one with their standing."""
    chips = [("green", say("Active")) if user.is_active else ("gray", say("Inactive"))]
    if user.locked_out:
        chips.append(("red", say("Locked out")))
    inside = format_html_join(" ", '<span class="ar-chip ar-chip-{}">{}</span>', chips)
    return format_html('<div class="ar-chips">{}</div>', inside)
