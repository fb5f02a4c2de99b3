"""Benchmarks: ratios measured side by side in one run, because machines differ and are shared.

`python -m tests.bench quick` (a minute) or `full`; one scenario a file, each with NAME and `run(mode)`. A row fails
only where its goal is one that this machine can judge now: counts, bytes and CPU always, wall only while others
leave it three quarters of the cores.
"""
