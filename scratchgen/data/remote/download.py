"""Downloads into the cache. A file appears there only if its SHA-256 is right.

A file is written under a temporary name and renamed once its hash has been checked. A lock lets one process
download while the others wait for the result. pooch, filelock and rich are imported where they are used,
because `import scratchgen.data` needs NumPy alone.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scratchgen.data.remote import sources
from scratchgen.errors import BadInput

TIMEOUT = 30.0  # seconds without a byte, and before the mean speed is checked
MIN_SPEED = 1000.0  # bytes per second
CHUNK_SIZE = 512  # bytes: small, so that a very slow server is noticed


class TooSlow(OSError):
    """A server that sends more slowly than MIN_SPEED."""


def download_file(wanted: sources.RemoteFile, folder: Path) -> Path:
    """The path of the file in `folder`; downloads it if it is missing or damaged.

    Raises BadInput if the download fails.
    """
    import pooch

    pooch.get_logger().setLevel("WARNING")  # our own announcement says the same, and the licence
    path = folder / wanted.file
    if path.is_file() and pooch.file_hash(str(path)) == wanted.sha256:
        return path  # without the lock: a cache that cannot be written can still be read

    def fetch(url: str, output_file: str, registry: Any) -> None:
        _announce(wanted, url)
        _fetch(url, output_file, wanted.bytes)

    with _one_at_a_time(wanted, wanted.url, folder):
        pooch.retrieve(wanted.url, f"sha256:{wanted.sha256}", wanted.file, folder, downloader=fetch)
    return path


def download_folder(wanted: sources.RemoteFolder, url: str, home: Path) -> None:
    """Download the zip archive at `url` and unpack its files and their SHA256SUMS into `home`: all or none.

    Raises BadInput if the download fails or a file differs.
    """
    with _one_at_a_time(wanted, url, home):
        if (home / "SHA256SUMS").exists():
            return  # another process was quicker
        _announce(wanted, url)
        with tempfile.TemporaryDirectory(dir=home, prefix="tmp") as temporary:
            archive, unpacked = Path(temporary, "archive.zip"), Path(temporary, wanted.folder)
            _fetch(url, archive, wanted.bytes)
            sums = _unpack(archive, unpacked, wanted)
            shutil.rmtree(home / wanted.folder, ignore_errors=True)
            unpacked.rename(home / wanted.folder)
            Path(temporary, "SHA256SUMS").write_bytes(sums)
            Path(temporary, "SHA256SUMS").rename(home / "SHA256SUMS")


def _unpack(archive: Path, target: Path, wanted: sources.RemoteFolder) -> bytes:
    """Write the wanted members to the new folder `target`, and return their SHA256SUMS.

    Only names directly inside the wanted folder are unpacked, so that no name can lead outside `target`, and no
    more bytes than expected.   Raises ValueError if SHA256SUMS is not the expected list.
    """
    target.mkdir()
    lines = []
    try:
        with zipfile.ZipFile(archive) as members:
            inside = [m for m in members.infolist() if _is_directly_in(wanted.inside, m.filename)]
            if sum(member.file_size for member in inside) != wanted.bytes:
                raise ValueError("the files do not have the expected size")
            for member in sorted(inside, key=lambda member: member.filename):
                content, name = members.read(member), member.filename.rpartition("/")[2]
                (target / name).write_bytes(content)
                lines.append(f"{hashlib.sha256(content).hexdigest()}  {wanted.folder}/{name}\n")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ValueError(str(error)) from None
    sums = "".join(lines).encode()
    if hashlib.sha256(sums).hexdigest() != wanted.sums_sha256:
        raise ValueError("the files do not have the expected hashes")
    return sums


def _is_directly_in(folder: str, name: str) -> bool:
    rest = name.removeprefix(folder)
    return name.startswith(folder) and rest not in ("", ".", "..") and not set(rest) & set("/\\:\0")


@contextmanager
def _one_at_a_time(
    wanted: sources.RemoteFile | sources.RemoteFolder, url: str, folder: Path
) -> Iterator[None]:
    """Hold the folder's lock, and turn every error into a BadInput of one line."""
    import filelock

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(folder / ".lock"):
            _remove_leftovers(folder)
            yield
    except BadInput:
        raise
    except OSError as error:  # also every error of the network: requests derives its own from OSError
        raise BadInput(
            f"{url} cannot be downloaded into {folder} ({_reason(error)}); try again, or put a copy into "
            f"<folder>/{wanted.set} and set SCRATCHGEN_DATA=<folder>"
        ) from None
    except ValueError:
        raise BadInput(
            f"{url} served a file with the wrong SHA-256, which was deleted; try again, or set "
            f"SCRATCHGEN_DATA to a folder that contains {wanted.set}"
        ) from None


def _remove_leftovers(folder: Path) -> None:
    """Delete the temporary files of a process that was killed. The caller holds the lock."""
    for path in folder.glob("tmp*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _fetch(url: str, output_file: str | Path, expected_bytes: int) -> None:
    import pooch

    progress = _Progress(expected_bytes)
    try:
        downloader = pooch.HTTPDownloader(progress, chunk_size=CHUNK_SIZE, timeout=TIMEOUT)
        downloader(url, str(output_file), None)
    finally:
        progress.close()
    with open(output_file, "rb") as file:
        beginning = file.read(512).lstrip().lower()
    if beginning.startswith((b"<!doctype html", b"<html")):
        raise OSError("it served a web page instead of the file")


class _Progress:
    """The progress object that pooch calls with every chunk: shows a bar, and checks the speed."""

    def __init__(self, expected_bytes: int):
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

        self.total, self._received, self._began = expected_bytes, 0, time.monotonic()
        screen = Console(stderr=True)
        columns = BarColumn(), DownloadColumn(), TimeRemainingColumn()
        self._bar = Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal)
        self._task = self._bar.add_task("", total=expected_bytes)
        self._bar.start()

    def update(self, n: int) -> None:
        """Count n more bytes. Raises TooSlow if the server has sent too few per second."""
        self._received += n
        self._bar.update(self._task, completed=self._received, total=self.total or None)
        seconds = time.monotonic() - self._began
        if seconds > TIMEOUT and self._received < MIN_SPEED * seconds and self._received < self.total:
            raise TooSlow(f"less than {MIN_SPEED / 1000:g} kB per second")

    def reset(self) -> None:
        """Start again: pooch calls this after the last chunk, and then fills the bar once more."""
        self._received, self._began = 0, time.monotonic()

    def close(self) -> None:
        self._bar.stop()


def _announce(wanted: sources.RemoteFile | sources.RemoteFolder, url: str) -> None:
    print(f"downloading {url} ({wanted.bytes / 1e6:.1f} MB; licence: {wanted.licence})", file=sys.stderr)


def _reason(error: OSError) -> str:
    """The reason for which a download failed, in words; the library's own message for other errors."""
    import requests.exceptions as network

    if isinstance(error, network.TooManyRedirects):
        return "it redirects without end"
    if isinstance(error, network.Timeout) or "Read timed out" in str(error):
        return f"no answer for {TIMEOUT:g} s"
    if isinstance(error, network.ChunkedEncodingError):
        return "the connection was cut before the end"
    if isinstance(error, network.ConnectionError):
        return "no connection"
    return " ".join(str(error).split())
