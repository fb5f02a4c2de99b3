"""Ask the studio for clips as its form does: `python -m tests.bench.orders COUNT`, in a process of its own.

One order to warm up, at once; the others wait for a slot until a line of input comes. Says what CPU they took.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import django

from tests.bench.alone import PROMPT

TASK, ENGINE = "clip-from-text", "omni"
CHOSEN = {"scene": PROMPT, "seconds": 3, "tier": "sketch", "format": "16:9", "sound": ""}


def main(count: int) -> None:
    """Order."""
    from django.contrib.auth.models import User
    from django.db import transaction

    from projects import actions
    from projects.models import Step, Team

    user = User.objects.get(username="admin")
    project = actions.projects.create(user, Team.objects.get(), name="Many clips")
    order(user, project)
    cpu = time.process_time()
    for _ in range(count):
        with transaction.atomic():
            waiting = order(user, project)
            waiting.steps.update(waits_for="slot")
    _say(time.process_time() - cpu)
    sys.stdin.readline()
    Step.objects.filter(waits_for="slot").write(waits_for="")
    _say(0)


def order(user: Any, project: Any) -> Any:
    """Press the button of the paid engine once; return the order."""
    from projects import actions, catalogue
    from projects.actions import market

    task = catalogue.get(TASK)
    controls = {control.name: control.default for control in task.controls} | CHOSEN
    ask = actions.orders.Ask(task, controls, {}, engine=ENGINE, market=market.of(user, project), origin="api")
    return actions.orders.request(user, project, ask)


def _say(cpu: float) -> None:
    sys.stdout.write(f"{json.dumps({'cpu': cpu})}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    django.setup()
    main(int(sys.argv[1]))
