"""The text files of a run, and a place for them."""

import json

import pytest

from scratchgen import BadInput
from scratchgen.runs.files import decode_json, writable_directory, write_json


def test_a_value_is_written_as_json_that_keeps_its_letters(tmp_path):
    write_json(tmp_path / "a.json", {"σ": 1})
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == '{\n  "σ": 1\n}\n'


TWICE = b'{"seed": 1, "settings": {"epochs": 2, "epochs": 3}}'


def test_a_name_that_occurs_twice_in_one_object_is_refused():
    with pytest.raises(ValueError, match="'epochs' occurs twice in one object"):
        decode_json(TWICE)
    assert decode_json(b'[{"epochs": 2}, {"epochs": 3}]') == [{"epochs": 2}, {"epochs": 3}]


def test_the_claim_above_rejects_a_reader_that_keeps_the_last_value():
    assert json.loads(TWICE) == {"seed": 1, "settings": {"epochs": 3}}


@pytest.mark.parametrize(
    "content", [b"[" * 100_000 + b"]" * 100_000, b"{", b"\xff", b"NaN"], ids=lambda text: text[:5]
)
def test_a_text_that_is_no_json_or_too_deep_is_a_value_error(content):
    with pytest.raises(ValueError):
        decode_json(content)


def test_a_directory_is_made_with_its_parents_and_a_file_is_no_directory(tmp_path):
    assert writable_directory(tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="is a file"):
        writable_directory(tmp_path / "file")
