"""What happened to a user, and what they came with, as people say it."""

from __future__ import annotations

from django.utils.text import get_text_list
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backoffice.core.access import Role
from backoffice.core.models import DomainEvent

_SENTENCES = {
    "USER_UNLOCKED": _("Unlocked after too many failed attempts"),
    "USER_PASSWORD_LINK_MADE": _("A link to set the password was made"),
    "USER_MFA_ENABLED": _("Second factor set up"),
    "USER_MFA_DISABLED": _("Second factor turned off"),
    "USER_RECOVERY_CODES_RENEWED": _("New recovery codes"),
    "USER_RECOVERY_CODE_USED": _("Signed in with a recovery code"),
}

_FIELDS = {
    "email": _("e-mail address"),
    "is_active": _("active"),
    "language": _("language"),
    "name": _("name"),
    "password": _("password"),
    "role": _("role"),
    "time_zone": _("time zone"),
}

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    *(("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows")),
    *(("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")),
)


def event_words(event: DomainEvent) -> str:
    """One line of a user's timeline."""
    role = Role(event.facts["role"]).label if event.facts.get("role") in Role.values else ""
    if event.name == "USER_CREATED":
        return say("Created as %(role)s") % {"role": role}
    if event.name == "USER_CHANGED":
        fields = event.facts.get("fields", [])
        words = get_text_list([str(_FIELDS.get(name, name)) for name in fields], say("and"))
        said = say("Changed: %(fields)s") % {"fields": words}
        return f"{said} ({role})" if "role" in fields and role else said
    if event.name == "USER_SIGNED_OUT":
        count = event.facts.get("sessions", 0)
        return ngettext("Signed out in %(count)d browser", "Signed out in %(count)d browsers", count) % {
            "count": count
        }
    return str(_SENTENCES.get(event.name, event.name))


def browser_words(user_agent: str) -> str:
    """Such as "Firefox on Linux": enough for its owner to recognise it."""
    browser = next((name for token, name in _BROWSERS if f"{token}/" in user_agent), "")
    system = next((name for token, name in _SYSTEMS if token in user_agent), "")
    if browser and system:
        return say("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or say("Unknown browser")
