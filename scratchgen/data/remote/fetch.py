"""From the name of a remote file to a verified copy on disk."""

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
    """The folder of data sets that SCRATCHGEN_DATA names, if it names one."""
    folder = os.environ.get(FOLDER_VARIABLE)
    return Path(folder) if folder else None


def locate(set_name: str, file: str) -> Path:
    """The path of a file whose SHA-256 has been checked.

    Looked for as <set>/<file> in the folder that SCRATCHGEN_DATA names; without that variable it comes from
    the download cache, where it is fetched to on first use.   Raises BadInput where it cannot be had.
    """
    wanted = next(entry for entry in sources.FILES if (entry.set, entry.file) == (set_name, file))
    folder = own_folder()
    return _from_folder(folder, wanted) if folder else _from_cache(wanted)


def locate_folder(set_name: str, name: str) -> Path:
    """The path of a folder of files, each of whose SHA-256s has been checked. Looked for as `locate` does.

    Raises BadInput where it cannot be had, and for a file that is missing, damaged or too many.
    """
    wanted = next(entry for entry in sources.FOLDERS if (entry.set, entry.folder) == (set_name, name))
    home = own_folder() or cache_folder()
    if own_folder() is None and not (home / wanted.set / SUMS).is_file():
        _refuse_what_is_not_served(wanted, wanted.archive)
        download.folder(wanted, home / wanted.set)
    return _checked_folder(home / wanted.set, wanted)


def is_present(wanted: Remote) -> bool:
    """Whether it is on disk already. Looks for names only; hashes are checked when it is read."""
    home = (own_folder() or cache_folder()) / wanted.set
    return (home / (wanted.file if isinstance(wanted, sources.RemoteFile) else wanted.folder)).exists()


def cache_folder() -> Path:
    """Where downloads are kept: the system's folder for caches."""
    return Path(download.pooch_or_complain().os_cache("scratchgen"))


def _from_folder(folder: Path, wanted: sources.RemoteFile) -> Path:
    path = folder / wanted.set / wanted.file
    remedy = f"put {wanted.url} there" if wanted.base_url else "put a copy there (it is served nowhere)"
    if not path.is_file():
        raise BadInput(f"{path} is missing; {remedy}, or unset {FOLDER_VARIABLE} to download it")
    found = _sha256(path)
    if found != wanted.sha256:
        raise BadInput(f"{path} is damaged: its SHA-256 begins {found[:12]}; {remedy}")
    return path


def _from_cache(wanted: sources.RemoteFile) -> Path:
    _refuse_what_is_not_served(wanted, wanted.base_url)
    return download.file(wanted, cache_folder() / wanted.set)


def _refuse_what_is_not_served(wanted: Remote, address: str | None) -> None:
    if address is None:
        what = wanted.file if isinstance(wanted, sources.RemoteFile) else wanted.folder
        raise BadInput(
            f"{wanted.set} was made from other files and is served nowhere; name a folder that holds "
            f"{wanted.set}/{what} in {FOLDER_VARIABLE}"
        )


def _checked_folder(home: Path, wanted: sources.RemoteFolder) -> Path:
    sums = home / SUMS
    if not sums.is_file():
        raise BadInput(f"{sums} is missing; put a whole copy of {wanted.set} into {home}")
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
        raise BadInput(f"{path} cannot be read ({error.strerror}); mend its permissions") from None
