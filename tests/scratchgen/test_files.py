"""Files appear whole or not at all."""

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
