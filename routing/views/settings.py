"""Administration → Site settings: how plans wait and are released, on the whole site (spec 2, "Site settings")."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import get_text_list
from django.utils.translation import gettext as say

from backoffice.core.errors import DomainError, VersionConflict
from backoffice.core.models import DomainEvent
from backoffice.core.ui.screens import Screen
from routing.events import SettingsChanged
from routing.models import WaitingRoomSettings
from routing.services.settings import change_settings, waiting_room_settings
from routing.settingsforms import TITLES, WaitingRoomSettingsForm

CHANGES_SHOWN = 10


class WaitingRoomSettingsView(Screen):
    """Shows the settings, and saves them with the version that was seen."""

    permissions: ClassVar[dict[str, str]] = {"*": "routing.view", "POST": "routing.manage_settings"}
    template_name = "routing/settings.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        settings = waiting_room_settings()
        form = kwargs.pop("form", None) or WaitingRoomSettingsForm(
            initial=WaitingRoomSettingsForm.of(settings)
        )
        return super().get_context_data(form=form, changes=changes_of(settings), **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = WaitingRoomSettingsForm(request.POST)
        if not form.is_valid():
            return self._again(form, 422)
        try:
            change_settings(
                version=form.cleaned_data["version"],
                changes=form.changes(),
                reason=form.cleaned_data["reason"],
            )
        except VersionConflict as error:
            return self._changed_meanwhile(form, error)
        except DomainError as error:
            for problem in error.problems:
                form.add_error(form.place_of(problem.field), problem.said)
            return self._again(form, error.status)
        messages.success(request, say("The site settings were saved. Waiting plans are looked at again."))
        return redirect("waiting-room-settings")

    def _changed_meanwhile(self, form: WaitingRoomSettingsForm, error: VersionConflict) -> HttpResponse:
        """Tells who changed what; what the reader chose stays, and can be saved over it."""
        last = changes_of(waiting_room_settings())[:1]
        said = say(
            "%(who)s changed the settings in the meantime. %(what)s. What you chose is still here: save it again to "
            "replace that."
        )
        form.add_error(
            None,
            said
            % {
                "who": last[0]["event"].actor if last else say("Somebody"),
                "what": last[0]["words"] if last else say("Changed"),
            },
        )
        form.data = {**self.request.POST.dict(), "version": str(error.version)}
        return self._again(form, error.status)

    def _again(self, form: WaitingRoomSettingsForm, status: int) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=status)


def changes_of(settings: WaitingRoomSettings) -> list[dict[str, Any]]:
    """What was changed lately, the newest first, with words."""
    events = DomainEvent.objects.filter(
        resource_type=SettingsChanged.resource_type, resource_id=str(settings.pk)
    ).order_by("-id")[:CHANGES_SHOWN]
    return [{"event": event, "words": _words(event)} for event in events]


def _words(event: DomainEvent) -> str:
    names = dict.fromkeys(str(TITLES.get(name, name)) for name in event.facts.get("changed", []))
    return say("Changed: %(settings)s") % {"settings": get_text_list(list(names), say("and"))}
