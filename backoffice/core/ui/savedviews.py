"""Questions about a list: which columns, and its saved views. They are asked of the list ``at`` some address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import Resolver404, resolve
from django.utils.functional import cached_property
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from backoffice.core import access
from backoffice.core.errors import DomainError
from backoffice.core.models import SavedView, User
from backoffice.core.models.listview import MOST_NAME
from backoffice.core.services.savedviews import (
    SHARE,
    ViewDraft,
    change_view,
    choose_columns,
    delete_view,
    open_with,
    save_view,
)
from backoffice.core.ui.listtools import ListTools, address_of, filters_in, named_columns
from backoffice.core.ui.screens import Dialog, ListScreen, Permitted


@dataclass(frozen=True, slots=True)
class ListAt:
    """A list at an address of ours. ``screen`` is the class of its page."""

    path: str
    params: QueryDict
    name: str
    screen: type[ListScreen]
    has_views: bool

    def tools(self, user: Any) -> ListTools:
        return ListTools(
            user=user,
            list_name=self.name,
            path=self.path,
            params=self.params,
            table=self.screen.table_class,
            has_views=self.has_views,
        )


def list_at(address: str) -> ListAt:
    """:raises Http404: there is no list there."""
    parts = urlsplit(address)
    try:
        match = resolve(parts.path)
    except Resolver404:
        raise Http404 from None
    screen = getattr(match.func, "view_class", None)
    if not (isinstance(screen, type) and issubclass(screen, ListScreen) and match.url_name):
        raise Http404
    return ListAt(parts.path, QueryDict(parts.query), match.url_name, screen, has_views=not match.kwargs)


class AboutList(Permitted):
    """Who may see the list may say how they like it."""

    @cached_property
    def list(self) -> ListAt:
        return list_at(self.request.GET.get("at", ""))

    @property
    def user(self) -> User:
        """Whoever asks is signed in."""
        assert isinstance(self.request.user, User)
        return self.request.user

    @cached_property
    def tools(self) -> ListTools:
        return self.list.tools(self.user)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.request = request
        if request.user.is_authenticated:
            # The page of one job asks for its kind's permission; how its columns are called is no secret.
            self.permissions = self.list.screen.permissions or {"*": "core.view_events"}  # type: ignore[misc]
        return super().dispatch(request, *args, **kwargs)

    def to(self, address: str, said: str) -> HttpResponse:
        """Leads to the list as it is now, where the message waits."""
        messages.success(self.request, said)
        return HttpResponse(headers={"HX-Redirect": address})


class ColumnsForm(forms.Form):
    columns = forms.MultipleChoiceField(
        label=_("Columns in sight"), required=False, widget=forms.CheckboxSelectMultiple
    )


class ColumnsDialog(AboutList, Dialog):
    def get_form(self, data: Any = None, **kwargs: Any) -> ColumnsForm:
        choices = named_columns(self.list.screen.table_class)
        form = ColumnsForm(
            data, initial={"columns": [name for name in choices if name not in self.tools.hidden]}
        )
        form.fields["columns"].choices = list(choices.items())  # type: ignore[attr-defined]  # it has
        return form

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Columns"),
            "lead": say("Only for you. The first column stays; files have the columns that you see."),
            "submit": say("Show these columns"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        shown = form.cleaned_data["columns"]
        hidden = [name for name in named_columns(self.list.screen.table_class) if name not in shown]
        choose_columns(
            user=self.user,
            list_name=self.list.name,
            view=self.tools.view,
            hidden=hidden,
        )
        return say("The list has these columns for you now.")


class ViewForm(forms.Form):
    """``shared`` is asked of those who may share; ``renew`` where the page differs from the view."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(
        label=_("Name"),
        max_length=MOST_NAME,
        widget=forms.TextInput({"autofocus": True, "autocomplete": "off"}),
    )
    renew = forms.BooleanField(
        label=_("Save the filters and columns of this page with it"), required=False, initial=True
    )
    opens = forms.BooleanField(label=_("Open the list with this view"), required=False)
    shared = forms.BooleanField(
        label=_("Share it"),
        required=False,
        help_text=_("Everybody who may see the list can choose it. Each opens the list as they like."),
    )

    def __init__(self, *args: Any, may_share: bool, without: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in (*without, *(() if may_share else ("shared",))):
            del self.fields[name]


class ViewDialog(AboutList, Dialog):
    """About a saved view; leads to the list with it."""

    view_saved: SavedView

    def may_share(self) -> bool:
        return access.may(self.user, SHARE)

    def said_default(self, opens: bool) -> None:
        was = self.tools.default_id == self.view_saved.pk
        if opens != was:
            view_id = self.view_saved.pk if opens else None
            open_with(user=self.user, list_name=self.list.name, view_id=view_id)

    def done(self, said: str) -> HttpResponse:
        return self.to(address_of(self.view_saved, self.list.path), said)


class SaveViewDialog(ViewDialog):
    """What the page shows, by a name."""

    def get_form(self, data: Any = None, **kwargs: Any) -> ViewForm:
        if not self.list.has_views:
            raise Http404
        return ViewForm(data, may_share=self.may_share(), without=("renew", "version"))

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        filters = filters_in(self.list.params)
        lead = (
            say("Keeps the filters and columns that you see now.")
            if filters
            else say("Keeps the columns that you see now; there are no filters.")
        )
        return {"title": say("Save as a view"), "lead": lead, "submit": say("Save the view")}

    def act(self, form: Any, **kwargs: Any) -> str:
        given = form.cleaned_data
        self.view_saved = save_view(
            user=self.user,
            draft=ViewDraft(
                list_name=self.list.name,
                name=given["name"],
                query=filters_in(self.list.params),
                hidden=sorted(self.tools.hidden),
                shared=given.get("shared", False),
            ),
        )
        if given["opens"]:
            self.said_default(True)
        return say("The view “%(view)s” was saved.") % {"view": self.view_saved}


class ChangeViewDialog(ViewDialog):
    """Its name, whether it is shared, and what it keeps."""

    def get_form(self, data: Any = None, **kwargs: Any) -> ViewForm:
        seen = SavedView.objects.seen_by(self.user)
        self.view_saved = get_object_or_404(seen, pk=kwargs["pk"], list_name=self.list.name)
        return ViewForm(
            data,
            may_share=self.may_share(),
            initial={
                "version": self.view_saved.version,
                "name": self.view_saved.name,
                "shared": self.view_saved.shared,
                "opens": self.tools.default_id == self.view_saved.pk,
            },
        )

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {"title": say("Change “%(view)s”") % {"view": self.view_saved}, "submit": say("Save")}

    def act(self, form: Any, **kwargs: Any) -> str:
        given = form.cleaned_data
        changes: Any = {"name": given["name"]}
        if "shared" in given:
            changes["shared"] = given["shared"]
        if given["renew"]:
            changes |= {"query": filters_in(self.list.params), "hidden": sorted(self.tools.hidden)}
        self.view_saved = change_view(
            user=self.user,
            view_id=kwargs["pk"],
            version=given["version"] or 0,
            changes=changes,
        )
        self.said_default(given["opens"])
        return say("The view “%(view)s” was saved.") % {"view": self.view_saved}


class DeleteViewDialog(ViewDialog):
    def get_form(self, data: Any = None, **kwargs: Any) -> forms.Form:
        seen = SavedView.objects.seen_by(self.user)
        self.view_saved = get_object_or_404(seen, pk=kwargs["pk"], list_name=self.list.name)
        return VersionForm(data, initial={"version": self.view_saved.version})

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        lead = (
            say("Nobody has it any more. The list and what is in it stay as they are.")
            if self.view_saved.shared
            else say("The list and what is in it stay as they are.")
        )
        return {
            "title": say("Delete the view “%(view)s”?") % {"view": self.view_saved},
            "lead": lead,
            "submit": say("Delete the view"),
            "submit_class": "btn-danger",
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        delete_view(
            user=self.user,
            view_id=kwargs["pk"],
            version=form.cleaned_data["version"],
        )
        return say("The view “%(view)s” was deleted.") % {"view": self.view_saved}

    def done(self, said: str) -> HttpResponse:
        return self.to(self.list.path, said)


class VersionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)


class OpenWithView(AboutList, View):
    """The list opens with the view that is named from now on, or with everything."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest) -> HttpResponse:
        wanted = self.tools.view
        try:
            view = open_with(
                user=self.user,
                list_name=self.list.name,
                view_id=wanted.pk if wanted else None,
            )
        except DomainError as error:
            messages.error(request, error.said)
            return HttpResponse(headers={"HX-Redirect": self.list.path})
        if view is None:
            return self.to(self.list.path, say("The list opens with everything for you now."))
        return self.to(
            address_of(view, self.list.path),
            say("The list opens with “%(view)s” for you now.") % {"view": view},
        )
