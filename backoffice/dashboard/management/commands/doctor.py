from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from backoffice.dashboard.checkup import examine


class Command(BaseCommand):
    """Exit code 0: all is well; 1: something is not, and each finding says what to do (spec 8, "Operations")."""

    help = "Say what is wrong with this installation, and what to do about it."
    requires_system_checks = ()  # they are among what is examined

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = 0
        for finding in examine():
            wrong += not finding.ok
            word = self.style.SUCCESS("well ") if finding.ok else self.style.ERROR("WRONG")
            detail = f": {finding.detail}" if finding.detail else ""
            self.stdout.write(f"{word} {finding.name}{detail}")
            if finding.remedy:
                self.stdout.write(f"      {finding.remedy}")
        if wrong:
            self.stdout.write(f"{wrong} {'thing is' if wrong == 1 else 'things are'} not well.")
            sys.exit(1)
        self.stdout.write("All is well.")
