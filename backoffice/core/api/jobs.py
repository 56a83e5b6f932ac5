# ruff: noqa: N815 - fields are named as in JSON
"""Background jobs: how far they are, and what came of each item (M5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.access import may, require
from backoffice.core.api.naming import named
from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import SIZE, ErrorSerializer, operation, query
from backoffice.core.api.serializers import StrictSerializer, VersionField
from backoffice.core.api.values import instant
from backoffice.core.api.views import ApiView
from backoffice.core.filters import ManyFilter, filtered
from backoffice.core.jobs import kind_of, known_kinds
from backoffice.core.models import BackgroundJob, JobItem, JobItemStatus, JobStatus
from backoffice.core.services.jobs import stop_job

TAG = "Background jobs"


class JobResultSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    resourceRef = serializers.CharField(help_text="what it was done with")
    status = serializers.ChoiceField(JobItemStatus.choices)
    outcome = serializers.DictField(required=False, help_text="what came of it, or would have come of it")
    errors = ErrorSerializer(  # type: ignore[assignment]  # a field, as JSON names it
        many=True, required=False, help_text="why it was refused"
    )


class JobSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    version = serializers.IntegerField()
    created = serializers.DateTimeField()
    lastModified = serializers.DateTimeField()
    kind = serializers.CharField()
    arguments = serializers.DictField()
    status = serializers.ChoiceField(JobStatus.choices)
    actor = serializers.CharField()
    total = serializers.IntegerField(help_text="items")
    done = serializers.IntegerField(help_text="items that were worked on, refused ones among them")
    succeeded = serializers.IntegerField()
    failed = serializers.IntegerField()
    started = serializers.DateTimeField(allow_null=True)
    finished = serializers.DateTimeField(allow_null=True)


class JobWithResultsSerializer(JobSerializer):
    results = JobResultSerializer(many=True)


class JobItemFilter(django_filters.FilterSet):
    status = ManyFilter(field_name="status")

    class Meta:
        model = JobItem
        fields = ()


class StopSerializer(StrictSerializer):
    name = serializers.ChoiceField(("STOP",))
    version = VersionField()


ACTIONS: Mapping[str, type[StrictSerializer]] = {"STOP": StopSerializer}


class JobsView(ApiView):
    @operation("List background jobs", page=("jobs", JobSerializer), errors=(400, 401), tag=TAG)
    def get(self, request: Request) -> Response:
        """Those of the kinds that the caller may look at, oldest first."""
        seen = [kind.name for kind in known_kinds() if may(self.principal, kind.view)]
        return page_of(BackgroundJob.objects.filter(kind__in=seen), request, "jobs", render_job)


class JobView(ApiView):
    @operation(
        "Read a background job with its results",
        operation_id="getJob",
        answer=JobWithResultsSerializer,
        parameters=(
            query("status", "of the results", many=True),
            SIZE,
            query("startAfterId", "the id of the last result of the page before"),
        ),
        errors=(400, 401, 403, 404),
        tag=TAG,
    )
    def get(self, request: Request, id: str) -> Response:
        """``results`` are a page of the job's items, in the order in which they are worked on."""
        job = self.get_or_404(BackgroundJob.objects.all(), id)
        require(self.principal, kind_of(job).view)
        items: QuerySet[JobItem] = filtered(JobItemFilter, request.query_params, job.items.all())
        page = page_of(items, request, "results", render_item, default_size=100)
        return Response({**page.data, **render_job(job)})


class JobActionsView(ApiView):
    @operation(
        "Stop a background job",
        operation_id="jobAction",
        request=StopSerializer,
        answer=JobSerializer,
        errors=(400, 401, 403, 404, 409),
        tag=TAG,
    )
    def post(self, request: Request, id: str) -> Response:
        """What has been done stays so; what is pending is left undone."""
        job = self.get_or_404(BackgroundJob.objects.all(), id)
        require(self.principal, kind_of(job).manage)
        given = self.body(named(request.data, ACTIONS, "background jobs"))
        return Response(render_job(stop_job(job_id=job.pk, version=given["version"])))


def render_job(job: BackgroundJob) -> dict[str, Any]:
    return {
        "id": str(job.pk),
        "version": job.version,
        "created": instant(job.created),
        "lastModified": instant(job.last_modified),
        "kind": job.kind,
        "arguments": job.arguments,
        "status": job.status,
        "actor": job.actor,
        "total": job.total,
        "done": job.done,
        "succeeded": job.succeeded,
        "failed": job.failed,
        "started": instant(job.started),
        "finished": instant(job.finished),
    }


def render_item(item: JobItem) -> dict[str, Any]:
    found: dict[str, Any] = {"id": str(item.pk), "resourceRef": item.subject, "status": item.status}
    if item.status == JobItemStatus.SUCCEEDED:
        found["outcome"] = item.result
    elif item.status == JobItemStatus.FAILED:
        found["errors"] = [
            {
                "summary": item.result["summary"],
                "description": problem["message"],
                "code": problem["code"],
                **({"field": problem["field"]} if "field" in problem else {}),
            }
            for problem in item.result["problems"]
        ]
    return found
