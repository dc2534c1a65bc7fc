"""Tests of the command ``jobstates``: its own ``main`` in this process, or a process where streams or terminals matter."""
