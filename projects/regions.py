"""Countries, and where a rule of the provider depends on them."""

from __future__ import annotations

EEA = frozenset(
    {"AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IS", "IE"}
    | {"IT", "LV", "LI", "LT", "LU", "MT", "NL", "NO", "PL", "PT", "RO", "SK", "SI", "ES", "SE"}
)
LIMITED = EEA | {"CH", "GB"}
"""Where the provider forbids edits of uploaded clips and pictures of minors."""


def is_limited(*countries: str) -> bool:
    """Return whether the stricter of these countries (ISO codes, empty when unknown) is a limited one."""
    return any(country.upper() in LIMITED for country in countries if country)
