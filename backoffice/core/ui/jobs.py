"""Background jobs on screens: which there are, how far one is, and what came of each of its items (M5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

import django_filters
import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from backoffice.core import access
from backoffice.core.errors import DomainError, NotFound
from backoffice.core.jobs import JobKind, ToldItem, kind_of, known_kinds
from backoffice.core.models import BackgroundJob, JobItem, JobItemStatus, JobStatus
from backoffice.core.numbers import grouped
from backoffice.core.services.jobs import stop_job
from backoffice.core.templatetags.anteroom import chip, moment
from backoffice.core.ui.screens import ListScreen, Permitted

NUMBER = {"th": {"class": "ar-number"}, "td": {"class": "ar-number"}}


class JobFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=JobStatus.choices, empty_label=_("Any status")
    )
    actor = django_filters.CharFilter(
        label=_("Started by"), lookup_expr="icontains", widget=forms.TextInput({"type": "search"})
    )

    class Meta:
        model = BackgroundJob
        fields = ()


class JobTable(tables.Table):
    caption = _("Background jobs")
    exported: ClassVar[Any] = {
        "title": ((_("What"), lambda job: kind_of(job).title(job)),),
        "done": ((_("Done"), "done"), (_("Items"), "total")),
    }

    created = tables.Column(verbose_name=_("Started"), accessor="created")
    title = tables.Column(verbose_name=_("What"), empty_values=())
    status = tables.Column(verbose_name=_("Status"), accessor="state")
    done = tables.Column(verbose_name=_("Done"), empty_values=(), attrs=NUMBER)
    failed = tables.Column(verbose_name=_("Refused"), attrs=NUMBER)
    actor = tables.Column(verbose_name=_("By"))

    class Meta:
        orderable = False

    def render_created(self, value: Any) -> SafeString | str:
        return moment(value)

    def render_title(self, record: BackgroundJob) -> SafeString:
        kind = kind_of(record)
        return format_html('<a href="{}">{}</a>', kind.page(record), kind.title(record))

    def render_status(self, value: JobStatus) -> SafeString:
        return chip(value)

    def render_done(self, record: BackgroundJob) -> str:
        return f"{grouped(record.done)} / {grouped(record.total)}"


class JobsView(ListScreen):
    """Those of the kinds that the reader may look at, newest first."""

    permissions: ClassVar[dict[str, str]] = {"*": "core.view_events"}
    template_name = "core/jobs.html"
    filterset_class = JobFilter
    table_class = JobTable
    keys = ("-id",)
    extra_context = {
        "empty": {
            "icon": "list-checks",
            "title": _("Nothing was done in the background yet"),
            "text": _("What is done with many things at once stands here, with what came of each."),
        }
    }

    def get_queryset(self) -> QuerySet[BackgroundJob]:
        seen = [kind.name for kind in known_kinds() if access.may(self.request.user, kind.view)]
        return BackgroundJob.objects.filter(kind__in=seen)


class JobItemFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=JobItemStatus.choices, empty_label=_("Any status")
    )

    class Meta:
        model = JobItem
        fields = ()


class JobItemTable(tables.Table):
    """Items with what there is to read of them."""

    caption = _("What came of each")
    exported: ClassVar[Any] = {"title": ((_("What"), "told__title"),)}

    title = tables.Column(verbose_name=_("What"), accessor="told")
    status = tables.Column(verbose_name=_("Status"), accessor="item__state")
    words = tables.Column(verbose_name=_("What came of it"), accessor="told__words", empty_values=())

    class Meta:
        orderable = False

    def render_title(self, value: ToldItem) -> SafeString | str:
        return format_html('<a href="{}">{}</a>', value.url, value.title) if value.url else value.title

    def render_status(self, value: JobItemStatus) -> SafeString:
        return chip(value)


class JobView(ListScreen):
    """How far it is, what can be done next, and its items as they are worked on. Asks for itself until it has ended."""

    template_name = "core/job.html"
    list_template_name = "core/partials/job.html"
    filterset_class = JobItemFilter
    table_class = JobItemTable
    keys = ("id",)

    @cached_property
    def job(self) -> BackgroundJob:
        return get_object_or_404(BackgroundJob, pk=self.kwargs["pk"])

    @cached_property
    def kind(self) -> JobKind:
        return _kind_of(self.job)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.kwargs = kwargs
        if request.user.is_authenticated:
            self.permissions = {"*": self.kind.view}  # type: ignore[misc]  # of this request's job
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[JobItem]:
        return JobItem.objects.filter(job=self.job)

    def rows_of(self, found: Sequence[JobItem]) -> list[dict[str, Any]]:
        told = self.kind.tell(self.job, found)
        return [{"item": item, "told": words} for item, words in zip(found, told, strict=True)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_manage = access.may(self.request.user, self.kind.manage)
        return super().get_context_data(
            job=self.job,
            title=self.kind.title(self.job),
            next_steps=self.kind.next_steps(self.job) if may_manage else (),
            sums=self.kind.sum_up(self.job),
            may_manage=may_manage,
            empty={"icon": "list-checks", "title": say("There was nothing to do"), "text": ""},
            **kwargs,
        )


def _kind_of(job: BackgroundJob) -> JobKind:
    """:raises Http404: no app does such jobs any more."""
    try:
        return kind_of(job)
    except NotFound:
        raise Http404 from None


class NextStepView(Permitted, View):
    """From one job of a ``kind`` to the one that goes on from it, whose page it leads to."""

    kind: ClassVar[str]
    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        job = get_object_or_404(BackgroundJob, pk=pk, kind=self.kind)
        try:
            following = self.step(job)
        except DomainError as error:
            messages.error(request, error.said)
            return redirect("job", pk=pk)
        return redirect("job", pk=following.pk)

    def step(self, job: BackgroundJob) -> BackgroundJob:
        """Starts the next job, through a service.

        :raises DomainError: told on the page of this one.
        """
        raise NotImplementedError


class StopJobView(Permitted, View):
    """What has been done stays so, and is shown."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            job = get_object_or_404(BackgroundJob, pk=kwargs["pk"])
            self.permissions = {"*": _kind_of(job).manage}  # type: ignore[misc]  # of this request's job
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, pk: Any) -> HttpResponse:
        job = get_object_or_404(BackgroundJob, pk=pk)
        try:
            stop_job(job_id=job.pk, version=job.version)
            messages.success(request, say("The job was stopped. What has been done stays so."))
        except DomainError as error:
            messages.error(request, error.said)
        return redirect("job", pk=pk)
