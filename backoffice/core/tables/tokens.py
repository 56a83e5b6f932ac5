from __future__ import annotations

from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.models import ApiToken
from backoffice.core.templatetags.anteroom import moment

ACTIONS = {"td": {"class": "ar-row-actions-cell"}}


class TokenTable(tables.Table):
    caption = _("API tokens")
    exported: ClassVar[dict[str, Any]] = {"user": ((_("User"), "user__email"),)}

    name = tables.Column(verbose_name=_("Token"), empty_values=())
    user = tables.Column(verbose_name=_("User"))
    role = tables.Column(verbose_name=_("Scope"), empty_values=())
    created = tables.Column(verbose_name=_("Issued"))
    expiry = tables.Column(verbose_name=_("Good until"), empty_values=())
    last_used = tables.Column(verbose_name=_("Last used"), empty_values=())
    actions = tables.Column(verbose_name="", accessor="pk", attrs=ACTIONS)

    class Meta:
        orderable = False

    def render_name(self, record: ApiToken) -> SafeString:
        return format_html(
            '<div>{}<div class="ar-soft ar-small ar-code">{}…</div></div>', record.name, record.token_key
        )

    def render_user(self, record: ApiToken) -> str:
        return record.user.get_full_name()

    def render_role(self, record: ApiToken) -> str:
        return record.get_role_display() if record.role else say("everything")

    def render_created(self, value: Any) -> SafeString | str:
        return moment(value)

    def render_expiry(self, record: ApiToken, value: Any) -> SafeString | str:
        if value is None:
            return say("no end")
        if record.expired:
            return format_html('<span class="ar-chip ar-chip-red">{}</span>', say("Expired"))
        return moment(value)

    def render_last_used(self, value: Any) -> SafeString | str:
        return moment(value) if value else say("never")

    def render_actions(self, record: ApiToken) -> SafeString:
        return format_html(
            '<div class="ar-row-actions"><button class="btn btn-sm btn-quiet" type="button" id="revoke-{}" '
            'hx-get="{}" hx-target="#dialog">{}<span class="visually-hidden"> {}</span></button></div>',
            record.pk,
            reverse("token-revoke", args=(record.pk,)),
            say("Revoke"),
            record.name,
        )
