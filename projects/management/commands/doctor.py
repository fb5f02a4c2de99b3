"""`manage.py doctor`: looks at what the studio stands on, and says in a sentence what is wrong and what helps."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand

from projects.management import health, providers
from projects.models import sealed


class Command(BaseCommand):
    """Prints one line for each part; the exit code is 1 when something is wrong."""

    help = "Look at codecs, fonts, disk, data folder, database, clock, addresses, engines, keys and models."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the arguments."""
        one = parser.add_mutually_exclusive_group()
        one.add_argument("--models", action="store_true", help="compare the models with the providers' lists")
        one.add_argument("--new-key", action="store_true", help="print a key for FIELD_ENCRYPTION_KEYS")

    def handle(self, **options: Any) -> None:
        """Look at every part, also after one that is at fault; or do the one thing that was asked for."""
        if options["new_key"]:
            self.stdout.write(sealed.new_key())
            return
        if options["models"]:
            said = providers.listed()
            for note in said.notes:
                self.stdout.write(f"note   models: {note}")
            faulty = self._say("models", said.faults)
        else:
            faulty = sum(self._say(part, look()) for part, look in health.PARTS.items()) > 0
        if faulty:
            sys.exit(1)

    def _say(self, part: str, faults: Iterable[str]) -> bool:
        """Print the faults of a part, or that it is well; return whether there are any."""
        said = [f"{self.style.ERROR('fault')}  {part}: {fault}" for fault in faults]
        for line in said or [f"{self.style.SUCCESS('ok')}     {part}"]:
            self.stdout.write(line)
        return bool(said)
