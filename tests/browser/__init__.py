"""The studio in the system's Chromium, against a real server."""
