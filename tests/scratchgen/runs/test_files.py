"""The text files of a run, and a place for them."""

import pytest

from scratchgen import BadInput
from scratchgen.runs.files import writable_directory, write_json


def test_a_value_is_written_as_json_that_keeps_its_letters(tmp_path):
    write_json(tmp_path / "a.json", {"σ": 1})
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == '{\n  "σ": 1\n}\n'


def test_a_directory_is_made_with_its_parents_and_a_file_is_no_directory(tmp_path):
    assert writable_directory(tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="is a file"):
        writable_directory(tmp_path / "file")
