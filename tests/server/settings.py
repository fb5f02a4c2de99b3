"""Settings for a server process that serves a small ASGI application instead of the studio."""

from __future__ import annotations

import json
import os

from studio.limits import BodyLimits, Deadlines

SECRET_KEY = "known to the tests"
ASGI_APPLICATION = os.environ["SERVED_APPLICATION"]
EMBEDDED_RUNNER = os.environ.get("SERVED_RUNNER")
TRUSTED_PROXY_COUNT = int(os.environ.get("SERVED_PROXIES", "0"))
BODY_LIMITS = BodyLimits(**json.loads(os.environ.get("SERVED_LIMITS", "{}")))
DEADLINES = Deadlines(**json.loads(os.environ.get("SERVED_DEADLINES", "{}")))
USE_TZ = True
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"daphne": {"level": "WARNING"}},
}
