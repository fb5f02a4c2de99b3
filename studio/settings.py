"""Every setting of the studio, read from the environment. Nothing is required in development.

*Production* is a `PUBLIC_URL` that starts with https.
"""

from __future__ import annotations

import os
import secrets
from decimal import Decimal, InvalidOperation
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from studio.kept import kept

django_stubs_ext.monkeypatch()


def env(name: str, default: str = "") -> str:
    """Return a variable of the environment, without spaces around it."""
    return os.environ.get(name, default).strip()


def flag(name: str) -> bool:
    """Return whether a variable says yes."""
    return env(name).lower() in {"1", "true", "yes", "on"}


def listed(name: str) -> list[str]:
    """Return the comma-separated words of a variable."""
    return [word.strip() for word in env(name).split(",") if word.strip()]


def usd(name: str, default: str) -> Decimal:
    """Return an amount of US dollars from the environment; a row holds six digits before the point."""
    try:
        if 0 <= (amount := Decimal(env(name) or default)) < 1_000_000:
            return amount
    except InvalidOperation:
        pass
    raise ImproperlyConfigured(f"{name} has to be an amount from 0 to 999999, such as 50 or 49.90.")


def provider_address(name: str) -> str:
    """Return a provider's address from the environment; plain http is taken on this machine only."""
    address = env(name).rstrip("/")
    url = urlsplit(address)
    if address and url.scheme != "https" and url.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise ImproperlyConfigured(f"{name} has to start with https. Plain http is taken for 127.0.0.1 only.")
    return address


BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env("STUDIO_DATA_DIR") or BASE_DIR / "var").resolve()
DEBUG = flag("DEBUG")
PUBLIC_URL = env("PUBLIC_URL").rstrip("/")
PRODUCTION = PUBLIC_URL.startswith("https://")

SECRET_KEY = env("SECRET_KEY")
ALLOWED_HOSTS = listed("ALLOWED_HOSTS")
if PRODUCTION and not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is missing. Set it to 50 or more random characters and start again."
    )
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS is missing. Set it to the host names of this site and start again."
    )
SECRET_KEY = SECRET_KEY or kept(DATA_DIR / "secret-key", get_random_secret_key)
ALLOWED_HOSTS = ALLOWED_HOSTS or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = listed("CSRF_TRUSTED_ORIGINS") or ([PUBLIC_URL] if PRODUCTION else [])

INSTALLED_APPS = [
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "django_htmx",
    "template_partials",
    "projects",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "studio.middleware.headers",
    "studio.middleware.GzipPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "studio.middleware.gate_cookie",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "studio.middleware.sign_in_again",
]
ROOT_URLCONF = "studio.urls"
ASGI_APPLICATION = "studio.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "projects.views.context.page",
            ],
            "builtins": ["template_partials.templatetags.partials"],
        },
    }
]

# --- rows -----------------------------------------------------------------------------------------------------
DATABASE_URL = env("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'studio.sqlite3'}"
DATABASES = {"default": dj_database_url.parse(DATABASE_URL)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A connection takes longer to open than most questions; a minute later it would see a file that was put back.
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    # IMMEDIATE: a transaction that will write takes its lock first, so that two writers wait and never fail.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON",
    }
else:
    DATABASES["default"]["OPTIONS"] = {
        "options": "-c statement_timeout=15000 -c idle_in_transaction_session_timeout=30000",
        "pool": {"min_size": 1, "max_size": 8},
    }
REDIS_URL = env("REDIS_URL")
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL]},
    }
    if REDIS_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# --- files ----------------------------------------------------------------------------------------------------
MEDIA_DIR = DATA_DIR / "media"
WORK_DIR = DATA_DIR / "work"
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "tmp"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FILES = 50
MEDIA_CAPS = {
    name.removeprefix("STUDIO_MAX_").lower(): int(value)
    for name, value in os.environ.items()
    if name.startswith("STUDIO_MAX_")
}
"""Lower caps than the studio's own, such as STUDIO_MAX_IMAGE_PIXELS; named as in `media.probe.facts.Caps`."""
LEAST_FREE_BYTES = int(env("STUDIO_LEAST_FREE_BYTES") or 500_000_000)
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": MEDIA_DIR}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 31_536_000

TRASH_DAYS = int(env("STUDIO_TRASH_DAYS") or 30)
"""After so many days in the trash a thing is deleted for good, at the providers too."""

# --- people and pages -----------------------------------------------------------------------------------------
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "projects:home"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LANGUAGE_CODE = "en"
TIME_ZONE = env("TZ") or "UTC"
USE_TZ = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "projects.views.errors.csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = PRODUCTION
if PRODUCTION:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_REDIRECT_EXEMPT = [r"^healthz"]
# W005, W021: sub-domains and preloading are the operator's to decide, see DECISIONS.md.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
TRUSTED_PROXY_COUNT = int(env("TRUSTED_PROXY_COUNT") or 0)

# --- running --------------------------------------------------------------------------------------------------
RUNNER = env("RUNNER") or "embedded"
CLOCK_SCALE = float(env("STUDIO_CLOCK_SCALE") or 1)
"""Every limit and interval of the runner is multiplied by this; tests run with a hundredth."""
RUNNING_STEPS = int(env("STUDIO_RUNNING_STEPS") or 4)
PAID_STEPS = int(env("STUDIO_PAID_STEPS") or max(16, RUNNING_STEPS))
"""Steps that wait for a provider: they take no turn from those that work here."""
BOOT_ID = secrets.token_hex(8)

# --- providers ------------------------------------------------------------------------------------------------
GEMINI_API_KEY = env("GEMINI_API_KEY")
GOOGLE_GENAI_USE_VERTEXAI = flag("GOOGLE_GENAI_USE_VERTEXAI")
GOOGLE_CLOUD_PROJECT = env("GOOGLE_CLOUD_PROJECT")
GOOGLE_CLOUD_LOCATION = env("GOOGLE_CLOUD_LOCATION") or "global"
GEMINI_BASE_URL = provider_address("GEMINI_BASE_URL")
OPENROUTER_API_KEY = env("OPENROUTER_API_KEY")
OPENROUTER_BASE_URL = provider_address("OPENROUTER_BASE_URL")
FIELD_ENCRYPTION_KEYS = listed("FIELD_ENCRYPTION_KEYS")
WEBHOOK_SECRET, WEBHOOK_JWKS_URL = env("WEBHOOK_SECRET"), provider_address("WEBHOOK_JWKS_URL")
if env("GOOGLE_GENAI_DEBUG"):
    raise ImproperlyConfigured(
        "GOOGLE_GENAI_DEBUG writes keys and media to the log. Remove it and start again."
    )

# --- money (US dollars) -------------------------------------------------------------------------------------------
TEAM_BUDGET_USD = usd("STUDIO_TEAM_BUDGET_USD", "50")
"""What a team may spend in a month until somebody sets its budget."""
ATTEMPT_MOST_USD = usd("STUDIO_ATTEMPT_MOST_USD", "10")
CONFIRM_ABOVE_USD = usd("STUDIO_CONFIRM_ABOVE_USD", "20")
"""An order above this waits for a producer."""

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL") or "INFO"},
    "loggers": {
        "httpx2": {"level": "WARNING"},
        "google_genai": {"level": "WARNING"},
        "django.channels.server": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
    },
}
