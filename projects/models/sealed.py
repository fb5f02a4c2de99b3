"""Secrets at rest: sealed with the operator's keys, opened only on the way to a provider."""

from __future__ import annotations

from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from studio.kept import kept


class NoKey(Exception):
    """Secrets cannot be kept, or not opened any more; the sentence says what to set."""


def seal(secret: str) -> str:
    """Return a secret as it is stored. Raises NoKey in production without FIELD_ENCRYPTION_KEYS."""
    return _box().encrypt(secret.encode()).decode()


def opened(token: str) -> str:
    """Return the secret of a stored token. Raises NoKey when no key of today opens it."""
    try:
        return _box().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise NoKey(
            "The stored key cannot be opened with FIELD_ENCRYPTION_KEYS. Set the key that it was saved with, first or "
            "last, or save the provider's key again."
        ) from error


def _box() -> MultiFernet:
    keys = settings.FIELD_ENCRYPTION_KEYS
    if not keys and settings.PRODUCTION:
        raise NoKey(
            "Keys cannot be saved: FIELD_ENCRYPTION_KEYS is missing. The operator runs `manage.py doctor --new-key` "
            "and sets what it prints."
        )
    try:
        return MultiFernet([Fernet(key) for key in keys or [_own()]])
    except ValueError as error:
        raise NoKey(
            "FIELD_ENCRYPTION_KEYS holds a word that is no key. Run `manage.py doctor --new-key`."
        ) from error


def new_key() -> str:
    """Return a fresh key for FIELD_ENCRYPTION_KEYS."""
    return Fernet.generate_key().decode()


def _own() -> str:
    """Return the development key in the data folder."""
    return kept(Path(settings.DATA_DIR) / "field-key", new_key)
