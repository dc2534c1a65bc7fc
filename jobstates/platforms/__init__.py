"""The platforms: one file each, declarations only, so that a reviewer can hold the file beside the vendor's page.

Platforms are found through the entry-point group ``jobstates.platforms``, our own and those of other packages alike. Nothing
outside this room names one.
"""

from jobstates.platforms.registry import Broken, Registry, platforms, registry

__all__ = ["Broken", "Registry", "platforms", "registry"]
