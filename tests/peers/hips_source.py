"""The source distribution of HIPS autograd, with its tests: from pip, verified, in the cache of downloads."""

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import filelock

from scratchgen.data.remote import cache_folder

RELEASE = "autograd-1.9.1"
SHA256 = "7818c5c69ddf9efb7da74097bd741a4c7920133f41966f68537223a15ef798bc"
TIMEOUT = 120  # seconds for the whole download


class Unavailable(Exception):
    """pip cannot get the release: there is no network, no pip, or no such release in its index."""


def unpack(folder):
    """Unpack the release into a folder, and return the path of its sources."""
    with tarfile.open(locate()) as archive:
        archive.extractall(folder, filter="data")
    return Path(folder, RELEASE)


def locate():
    """Return the path of the verified archive; pip downloads it on first use. Raises Unavailable if it cannot."""
    home = cache_folder() / "autograd"
    home.mkdir(parents=True, exist_ok=True)
    path = home / f"{RELEASE}.tar.gz"
    with filelock.FileLock(home / ".lock"):
        if not (path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == SHA256):
            download(path)
    return path


def download(path):
    """Let pip download the release; a file with another hash is an error and does not reach `path`."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        requirement = Path(folder, "requirement.txt")
        requirement.write_text(f"{RELEASE.replace('-', '==')} --hash=sha256:{SHA256}\n", encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--no-deps",
            "--no-binary=autograd",
            "--retries=1",
        ]
        try:
            pip = subprocess.run(
                [*command, "--dest", folder, "--requirement", requirement],
                capture_output=True,
                text=True,
                timeout=TIMEOUT,
            )
        except subprocess.TimeoutExpired:
            raise Unavailable(f"pip did not get {RELEASE} within {TIMEOUT} s") from None
        assert "DO NOT MATCH THE HASHES" not in pip.stderr, pip.stderr
        if pip.returncode:
            raise Unavailable(f"pip cannot get {RELEASE}: {pip.stderr.strip().rpartition(chr(10))[2]}")
        Path(folder, path.name).replace(path)
