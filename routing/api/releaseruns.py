from __future__ import annotations

from typing import Any

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import operation
from backoffice.core.api.values import instant
from backoffice.core.api.views import ApiView
from inventory.models import Article
from routing.api.answers import ReleaseRunSerializer, ReleaseRunSummarySerializer
from routing.models import ReleaseRun

TAG = "Waiting room"


def render_summary(run: ReleaseRun) -> dict[str, Any]:
    return {
        "id": str(run.id),
        "started": instant(run.started),
        "finished": instant(run.finished),
        "durationMs": round(run.seconds * 1000, 3),
        "causes": run.causes,
        "articleCount": len(run.articles),
        "considered": run.considered,
        "released": run.released,
        "stillWaiting": run.still_waiting,
        "backedUnits": run.backed_units,
    }


def render_release_run(run: ReleaseRun) -> dict[str, Any]:
    """With the articles that it was woken for, as far as they still exist."""
    articles = Article.objects.filter(id__in=run.articles).order_by("tenant_article_id")
    names = list(articles.values_list("tenant_article_id", flat=True))
    return {**render_summary(run), "tenantArticleIds": names}


class ReleaseRunsView(ApiView):
    permissions = {"GET": "routing.view"}

    @operation(
        "List release runs: what woke the waiting room, and what came of it",
        operation_id="getReleaseRuns",
        page=("releaseRuns", ReleaseRunSummarySerializer),
        errors=(400, 401, 403),
        tag=TAG,
    )
    def get(self, request: Request) -> Response:
        return page_of(ReleaseRun.objects.all(), request, "releaseRuns", render_summary)


class ReleaseRunView(ApiView):
    permissions = {"GET": "routing.view"}

    @operation(
        "Read a release run",
        operation_id="getReleaseRun",
        answer=ReleaseRunSerializer,
        errors=(401, 403, 404),
        tag=TAG,
    )
    def get(self, request: Request, id: str) -> Response:
        return Response(render_release_run(self.get_or_404(ReleaseRun.objects.all(), id)))


urlpatterns = [
    path("releaseruns", ReleaseRunsView.as_view(), name="release-runs"),
    path("releaseruns/<str:id>", ReleaseRunView.as_view(), name="release-run"),
]
