"""Vertex AI and Dataflow behind the port ``Source``, through Google's own clients.

None of Google's types and none of their errors leave here. Nothing is decided
and no call is repeated here.
"""
