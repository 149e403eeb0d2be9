"""Files appear whole or not at all."""

import errno
import os

import pytest

from scratchgen import files
from scratchgen.files import replacing


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "kept.txt"
    path.write_text("before")
    with pytest.raises(RuntimeError), replacing(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError("killed")
    assert path.read_text() == "before" and list(tmp_path.iterdir()) == [path]


def test_the_file_is_not_there_until_it_is_whole(tmp_path):
    path = tmp_path / "new.txt"
    with replacing(path) as temporary:
        temporary.write_text("whole")
        assert not path.exists()
    assert path.read_text() == "whole"


@pytest.mark.parametrize("kind", ["a link", "a link to nothing", "a link to a link", "a pipe", "a folder"])
def test_what_is_no_regular_file_is_not_replaced(kind, tmp_path):
    """Standard output is a link to a link, or to a file that the shell has opened."""
    path, target = tmp_path / "out", tmp_path / "target"
    if kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a folder":
        path.mkdir()
    else:
        if kind != "a link to nothing":
            target.write_text("before")
        (tmp_path / "second").symlink_to(target)
        path.symlink_to(tmp_path / "second" if kind == "a link to a link" else target)
    before = path.lstat(), sorted(tmp_path.iterdir())
    with pytest.raises(FileExistsError) as refused, replacing(path):
        pass
    assert refused.value.filename == str(path) and (path.lstat(), sorted(tmp_path.iterdir())) == before


def test_the_claim_above_rejects_a_rename_alone(tmp_path):
    path = tmp_path / "out"
    path.symlink_to("/dev/stdout")
    before = path.lstat()
    (tmp_path / "temporary").write_text("")
    os.replace(tmp_path / "temporary", path)
    assert path.lstat() != before and not path.is_symlink()


@pytest.mark.parametrize("function", ["_create", "_to_disk"])
def test_a_full_disk_names_the_file_and_leaves_none(function, tmp_path, monkeypatch):
    def full(path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files, function, full)
    with pytest.raises(OSError, match="No space") as failed, replacing(tmp_path / "new") as temporary:
        temporary.write_text("half")
    assert failed.value.filename == str(tmp_path / "new") and not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
@pytest.mark.parametrize("umask, mode", [(0o022, 0o644), (0o027, 0o640), (0o077, 0o600)])
def test_a_new_file_has_the_permissions_of_the_umask_and_a_replaced_one_its_own(tmp_path, umask, mode):
    path = tmp_path / "a.txt"
    before = os.umask(umask)
    try:
        with replacing(path) as temporary:
            temporary.write_text("new")
        assert path.stat().st_mode & 0o777 == mode
        path.chmod(0o604)
        with replacing(path) as temporary:
            temporary.write_text("replaced")
            assert temporary.stat().st_mode & 0o777 == mode  # nobody reads the part that is written
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o604
