"""The embedded broker: Celery's filesystem transport, made safe for a reader that looks while a writer writes."""

from __future__ import annotations

import contextlib
import uuid
from pathlib import Path
from queue import Empty
from time import monotonic_ns
from typing import Any

import structlog
from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps

log = structlog.get_logger(__name__)


class Channel(filesystem.Channel):
    """A message appears under its name when it is complete: kombu's own may be taken before it is written, and what it
    then raises ends the worker. One that is unreadable all the same is dropped: the sweep finds its work again.
    """

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]  # so kombu
        folder = Path(self.data_folder_out)
        draft = folder / f"{uuid.uuid4()}.draft"
        try:
            draft.write_text(dumps(payload))
            # The name sorts by age; it is what kombu's reader looks for.
            draft.replace(folder / f"{monotonic_ns():020}_{draft.stem}.{queue}.msg")
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
            raise ChannelError(f"Cannot add a message to {folder}") from error

    def _get(self, queue: str) -> Any:  # type: ignore[override]  # so kombu
        try:
            return super()._get(queue)
        except ValueError as error:
            log.warning("unreadable_message_dropped", queue=queue, error=str(error))
            raise Empty from error


class Transport(filesystem.Transport):
    """Looks up every half second, and not every two, whether its worker is to stop."""

    Channel = Channel
    PATIENCE = 0.5

    def drain_events(  # type: ignore[override]  # so kombu
        self, connection: Any, timeout: float | None = None
    ) -> None:
        super().drain_events(connection, timeout=min(timeout or self.PATIENCE, self.PATIENCE))
