from backoffice.core.models.base import AppendOnly, Versioned, VersionedQuerySet, uuid7
from backoffice.core.models.event import DomainEvent
from backoffice.core.models.heartbeat import WorkerHeartbeat
from backoffice.core.models.token import ApiToken
from backoffice.core.models.user import User

__all__ = [
    "ApiToken",
    "AppendOnly",
    "DomainEvent",
    "User",
    "Versioned",
    "VersionedQuerySet",
    "WorkerHeartbeat",
    "uuid7",
]
