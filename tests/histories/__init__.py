"""Histories of real jobs that their owners published: ids, states and times, and where they stand."""
