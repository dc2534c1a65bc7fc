"""Handing messages to whoever subscribed: callbacks, coroutines and iterators, each in order.

Nothing here decides what happened to a job; a subscriber that fails never stops another, nor the tracking.
"""

from jobstates.delivery.filtering import Conditions, Filter, Filters, Message
from jobstates.delivery.hub import Hub
from jobstates.delivery.ledger import Ledger
from jobstates.delivery.stream import EventStream, Overflow
from jobstates.delivery.subscription import Callback, OnError, Subscription

__all__ = [
    "Callback",
    "Conditions",
    "EventStream",
    "Filter",
    "Filters",
    "Hub",
    "Ledger",
    "Message",
    "OnError",
    "Overflow",
    "Subscription",
]
