"""The studio's settings, on a data folder of the test run's own and with quick clocks."""

import os
import tempfile

os.environ["STUDIO_DATA_DIR"] = tempfile.mkdtemp(prefix="studio-tests-")
os.environ.setdefault("STUDIO_CLOCK_SCALE", "0.02")
os.environ.setdefault("STUDIO_LEAST_FREE_BYTES", "1000000")

from studio.settings import *  # noqa: F403 - the environment comes first

# Names with a hash need a collected folder; the browser tests collect one and serve it.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
# Their strength is Django's own to test.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A pool would hold connections of threads that have ended, and a test database in use cannot be dropped.
DATABASES["default"]["OPTIONS"].pop("pool", None)  # noqa: F405
