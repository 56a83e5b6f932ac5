"""``{% icon "pencil" size=18 %}``."""

from __future__ import annotations

from django import template

from backoffice.core.ui.icons import drawn

register = template.Library()
register.simple_tag(drawn, name="icon")
