"""Recorded lives: logs and exports of many formats, read into sightings; one small reader a format, found by content.

Nothing here decides whether a state exists or what it means, knows a state's name, opens a file, or raises for what a file holds:
what cannot be read is a value.
"""

from jobstates.reading.reader import FORMATS, read
from jobstates.reading.sighting import Found, Sighting, Unreadable
from jobstates.reading.vocabulary import Vocabulary

__all__ = ["FORMATS", "Found", "Sighting", "Unreadable", "Vocabulary", "read"]
