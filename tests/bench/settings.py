"""The studio's settings with the runner of scenario A."""

from studio.settings import *  # noqa: F403

EMBEDDED_RUNNER = "tests.bench.watched"
