"""The services' methods over jobs: create, get, list, cancel and the rest, as the two services document them.

Nothing here knows a socket or a thread: a method is a function of a request and of the jobs as they stand.
"""
