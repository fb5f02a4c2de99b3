"""`manage.py render`: one task from the command line, by the same form, verbs and runner as the page."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError
from tqdm import tqdm

from projects import actions, progress
from projects.actions import Refused
from projects.management import asking, results
from projects.models import Asset, Order, Step
from projects.runner import once
from projects.states import Phase, Status

FAILED, REFUSED = 1, 2
USAGE = """manage.py render TASK --input [ROLE=]PATH|asset:ID|step:ID … --set CONTROL=VALUE … --out PATH

Exit 0: done. 1: the step failed. 2: refused, nothing was made."""


class Command(BaseCommand):
    """Renders one task and copies its result."""

    help = USAGE
    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return a parser whose errors are one sentence; the usage stands in the help."""
        return super().create_parser(
            prog_name,
            subcommand,
            usage=argparse.SUPPRESS,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            **kwargs,
        )

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the arguments."""
        parser.add_argument("task", help="a task's name, such as animate-product")
        many = partial(parser.add_argument, nargs="+", action="extend", default=[])
        many("--input", metavar="[ROLE=]PATH|asset:ID|step:ID")
        many("--set", metavar="CONTROL=VALUE")
        parser.add_argument("--engine", default="", help="without one: the free one that can")
        parser.add_argument(
            "--people", default="", help="who can be recognised: none, adults, minors, unsure"
        )
        parser.add_argument(
            "--consent", action="store_true", help="confirm that they agreed; kept for the project"
        )
        parser.add_argument("--out", required=True, type=Path, help="where the result goes")
        parser.add_argument("--json", action="store_true", help="print one object about the step")
        parser.add_argument("--user", default="", help="who asks; without one: the first superuser")
        parser.add_argument(
            "--project", default="", help=f"number or name; without one: “{asking.OWN_PROJECT}”"
        )
        parser.add_argument("--stop", default="", metavar="STAGE", help="end the plan after this stage")

    def handle(self, **options: Any) -> None:
        """Render, or end with a sentence and its exit code."""
        try:
            results.require_room_for(options["out"])
            user = asking.user_named(options["user"])
            order = asking.ordered(user, options, _me())
        except Refused as error:
            self._end(error.sentence, REFUSED)
        except PermissionDenied as error:
            self._end(str(error), REFUSED)
        except DatabaseError as error:
            self._end(
                f"The database says “{error}”. Run `manage.py migrate`, then `manage.py doctor`.", REFUSED
            )
        self._drive(user, order)
        step = results.delivered_step(order)
        facts = results.facts_of(step)
        if step.output is not None and step.status == Status.SUCCEEDED:
            facts["path"] = str(self._delivered(step, step.output, options["out"]))
        if options["json"]:
            self.stdout.write(json.dumps(facts))
        if step.status != Status.SUCCEEDED:
            self._end(results.why(step), FAILED)
        if not options["json"]:
            self.stdout.write(results.done(facts))

    def _drive(self, user: User, order: Order) -> None:
        with Bar(shown=sys.stderr.isatty()) as bar:
            try:
                asyncio.run(once.run(order, _me(), bar))
            except KeyboardInterrupt:
                for step in order.steps.select_related("project"):
                    actions.steps.cancel(user, step)

    def _delivered(self, step: Step, output: Asset, out: Path) -> Path:
        try:
            return results.delivered(step, output, out)
        except OSError as error:
            self._end(f"{out} cannot be written: {error.strerror}. The result is asset:{output.pk}.", FAILED)

    def _end(self, sentence: str, code: int) -> NoReturn:
        self.stderr.write(sentence)
        sys.exit(code)


class Bar(progress.Book):
    """Notes progress like every runner, and draws it on a terminal."""

    def __init__(self, *, shown: bool) -> None:
        super().__init__()
        self._bar = tqdm(
            total=100,
            disable=not shown,
            leave=False,
            file=sys.stderr,
            bar_format="{desc:<11} {bar} {percentage:3.0f} %",
        )

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *reason: object) -> None:
        self._bar.close()

    async def report(self, step: Step, claim: UUID, phase: Phase, share: float | None, note: str) -> None:
        """Draw the phase and its share, then note them."""
        self._bar.set_description_str(phase.value, refresh=False)
        if share is not None:
            self._bar.n = round(100 * share)
        self._bar.refresh()
        await super().report(step, claim, phase, share, note)


def _me() -> str:
    """Return this process's name in the claim of its steps."""
    return f"render-{settings.BOOT_ID}"
