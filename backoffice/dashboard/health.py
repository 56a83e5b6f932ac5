"""Is the process alive, is everything behind it, and how is it doing: for load balancers, operators and Prometheus."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView

from backoffice.core import readiness
from backoffice.core.models import WorkerHeartbeat
from backoffice.core.readiness import Finding


@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is looked at."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 if every readiness check is well, else 503; the body lists them."""
    findings = readiness.examine()
    well = all(finding.ok for finding in findings)
    return JsonResponse(
        {
            "status": "ready" if well else "not ready",
            "checks": [{"name": f.name, "ok": f.ok, "detail": f.detail} for f in findings],
        },
        status=200 if well else 503,
    )


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format. With ``METRICS_TOKEN`` set, only for who sends it as a bearer token."""
    expected = settings.METRICS_TOKEN
    if expected and not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {expected}"):
        return HttpResponse("The metrics token is needed.\n", status=401, content_type="text/plain")
    return ExportToDjangoView(request)


def database() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return Finding(ok=True, detail=connection.vendor)


_migrated = False


def migrations() -> Finding:
    """Once every migration is there it stays, so that this is looked up until then only."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        if missing:
            return Finding(ok=False, detail=f"{missing} to apply: run manage.py migrate")
        _migrated = True
    return Finding(ok=True)


def broker() -> Finding:
    """Whether a nudge could be sent now. Files need their folder; a server needs to answer within its timeouts."""
    if settings.EMBEDDED:
        folder = Path(str(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"]))
        return Finding(ok=folder.is_dir(), detail="files")
    with current_app.connection_for_write() as broker_connection:
        broker_connection.ensure_connection(max_retries=1, timeout=2)
    return Finding(ok=True)


def worker() -> Finding:
    """Whether some worker was alive three beats ago or later."""
    seen_at = WorkerHeartbeat.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()
    if seen_at is None:
        return Finding(ok=False, detail="no worker was ever seen")
    age = timezone.now() - seen_at
    limit = timedelta(seconds=3 * settings.ANTEROOM_HEARTBEAT_SECONDS)
    return Finding(ok=age <= limit, detail=f"last seen {age.total_seconds():.0f} s ago")


def register() -> None:
    readiness.register(
        "database",
        database,
        remedy="Start the database, and see that DATABASE_URL names it with a user and password that it accepts.",
    )
    readiness.register(
        "migrations", migrations, remedy="Run manage.py migrate, with a backup at hand (docs/operations.md)."
    )
    readiness.register(
        "broker",
        broker,
        remedy="Start Redis and see that BROKER_URL names it. Until then nothing is lost: the sweep finds what "
        "is to be done.",
    )
    readiness.register(
        "worker",
        worker,
        remedy="Start a worker: celery --app backoffice worker. Until then orders are kept, and none is routed or "
        "released.",
    )
