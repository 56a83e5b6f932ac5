from backoffice.core.models.base import AppendOnly, Versioned, VersionedQuerySet, uuid7
from backoffice.core.models.event import DomainEvent
from backoffice.core.models.heartbeat import WorkerHeartbeat
from backoffice.core.models.idempotency import KeptAnswer
from backoffice.core.models.importfile import ImportBatch, ImportFile, ImportPart, ImportState
from backoffice.core.models.job import (
    JOB_LIFECYCLE,
    BackgroundJob,
    JobItem,
    JobItemStatus,
    JobStatus,
)
from backoffice.core.models.listview import ListPreference, SavedView
from backoffice.core.models.session import BrowserSession
from backoffice.core.models.token import ApiToken
from backoffice.core.models.user import User
from backoffice.core.models.webhook import DeliveryStatus, Subscription, WebhookDelivery

__all__ = [
    "JOB_LIFECYCLE",
    "ApiToken",
    "AppendOnly",
    "BackgroundJob",
    "BrowserSession",
    "DeliveryStatus",
    "DomainEvent",
    "ImportBatch",
    "ImportFile",
    "ImportPart",
    "ImportState",
    "JobItem",
    "JobItemStatus",
    "JobStatus",
    "KeptAnswer",
    "ListPreference",
    "SavedView",
    "Subscription",
    "User",
    "Versioned",
    "VersionedQuerySet",
    "WebhookDelivery",
    "WorkerHeartbeat",
    "uuid7",
]
