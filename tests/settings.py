"""The studio's settings, on a data folder of the test run's own and with quick clocks."""

import logging
import os
import sys
import tempfile
from pathlib import Path

import certifi

_DATA = Path(tempfile.mkdtemp(prefix="studio-tests-"))
os.environ["STUDIO_DATA_DIR"] = str(_DATA)
# The folder of the first process: its workers inherit the name.
os.environ.setdefault("TESTS_SHARED_DIR", str(_DATA))
# Every worker, server and child reads the same modules: compiling them once is a quarter of a minute less.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Nothing here goes out to the world. A client of the SDK loads its authorities anew, and one loads sooner than 140.
_first, _end, _ = Path(certifi.where()).read_text().partition("-----END CERTIFICATE-----\n")
(_DATA / "authority.pem").write_text(_first + _end)
os.environ["SSL_CERT_FILE"] = str(_DATA / "authority.pem")
# Quicker ones cost more than they save: a step under way is read again every half second of this clock.
os.environ.setdefault("STUDIO_CLOCK_SCALE", "0.05")
os.environ.setdefault("STUDIO_LEAST_FREE_BYTES", "1000000")

from studio.settings import *  # noqa: E402, F403 - the environment comes first

# Names with a hash need a collected folder; the browser tests collect one and serve it.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
# Their strength is Django's own to test.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A pool would hold connections of threads that have ended, and a test database in use cannot be dropped.
DATABASES["default"]["OPTIONS"].pop("pool", None)  # noqa: F405
# The emulator writes a line for each request, from a thread that may outlive a test's captured output.
logging.getLogger("tests.emulator").setLevel(logging.WARNING)
