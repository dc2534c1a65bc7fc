"""The only room that knows python-statemachine: how a platform's class is declared, read, and run.

Nothing here names a state, a platform or a vendor.
"""

from jobstates.machine.declaring import SERVICE, arrow
from jobstates.machine.job_machine import Followed, JobMachine
from jobstates.machine.refusing import EventNotAllowed

__all__ = ["SERVICE", "EventNotAllowed", "Followed", "JobMachine", "arrow"]
