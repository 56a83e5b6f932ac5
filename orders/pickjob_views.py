"""Pick jobs as people see them, and working on one; the page of one job is routing's, since it shows its plan."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backoffice.core import access
from backoffice.core.errors import DomainError, VersionConflict
from backoffice.core.ui.answers import conflict_about
from backoffice.core.ui.paging import Page
from backoffice.core.ui.screens import Act, Dialog, ListScreen, Screen
from orders.filters import PickJobScreenFilter
from orders.forms import VersionedReasonForm
from orders.models import PickJob, PickJobStatus
from orders.models.pickjob import TO_BE_PICKED
from orders.pickactions import PickAction, Step
from orders.pickjob_forms import PickForm
from orders.pickjob_offers import offers
from orders.pickjob_tables import PickJobTable, due_words
from orders.services.picking import change_pick_job

PICK = "orders.pick"


class PickJobsView(ListScreen):
    """What is to be picked, the most urgent first; of other jobs the newest first."""

    permissions: ClassVar[dict[str, str]] = {"*": "orders.view"}
    template_name = "orders/pick_jobs.html"
    filterset_class = PickJobScreenFilter
    table_class = PickJobTable

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        urgent = request.GET.get("status", "") in ("", *TO_BE_PICKED)
        self.keys = ("due", "id") if urgent else ("-due", "-id")

    def get_queryset(self) -> QuerySet[PickJob]:
        jobs = PickJob.objects.with_line_items().select_related("facility")
        return jobs.annotate(due=Coalesce("target_time", "order_date"))

    def without(self) -> tuple[str, ...]:
        return () if access.may(self.request.user, PICK) else ("actions",)

    def get_table(self, page: Page[Any]) -> PickJobTable:
        """A page without any time does without that column."""
        table = super().get_table(page)
        if "due" in table.columns and not any(job.target_time or job.not_before for job in page.rows):
            table.columns.hide("due")
        return table

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if PickJob.objects.exists():
            empty = {
                "icon": "package-check",
                "title": say("Nothing is to be picked"),
                "text": say("What was picked is found under its status."),
                "url": "?status=ANY",
                "action": say("Show all pick jobs"),
            }
        else:
            empty = {
                "icon": "package-open",
                "title": say("No pick jobs yet"),
                "text": say("An order that is routed to a facility becomes a pick job there."),
            }
        return super().get_context_data(empty=empty, **kwargs)


class PickJobAct(Act):
    """Something that can be taken back; ``version`` comes with the button."""

    permissions: ClassVar[dict[str, str]] = {"*": PICK}
    action: ClassVar[PickAction]
    said: ClassVar[Any]

    def act(self, **kwargs: Any) -> str:
        given = self.request.POST.get("version", "")
        job = change_pick_job(
            pick_job_id=kwargs["pk"],
            version=int(given) if given.isdecimal() else 0,
            steps=(Step((self.action,)),),
        )
        return str(self.said % {"job": job.short_id})


class StartView(PickJobAct):
    action = PickAction.START
    said = _("Pick job %(job)s is being picked.")


class PauseView(PickJobAct):
    action = PickAction.PAUSE
    said = _("Pick job %(job)s is paused.")


class ResumeView(PickJobAct):
    action = PickAction.RESTART
    said = _("Pick job %(job)s is being picked again.")


class PickJobDialog(Dialog):
    """A question about one job, which is read once."""

    permissions: ClassVar[dict[str, str]] = {"*": PICK}
    form_class = VersionedReasonForm
    action: ClassVar[PickAction]
    said: ClassVar[Any]

    def get_form(self, data: Any = None, **kwargs: Any) -> VersionedReasonForm:
        self.job: PickJob = get_object_or_404(PickJob.objects.with_line_items(), pk=kwargs["pk"])
        return VersionedReasonForm(data, initial={"version": self.job.version})

    @property
    def picked(self) -> int:
        return sum(line.picked for line in self.job.line_items)

    @property
    def units(self) -> int:
        return sum(line.quantity for line in self.job.line_items)

    def act(self, form: Any, **kwargs: Any) -> str:
        given = form.cleaned_data
        job = change_pick_job(
            pick_job_id=kwargs["pk"],
            version=given["version"],
            steps=(Step((self.action,)),),
            reason=given["reason"],
        )
        return str(self.said % {"job": job.short_id})


class CloseView(PickJobDialog):
    """Nothing more will be picked of it; of a job in progress the rest is left short, and nobody looks for it."""

    action = PickAction.CLOSE
    said = _("Pick job %(job)s is closed.")

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        named = {"job": self.job.short_id, "picked": self.picked, "units": self.units}
        if self.job.status == PickJobStatus.PICKED:
            return {
                "title": say("Close pick job %(job)s?") % named,
                "lead": say(
                    "%(picked)d of %(units)d units were picked. Closing says that they have left; it cannot be undone."
                )
                % named,
                "submit": say("Close"),
            }
        return {
            "title": say("Close pick job %(job)s short?") % named,
            "lead": self._short() % named,
            "submit": say("Close short"),
            "submit_class": "btn-danger",
            "dismiss": say("Go on picking"),
        }

    def _short(self) -> str:
        if not self.picked:
            return say(
                "Nothing has been picked so far: the job is given up, and its %(units)d units are routed again."
            )
        return say(
            "%(picked)d of %(units)d units were picked. What is missing leaves the books, and nobody looks for it "
            "elsewhere. This cannot be undone. To have it looked for, finish picking instead."
        )


class ResetView(PickJobDialog):
    action = PickAction.RESET
    said = _("Pick job %(job)s is open again.")

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        lead = ngettext(
            "It is to be started anew. That %(count)d unit was picked is forgotten: put it back first.",
            "It is to be started anew. That %(count)d units were picked is forgotten: put them back first.",
            self.picked,
        )
        return {
            "title": say("Reset pick job %(job)s?") % {"job": self.job.short_id},
            "lead": lead % {"count": self.picked} if self.picked else say("It is to be started anew."),
            "submit": say("Reset"),
        }


class AbortView(PickJobDialog):
    """The facility cannot pick it (P1)."""

    action = PickAction.ABORT
    said = _("Pick job %(job)s was given up. Its units are routed again.")

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Give up pick job %(job)s?") % {"job": self.job.short_id},
            "lead": ngettext(
                "%(count)d unit is routed again, here or elsewhere. What was picked has to go back to its place.",
                "%(count)d units are routed again, here or elsewhere. What was picked has to go back to its place.",
                self.units,
            )
            % {"count": self.units},
            "submit": say("Give up"),
            "submit_class": "btn-danger",
            "dismiss": say("Keep it"),
        }


class CancelView(PickJobDialog):
    """Nobody is to pick it any more (P1)."""

    action = PickAction.CANCEL
    said = _("Pick job %(job)s was cancelled, and its units with it.")

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Cancel pick job %(job)s?") % {"job": self.job.short_id},
            "lead": ngettext(
                "%(count)d unit will not be delivered. What is reserved for it goes to others; this cannot be undone.",
                "%(count)d units will not be delivered. What is reserved for them goes to others; this cannot be "
                "undone.",
                self.units,
            )
            % {"count": self.units},
            "submit": say("Cancel the pick job"),
            "submit_class": "btn-danger",
            "dismiss": say("Keep it"),
        }


class RestowView(PickJobDialog):
    """What had been picked was put back."""

    action = PickAction.RESTOW
    said = _("Pick job %(job)s is restowed.")

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Was pick job %(job)s restowed?") % {"job": self.job.short_id},
            "lead": say("Say so when everything that had been picked is back in its place."),
            "submit": say("It is back"),
        }


class PickView(Screen):
    """Made for a phone: how much was found of each line. Saved counts are kept until the job is finished.

    Who finishes with less than was ordered is asked first, with the number.
    """

    permissions: ClassVar[dict[str, str]] = {"*": PICK}
    template_name = "orders/pick.html"

    @cached_property
    def job(self) -> PickJob:
        jobs = PickJob.objects.with_line_items().select_related("facility")
        job: PickJob = get_object_or_404(jobs, pk=self.kwargs["pk"])
        return job

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        units = sum(line.quantity for line in self.job.line_items)
        return super().get_context_data(
            **{
                "job": self.job,
                "status": PickJobStatus(self.job.status),
                "form": PickForm(job=self.job),
                "due": due_words(self.job, now) if self.job.target_time or self.job.not_before else "",
                "units": units,
                "offers": [offer for offer in offers(self.job, now) if offer.acts],
                **kwargs,
            }
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = PickForm(request.POST, job=self.job)
        finishes = "finish" in request.POST or "short" in request.POST
        if not form.is_valid():
            return self._again(form, status=422)
        if finishes and form.missing and "short" not in request.POST:
            return self._again(form, missing=form.missing)
        try:
            job = self._report(form, finishes)
        except VersionConflict:
            again = say("Load this page again to see what it is now; what you counted is still shown here.")
            return self._again(form, status=409, problem=f"{conflict_about(self.job.pk).said} {again}")
        except DomainError as error:
            return self._again(form, status=error.status, problem=error.said)
        if not finishes:
            messages.success(request, say("Saved. You can go on at any time."))
            return redirect("pick-job-pick", pk=job.pk)
        messages.success(request, say("Pick job %(job)s is picked.") % {"job": job.short_id})
        return redirect("pick-job", pk=job.pk)

    def _report(self, form: PickForm, finishes: bool) -> PickJob:
        return change_pick_job(
            pick_job_id=self.job.pk,
            version=form.cleaned_data["version"],
            steps=(Step((PickAction.PICK,), form.reports(done=finishes)),),
        )

    def _again(self, form: PickForm, *, status: int = 200, **context: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form, **context), status=status)
