"""Remote files come from a folder, the cache or a server, and never with a wrong hash."""

import hashlib

import pooch
import pytest

from scratchgen.data.remote import sources
from scratchgen.data.remote.fetch import locate
from scratchgen.errors import BadInput

CONTENT = b"a small file\n" * 1000


def remote_file(base_url="http://127.0.0.1:9/", content=CONTENT):
    digest = hashlib.sha256(content).hexdigest()
    return sources.RemoteFile("things", "thing.bin", base_url, digest, len(content), "public domain")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache, no SCRATCHGEN_DATA, no proxy between the test and loopback."""
    monkeypatch.delenv("SCRATCHGEN_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(pooch, "os_cache", lambda project: tmp_path / "cache" / project)
    monkeypatch.setattr(sources, "FILES", (remote_file(),))
    return tmp_path / "cache"


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]


def test_a_file_is_downloaded_once_with_a_line_that_names_its_licence(server, cache, monkeypatch, capsys):
    (server.folder / "thing.bin").write_bytes(CONTENT)
    monkeypatch.setattr(sources, "FILES", (remote_file(server.url),))
    path = locate("things", "thing.bin")
    assert path == cache / "scratchgen" / "things" / "thing.bin"
    assert path.read_bytes() == CONTENT
    first = capsys.readouterr()
    assert first.err.count("\n") == 1 and "public domain" in first.err and first.out == ""

    assert locate("things", "thing.bin") == path
    assert capsys.readouterr().err == ""
    assert server.requests == ["/thing.bin"]


def test_a_download_with_the_wrong_hash_leaves_no_file_in_the_cache(server, cache, monkeypatch):
    (server.folder / "thing.bin").write_bytes(CONTENT[:-1])
    monkeypatch.setattr(sources, "FILES", (remote_file(server.url),))
    with pytest.raises(BadInput, match="wrong SHA-256"):
        locate("things", "thing.bin")
    assert files_in(cache) == []


def test_a_file_damaged_in_the_cache_is_downloaded_again(server, cache, monkeypatch, capsys):
    (server.folder / "thing.bin").write_bytes(CONTENT)
    monkeypatch.setattr(sources, "FILES", (remote_file(server.url),))
    locate("things", "thing.bin").write_bytes(b"damaged")
    capsys.readouterr()
    assert locate("things", "thing.bin").read_bytes() == CONTENT
    assert "public domain" in capsys.readouterr().err


def test_a_missing_page_is_one_line_that_names_the_address_and_leaves_no_file(server, cache, monkeypatch):
    monkeypatch.setattr(sources, "FILES", (remote_file(server.url),))
    with pytest.raises(BadInput, match=rf"{server.url}thing\.bin.*404") as caught:
        locate("things", "thing.bin")
    assert "\n" not in str(caught.value)
    assert files_in(cache) == []


def test_no_network_is_one_line_that_says_where_else_to_put_the_file(cache):
    with pytest.raises(BadInput, match="SCRATCHGEN_DATA") as caught:  # nothing listens on port 9
        locate("things", "thing.bin")
    assert "\n" not in str(caught.value)


def test_a_folder_with_the_file_is_used_without_any_download(tmp_path, monkeypatch, cache):
    path = tmp_path / "things" / "thing.bin"
    path.parent.mkdir()
    path.write_bytes(CONTENT)
    monkeypatch.setenv("SCRATCHGEN_DATA", str(tmp_path))
    assert locate("things", "thing.bin") == path
    assert files_in(cache) == []


def test_a_file_missing_from_the_folder_is_named_with_its_path(tmp_path, monkeypatch):
    monkeypatch.setenv("SCRATCHGEN_DATA", str(tmp_path))
    with pytest.raises(BadInput) as caught:
        locate("things", "thing.bin")
    assert str(tmp_path / "things" / "thing.bin") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_in_the_folder_with_the_wrong_hash_is_refused_and_kept(tmp_path, monkeypatch):
    path = tmp_path / "things" / "thing.bin"
    path.parent.mkdir()
    path.write_bytes(b"something else")
    monkeypatch.setenv("SCRATCHGEN_DATA", str(tmp_path))
    with pytest.raises(BadInput, match="damaged"):
        locate("things", "thing.bin")
    assert path.read_bytes() == b"something else"
