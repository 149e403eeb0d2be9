"""Files appear whole or not at all."""

import os

import pytest

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
