"""Callbacks, coroutines and iterators: what is delivered, to whom, and in which order."""
