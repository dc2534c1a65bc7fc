"""How the emulated jobs live: a job's state is a function of its plan and of a clock.

Nothing here knows a protocol, and reading changes nothing: two looks at the same moment show the same state.
"""
