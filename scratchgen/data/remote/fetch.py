"""Find a verified local copy of a remote file, downloading it if necessary."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from scratchgen.data.remote import download, sources
from scratchgen.errors import BadInput

FOLDER_VARIABLE = "SCRATCHGEN_DATA"
SUMS = "SHA256SUMS"

Remote = sources.RemoteFile | sources.RemoteFolder


def own_folder() -> Path | None:
    """The folder of data sets named by the environment variable SCRATCHGEN_DATA, or None."""
    folder = os.environ.get(FOLDER_VARIABLE)
    return Path(folder) if folder else None


def locate(set_name: str, file: str) -> Path:
    """The path of a file whose SHA-256 has been checked.

    If SCRATCHGEN_DATA is set, the file is <set>/<file> in that folder; otherwise it is in the download cache,
    to which it is downloaded on first use.   Raises BadInput if it is not available.
    """
    wanted = next(entry for entry in sources.FILES if (entry.set, entry.file) == (set_name, file))
    folder = own_folder()
    return _from_folder(folder, wanted) if folder else _from_cache(wanted)


def locate_folder(set_name: str, name: str) -> Path:
    """The path of a folder of files, each with a checked SHA-256. It is searched for as in `locate`.

    Raises BadInput if the folder is not available, and if a file is missing or damaged.
    """
    wanted = next(entry for entry in sources.FOLDERS if (entry.set, entry.folder) == (set_name, name))
    home = own_folder() or cache_folder()
    if own_folder() is None and not (home / wanted.set / SUMS).is_file():
        download.download_folder(wanted, _require_url(wanted, wanted.archive), home / wanted.set)
    return _checked_folder(home / wanted.set, wanted)


def is_present(wanted: Remote) -> bool:
    """Whether the file or folder is on disk. Only names are checked here; hashes are checked by `locate`."""
    home = (own_folder() or cache_folder()) / wanted.set
    return (home / (wanted.file if isinstance(wanted, sources.RemoteFile) else wanted.folder)).exists()


def cache_folder() -> Path:
    """The folder for downloads: the operating system's folder for caches."""
    import pooch  # here, not above: `import scratchgen.data` needs NumPy alone

    return Path(pooch.os_cache("scratchgen"))


def _from_folder(folder: Path, wanted: sources.RemoteFile) -> Path:
    path = folder / wanted.set / wanted.file
    remedy = f"put {wanted.url} there" if wanted.base_url else "put a copy there (it is not hosted anywhere)"
    if not path.is_file():
        raise BadInput(f"{path} is missing; {remedy}, or unset {FOLDER_VARIABLE} to download it")
    found = _sha256(path)
    if found != wanted.sha256:
        raise BadInput(f"{path} is damaged: its SHA-256 begins with {found[:12]}; {remedy}")
    return path


def _from_cache(wanted: sources.RemoteFile) -> Path:
    _require_url(wanted, wanted.base_url)
    return download.download_file(wanted, cache_folder() / wanted.set)


def _require_url(wanted: Remote, url: str | None) -> str:
    if url is None:
        name = wanted.file if isinstance(wanted, sources.RemoteFile) else wanted.folder
        raise BadInput(
            f"{wanted.set} was made from other files and is not hosted anywhere; set {FOLDER_VARIABLE} to a "
            f"folder that contains {wanted.set}/{name}"
        )
    return url


def _checked_folder(home: Path, wanted: sources.RemoteFolder) -> Path:
    sums = home / SUMS
    if not sums.is_file():
        raise BadInput(f"{sums} is missing; put a complete copy of {wanted.set} into {home}")
    if _sha256(sums) != wanted.sums_sha256:
        raise BadInput(f"{sums} is damaged; delete {home} and get {wanted.set} again")
    for line in sums.read_text("utf-8").splitlines():
        digest, name = line.split("  ", 1)
        path = home / name
        if not path.is_file():
            raise BadInput(f"{path} is missing; delete {home} and get {wanted.set} again")
        if _sha256(path) != digest:
            raise BadInput(f"{path} is damaged; delete {home} and get {wanted.set} again")
    return home / wanted.folder


def _sha256(path: Path) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}); correct its permissions") from None
