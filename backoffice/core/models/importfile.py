from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.models.base import Versioned
from backoffice.core.models.job import BackgroundJob
from backoffice.core.statuses import StatusChoices


class ImportState(StatusChoices):
    COMPARING = "COMPARING", _("Being compared"), "blue", "open"
    COMPARED = "COMPARED", _("Waits for your decision"), "amber", "open"
    WRITING = "WRITING", _("Being imported"), "blue", "open"
    DONE = "DONE", _("Imported"), "green", "ended"
    STOPPED = "STOPPED", _("Stopped"), "gray", "ended"


class ImportFile(Versioned):
    """A file that somebody uploaded to be imported.

    ``resource`` says what its rows are (:mod:`backoffice.core.importing`). ``columns`` are the names of its columns in
    their order, empty for those that are left alone, ``headers`` as they stand in the file. ``rows`` are counted
    without the header. One job compares it with what there is, another one writes it.
    """

    private = True

    resource = models.CharField(_("what"), max_length=32)
    name = models.CharField(_("file"), max_length=255)
    size = models.PositiveBigIntegerField(_("bytes"))
    encoding = models.CharField(_("encoding"), max_length=16)
    delimiter = models.CharField(_("separator"), max_length=1)
    columns = models.JSONField(default=list)
    headers = models.JSONField(default=list)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    actor = models.CharField(_("actor"), max_length=255)
    actor_id = models.UUIDField(null=True, blank=True, editable=False)
    comparing = models.ForeignKey(
        BackgroundJob, on_delete=models.PROTECT, null=True, related_name="files_compared"
    )
    writing = models.ForeignKey(
        BackgroundJob, on_delete=models.PROTECT, null=True, related_name="files_written"
    )
    together = models.BooleanField(_("all or nothing"), default=False)

    class Meta(Versioned.Meta):
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.name

    @property
    def job(self) -> BackgroundJob | None:
        """The one that it is about now."""
        return self.writing or self.comparing

    @property
    def state(self) -> ImportState:
        job = self.job
        if job is None or not job.ended:
            return ImportState.WRITING if self.writing else ImportState.COMPARING
        if job.status == "STOPPED":
            return ImportState.STOPPED
        return ImportState.DONE if self.writing else ImportState.COMPARED


class ImportPart(models.Model):
    """A piece of the file as it came, compressed."""

    private = True

    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="parts")
    data = models.BinaryField()

    class Meta:
        ordering = ("id",)
        verbose_name = _("part of an import's file")
        verbose_name_plural = _("parts of imports' files")

    def __str__(self) -> str:
        return say("part %(id)s of %(file_id)s") % {"id": self.pk, "file_id": self.file_id}


class ImportBatch(models.Model):
    """Some rows of the file, which are compared and written together; records are never cut in two.

    ``content`` is a list of ``[row, cells, problem]``; rows are numbered as spreadsheets do, the header is 1. With
    ``verdicts`` each record says what it would do, with ``outcomes`` those that were to be written what became of them:
    ``[row, code, problems]``. ``compared`` and ``written`` count records.
    """

    private = True

    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="batches", db_index=False)
    first_row = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    content = models.JSONField(default=list)
    verdicts = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    outcomes = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    written = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("id",)
        verbose_name = _("rows of an import")
        verbose_name_plural = _("rows of imports")
        indexes = (models.Index(fields=("file", "id"), name="import_batch_in_order"),)

    def __str__(self) -> str:
        return say("rows %(first_row)s… of %(file_id)s") % {
            "first_row": self.first_row,
            "file_id": self.file_id,
        }
