"""What the fork server imports once, so that a child is ready in milliseconds."""

import os

# A thread for each core would take address space from every child's limit; the arrays here are small.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import projects.media.intake  # noqa: F401 - imported to be in memory when the fork server forks
