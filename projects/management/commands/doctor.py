"""`manage.py doctor`: looks at what the studio stands on, and says in a sentence what is wrong and what helps."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from projects.management import health


class Command(BaseCommand):
    """Prints one line for each part; the exit code is 1 when something is wrong."""

    help = "Look at codecs, fonts, disk, data folder, database, clock, addresses and engines."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        """Look at every part, also after one that is at fault."""
        faulty = 0
        for part, look in health.PARTS.items():
            faults = look()
            faulty += bool(faults)
            for fault in faults:
                self.stdout.write(f"{self.style.ERROR('fault')}  {part}: {fault}")
            if not faults:
                self.stdout.write(f"{self.style.SUCCESS('ok')}     {part}")
        if faulty:
            sys.exit(1)
