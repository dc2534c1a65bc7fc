"""What a lifecycle is, and what following a job means.

Nothing here reads a clock, opens a connection or knows the engine that runs a machine.
"""
