"""The optional parts of this package that a command needs, looked for before anything begins, so that all are named at once."""

from __future__ import annotations

from importlib.util import find_spec

from jobstates.errors import MissingExtra

PACKAGES = {
    "emulator": {"grpc": "grpcio", "h11": "h11", "google.protobuf": "protobuf", "yaml": "PyYAML", "trustme": "trustme"},
    "vertex": {"google.cloud.aiplatform_v1": "google-cloud-aiplatform"},
    "dataflow": {"google.cloud.dataflow_v1beta3": "google-cloud-dataflow-client"},
    "diagrams": {"graphviz": "graphviz"},
}
"""What each brings: the modules, and the packages that they are in."""


def need(*extras: str) -> None:
    """Make sure that extras are installed.

    Raises:
        MissingExtra: when some are not; it names all of them.
    """
    missing = {extra: [package for module, package in PACKAGES[extra].items() if not _there(module)] for extra in extras}
    if any(missing.values()):
        packages = [package for lacking in missing.values() for package in lacking]
        raise MissingExtra(",".join(extra for extra in extras if missing[extra]), *packages)


def _there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # not even what it lies in
        return False
