"""`manage.py begin`: the first start. Makes who signs in and a sample project whose steps the studio then works on.

It does all of it or nothing, and only once: a studio that has an operator is left as it is.
"""

from __future__ import annotations

import os
import secrets
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from django.db import transaction

from projects import actions
from projects.management import sample

NAME = "admin"


class Command(BaseCommand):
    """Makes the first operator, a team and the sample project, and says where to go."""

    help = "Make the first user, a team and a sample project; a second call changes nothing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the arguments."""
        parser.add_argument("--no-sample", action="store_true", help="make no sample project")

    def handle(self, **options: Any) -> None:
        """Begin, or only say where the studio is."""
        operator = User.objects.filter(is_superuser=True).order_by("pk").first()
        if operator is not None:
            self.stdout.write(f"Studio: {_address()}  Sign in as {operator.username}.")
            return
        chosen = os.environ.get("STUDIO_ADMIN_PASSWORD", "")
        password = chosen or secrets.token_urlsafe(12)
        if not options["no_sample"]:
            self.stdout.write("First start: the sample project is being made.")
        _begin(password, with_sample=not options["no_sample"])
        said = "the password of STUDIO_ADMIN_PASSWORD" if chosen else f"password {password}"
        self.stdout.write(f"Studio: {_address()}  Sign in as {NAME}, {said}. It is not shown again.")


@transaction.atomic
def _begin(password: str, *, with_sample: bool) -> None:
    operator = User.objects.create_superuser(NAME, password=password)
    team = actions.projects.found_team(operator, "Studio")
    if with_sample:
        sample.make(operator, team)


def _address() -> str:
    host = os.environ.get("HOST") or "127.0.0.1"
    reached = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - compared, not bound
    return settings.PUBLIC_URL or f"http://{reached}:{os.environ.get('PORT') or 8000}/"
