from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand

from backoffice.core import catalogues


class Command(BaseCommand):
    help = "Compiles the catalogues of texts that changed; gettext's own programs are not needed."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if done := catalogues.compile_stale():
            self.stdout.write(f"Compiled the texts in: {', '.join(done)}")
