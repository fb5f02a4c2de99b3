"""The words for a provider, from a wish: pure functions."""
