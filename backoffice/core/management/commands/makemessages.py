from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand

from backoffice.core import catalogues


class Command(BaseCommand):
    help = (
        "Takes every marked text into the catalogues of all languages, and what is marked no more out of them; "
        "says what is left to translate."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        for language in catalogues.languages():
            missing = catalogues.update(language)
            self.stdout.write(f"{catalogues.source(language)}: {missing} texts are not translated.")
            for problem in catalogues.problems(language):
                self.stdout.write(f"  {problem}")
        catalogues.compile_stale()
