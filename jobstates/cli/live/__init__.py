"""What the commands about real jobs do. Loaded when one of them runs: the others and the help need none of it.

Nothing here decides what a look means or when to look: that is the watcher's. Here is what people and programs see of it.
"""
