"""Network → Groups: which facilities belong together, and what is decided by it (B2)."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backoffice.core.models import DomainEvent
from backoffice.core.ui.screens import ListScreen, Screen
from inventory.events import FacilityGroupChanged
from inventory.filters import GroupScreenFilter
from inventory.group_forms import GroupForm
from inventory.group_tables import GroupTable, MemberTable
from inventory.group_uses import uses_of
from inventory.models import FacilityGroup
from inventory.rows import facility_rows, group_rows
from inventory.services.groups import create_group, delete_group, modify_group
from inventory.views.dialogs import NamedDialog

CHANGES_SHOWN = 5


class GroupsView(ListScreen):
    permissions: ClassVar[dict[str, str]] = {"*": "inventory.view"}
    template_name = "inventory/groups.html"
    filterset_class = GroupScreenFilter
    table_class = GroupTable
    keys = ("tenant_facility_group_id", "id")
    extra_context = {
        "empty": {
            "icon": "group",
            "title": _("No groups yet"),
            "text": _(
                "Facilities that belong together: a region, a brand. Context rules of listings and filters "
                "can name a group."
            ),
        }
    }

    def get_queryset(self) -> QuerySet[FacilityGroup]:
        return group_rows()


class GroupView(Screen):
    permissions: ClassVar[dict[str, str]] = {"*": "inventory.view"}
    template_name = "inventory/group.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        group = get_object_or_404(FacilityGroup, pk=kwargs["pk"])
        members = facility_rows().filter(groups=group).order_by("name", "id")
        return super().get_context_data(
            group=group,
            members=MemberTable(members, request=self.request) if members else None,
            uses=uses_of(group),
            changes=changes_of(group),
            **kwargs,
        )


def changes_of(group: FacilityGroup) -> list[dict[str, Any]]:
    events = DomainEvent.objects.filter(
        resource_type=FacilityGroupChanged.resource_type, resource_id=str(group.pk)
    ).order_by("-id")[:CHANGES_SHOWN]
    return [{"event": event, "words": group_change_words(event)} for event in events]


def group_change_words(event: DomainEvent) -> str:
    """What an event says that happened to a group."""
    facts = event.facts
    if facts.get("deleted"):
        return say("Deleted")
    if "fields" not in facts:
        return say("Created")
    said = []
    if "name_localized" in facts["fields"]:
        said.append(say("renamed"))
    if "tenant_facility_group_id" in facts["fields"]:
        said.append(say("another number"))
    if facts["joined"]:
        joined = ngettext("%(count)d facility joined", "%(count)d facilities joined", facts["joined"])
        said.append(joined % {"count": facts["joined"]})
    if facts["left"]:
        left = ngettext("%(count)d facility left", "%(count)d facilities left", facts["left"])
        said.append(left % {"count": facts["left"]})
    if not said:
        return say("Saved without a change")
    text = str(get_text_list(said, say("and")))
    return f"{text[:1].upper()}{text[1:]}"


class GroupDialog(NamedDialog):
    permissions: ClassVar[dict[str, str]] = {"*": "inventory.manage_facilities"}
    field_names: ClassVar[dict[str, str]] = {"tenantFacilityGroupId": "tenant_facility_group_id"}
    template_name = "inventory/partials/group_dialog.html"


class CreateGroupView(GroupDialog):
    form_class = GroupForm

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {"title": say("New group"), "submit": say("Create the group"), "wide": True}

    def act(self, form: Any, **kwargs: Any) -> str:
        members = [facility.pk for facility in form.cleaned_data["members"]]
        group = create_group(values=form.values(), facility_ids=members)
        return say("%(group)s was created.") % {"group": group}


class AboutGroupDialog(GroupDialog):
    """What the group decides is said first: here, and by the floors above (if they say)."""

    group: FacilityGroup

    def read(self, **kwargs: Any) -> FacilityGroup:
        self.group = get_object_or_404(group_rows(), pk=kwargs["pk"])
        return self.group

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {"group": self.group, "uses": uses_of(self.group)}


class EditGroupView(AboutGroupDialog):
    def get_form(self, data: Any = None, **kwargs: Any) -> GroupForm:
        return GroupForm(data, initial=GroupForm.of(self.read(**kwargs)))

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context(**kwargs),
            "title": say("Edit %(group)s") % {"group": self.group},
            "submit": say("Save"),
            "wide": True,
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        group = modify_group(
            group_id=self.group.pk,
            version=form.cleaned_data["version"] or 0,
            values=form.values(self.group),
            facility_ids=[facility.pk for facility in form.cleaned_data["members"]],
        )
        return say("%(group)s was saved.") % {"group": group}


class DeleteGroupView(AboutGroupDialog):
    def get_form(self, data: Any = None, **kwargs: Any) -> forms.Form:
        self.read(**kwargs)
        return forms.Form(data)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context(**kwargs),
            "deletes": True,
            "title": say("Delete %(group)s?") % {"group": self.group},
            "submit": say("Delete the group"),
            "submit_class": "btn-danger",
            "dismiss": say("Keep it"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        delete_group(group_id=self.group.pk)
        self.leads_to = reverse("groups")
        return say("%(group)s was deleted.") % {"group": self.group}
