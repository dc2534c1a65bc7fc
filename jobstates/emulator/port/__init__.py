"""One listening port for everything a client of the job services may speak: gRPC, HTTP/1.1, both over TLS, and CONNECT.

Bytes come in, a ``Reply`` or ``WebReply`` goes out: no method, message or job is known here, and nothing is written to disk.
Whatever a client does, it does to its own connection only.
"""

from jobstates.emulator.port.certificates import Authority, service_account
from jobstates.emulator.port.listening import Port

__all__ = ["Authority", "Port", "service_account"]
