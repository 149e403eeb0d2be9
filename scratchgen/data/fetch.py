"""From the name of a remote file to a verified copy on disk."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from scratchgen.data import remote
from scratchgen.errors import BadInput

FOLDER_VARIABLE = "SCRATCHGEN_DATA"


def locate(set_name: str, file: str) -> Path:
    """The path of a file whose SHA-256 has been checked.

    Looked for as <set>/<file> in the folder that SCRATCHGEN_DATA names; without that variable it comes from
    the download cache, where it is fetched to on first use.   Raises BadInput where it cannot be had.
    """
    wanted = next(entry for entry in remote.FILES if (entry.set, entry.file) == (set_name, file))
    folder = os.environ.get(FOLDER_VARIABLE)
    return _from_folder(Path(folder), wanted) if folder else _from_cache(wanted)


def _from_folder(folder: Path, wanted: remote.RemoteFile) -> Path:
    path = folder / wanted.set / wanted.file
    if not path.is_file():
        raise BadInput(
            f"{path} is missing; put {wanted.url} there, or unset {FOLDER_VARIABLE} to download it"
        )
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}); mend its permissions") from None
    if found != wanted.sha256:
        raise BadInput(f"{path} is damaged: its SHA-256 begins {found[:12]}; replace it by {wanted.url}")
    return path


def _from_cache(wanted: remote.RemoteFile) -> Path:
    try:
        import pooch
    except ImportError:
        raise BadInput(
            f"{wanted.set} is downloaded with pooch, which is not installed; `pip install pooch`, or name a "
            f"folder that holds {wanted.set}/{wanted.file} in {FOLDER_VARIABLE}"
        ) from None

    def download(url, output_file, registry):
        print(_announcement(wanted), file=sys.stderr)
        pooch.HTTPDownloader(chunk_size=2**16)(url, output_file, registry)

    folder = Path(pooch.os_cache("scratchgen")) / wanted.set
    pooch.get_logger().setLevel("WARNING")  # the announcement says the same, and the licence
    try:
        return Path(
            pooch.retrieve(wanted.url, f"sha256:{wanted.sha256}", wanted.file, folder, downloader=download)
        )
    except OSError as error:  # also every error of the network: requests derives its own from OSError
        raise BadInput(
            f"{wanted.url} cannot be fetched into {folder} ({_one_line(error)}); try again, or put "
            f"the file into <folder>/{wanted.set} and set {FOLDER_VARIABLE}=<folder>"
        ) from None
    except ValueError:
        raise BadInput(
            f"{wanted.url} served a file with the wrong SHA-256, which was deleted; try again, or name a "
            f"folder that holds {wanted.set}/{wanted.file} in {FOLDER_VARIABLE}"
        ) from None


def _announcement(wanted: remote.RemoteFile) -> str:
    return f"fetching {wanted.url} ({wanted.bytes / 1e6:.1f} MB; licence: {wanted.licence})"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
