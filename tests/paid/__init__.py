"""Paid engines against the emulator: through the real SDK, on real rows, with every create counted."""
