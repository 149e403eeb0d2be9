"""Downloads: the table of remote files, and verified local copies of them.

sources     the table: address, SHA-256, size and licence of every remote file and folder
fetch       from a name to the path of a verified copy
download    the download itself: locks, progress, errors in one line
"""

from scratchgen.data.remote.fetch import cache_folder, is_present, locate, locate_folder, own_folder
from scratchgen.data.remote.sources import RemoteFile, RemoteFolder

__all__ = [
    "RemoteFile",
    "RemoteFolder",
    "cache_folder",
    "is_present",
    "locate",
    "locate_folder",
    "own_folder",
]
