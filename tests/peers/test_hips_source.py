"""The download of a peer's tests: offline it is skipped with the reason, and a file with another hash is refused."""

import hashlib
import os

import pytest

from . import hips_source

OTHER = b"another file"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, and a pip without a network that knows one folder of files."""
    (tmp_path / "files").mkdir()
    settings = {"NO_INDEX": "1", "FIND_LINKS": str(tmp_path / "files"), "CONFIG_FILE": os.devnull}
    for name, value in settings.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    monkeypatch.setattr(hips_source, "cache_folder", lambda: tmp_path)
    return tmp_path / "autograd"


def present(cache):
    return {path.name for path in cache.iterdir()} - {".lock"}


def test_without_a_network_the_release_is_unavailable_for_a_reason(cache):
    with pytest.raises(hips_source.Unavailable, match=r"autograd-1\.9\.1: .*[Nn]o matching distribution"):
        hips_source.locate()
    assert present(cache) == set()


def test_a_file_with_another_hash_is_an_error_and_does_not_reach_the_cache(cache):
    (cache.parent / "files" / "autograd-1.9.1.tar.gz").write_bytes(OTHER)
    with pytest.raises(AssertionError, match=hashlib.sha256(OTHER).hexdigest()):
        hips_source.locate()
    assert present(cache) == set()


def test_a_damaged_file_in_the_cache_is_not_used(cache):
    cache.mkdir()
    (cache / "autograd-1.9.1.tar.gz").write_bytes(OTHER)
    with pytest.raises(hips_source.Unavailable):
        hips_source.locate()


def test_a_verified_file_in_the_cache_needs_no_download(cache, monkeypatch):
    cache.mkdir()
    (cache / "autograd-1.9.1.tar.gz").write_bytes(OTHER)
    monkeypatch.setattr(hips_source, "SHA256", hashlib.sha256(OTHER).hexdigest())
    assert hips_source.locate() == cache / "autograd-1.9.1.tar.gz"
