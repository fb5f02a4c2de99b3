"""The Django project: configuration and wiring only."""
