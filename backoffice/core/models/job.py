from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.core.lifecycle import Lifecycle
from backoffice.core.models.base import Versioned
from backoffice.core.statuses import StatusChoices


class JobStatus(StatusChoices):
    PENDING = "PENDING", _("Not begun"), "gray", "open"
    RUNNING = "RUNNING", _("Running"), "blue", "open"
    DONE = "DONE", _("Done"), "green", "ended"
    STOPPED = "STOPPED", _("Stopped"), "amber", "ended"


JOB_LIFECYCLE = Lifecycle(
    "background job",
    {
        JobStatus.PENDING: {JobStatus.RUNNING, JobStatus.STOPPED},
        JobStatus.RUNNING: {JobStatus.DONE, JobStatus.STOPPED},
        JobStatus.DONE: set(),
        JobStatus.STOPPED: set(),
    },
)


class JobItemStatus(StatusChoices):
    PENDING = "PENDING", _("To be done"), "gray", "open"
    SUCCEEDED = "SUCCEEDED", _("Done"), "green", "ended"
    FAILED = "FAILED", _("Refused"), "red", "ended"


class BackgroundJob(Versioned):
    """Something that somebody asked to be done with many things, one after the other, in the background (M5).

    ``kind`` says what is done (see :mod:`backoffice.core.jobs`), with ``arguments`` that are the kind's. ``done`` of
    its ``total`` items have been worked on, ``failed`` of these were refused. ``lease`` is that of the worker that is
    at it: when the worker dies the lease ends, and another one goes on.
    """

    kind = models.CharField(_("kind"), max_length=64)
    arguments = models.JSONField(_("arguments"), default=dict, encoder=DjangoJSONEncoder)
    status = models.CharField(
        _("status"), max_length=16, choices=JobStatus.choices, default=JobStatus.PENDING
    )
    actor = models.CharField(_("actor"), max_length=255)
    actor_id = models.UUIDField(null=True, blank=True, editable=False)
    total = models.PositiveIntegerField(_("items"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)
    failed = models.PositiveIntegerField(_("refused"), default=0)
    started = models.DateTimeField(_("started"), null=True, blank=True)
    finished = models.DateTimeField(_("finished"), null=True, blank=True)
    lease = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(Versioned.Meta):
        verbose_name = _("background job")
        verbose_name_plural = _("background jobs")
        indexes = (
            models.Index(
                fields=("last_modified", "id"),
                name="job_to_be_done",
                condition=Q(status__in=("PENDING", "RUNNING")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def state(self) -> JobStatus:
        return JobStatus(self.status)

    @property
    def ended(self) -> bool:
        return JOB_LIFECYCLE.final(self.status)

    @property
    def succeeded(self) -> int:
        return self.done - self.failed


class JobItem(models.Model):
    """One of the things that a job is about: ``subject`` is its id. ``result`` is what came of it, as the kind tells
    it, or the ``problems`` of a refusal.
    """

    job = models.ForeignKey(BackgroundJob, on_delete=models.CASCADE, related_name="items", db_index=False)
    subject = models.CharField(_("subject"), max_length=255)
    status = models.CharField(
        _("status"), max_length=16, choices=JobItemStatus.choices, default=JobItemStatus.PENDING
    )
    result = models.JSONField(_("result"), default=dict, blank=True, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("item of a job")
        verbose_name_plural = _("items of jobs")
        ordering = ("id",)
        indexes = (models.Index(fields=("job", "status", "id"), name="job_item_by_status"),)

    def __str__(self) -> str:
        return self.subject

    @property
    def state(self) -> JobItemStatus:
        return JobItemStatus(self.status)
