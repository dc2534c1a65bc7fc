"""State changes that come by themselves: Dataflow's events, over HTTP or from Pub/Sub.

Nothing is followed or kept here. An event that comes twice, late, or out of order is read the same each time: the service's own
time, which it carries, tells the follower what is new.
"""

from jobstates.watch.push.reading import pushed

__all__ = ["pushed"]
