"""A user's own texts, as people have them: each is read, and the report says how, or refused with the reason.

The texts are made here; files of the same kinds that others made are read too, where they are at hand.
"""

import gzip
import json

import numpy as np
import pytest

from scratchgen.data import load_any, load_text
from scratchgen.data.files.text import encoding_for_bytes
from scratchgen.data.load import kind_of_data
from scratchgen.data.options import LoadOptions
from scratchgen.data.tokenizers.utf8 import ByteTokenizer, ExactByteTokenizer, bytes_of
from scratchgen.errors import BadInput

FRENCH = "un élève naïf dort près du café\n" * 40


def whole(data):
    return data.train + data.validation + data.test


def words(data):
    return " | ".join(" ".join(line) for line in data.report.lines())


def refusal(load, *arguments, **options):
    with pytest.raises(BadInput) as caught:
        load(*arguments, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- encodings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding", ["latin-1", "cp1252", "utf-16", "utf-16-le", "utf-32", "utf-8-sig", "mac-roman"]
)
def test_a_named_encoding_gives_the_text_that_was_written(encoding, tmp_path):
    (tmp_path / "own.txt").write_bytes(FRENCH.encode(encoding))
    assert whole(load_text(tmp_path / "own.txt", encoding=encoding)) == FRENCH


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("latin-1", "--encoding latin-1"),
        ("utf-16", "--encoding utf-16"),
        ("utf-16-be", "--encoding utf-16-be"),
        ("utf-16-le", "--encoding utf-16-le"),
        ("utf-32", "--encoding utf-32"),
    ],
)
def test_a_text_that_is_not_utf8_is_refused_with_the_encoding_that_reads_it(written, named, tmp_path):
    (tmp_path / "own.txt").write_bytes(FRENCH.encode(written))
    found = refusal(load_text, tmp_path / "own.txt")
    assert named in found.replace(",", " ") and "--tokenizer bytes" in found
    encoding = named.split()[1]
    assert whole(load_text(tmp_path / "own.txt", encoding=encoding)) == FRENCH  # the way out is one


def test_quotation_marks_and_ligatures_of_windows_suggest_its_encoding_and_latin1_is_not_believed(tmp_path):
    text = "l’œuvre “naïve”\n" * 20
    (tmp_path / "own.txt").write_bytes(text.encode("cp1252"))
    assert "--encoding cp1252" in refusal(load_text, tmp_path / "own.txt")
    assert whole(load_text(tmp_path / "own.txt", encoding="cp1252")) == text
    assert "control characters" in words(load_text(tmp_path / "own.txt", encoding="latin-1"))


def test_utf8_is_not_read_as_an_encoding_of_single_bytes(tmp_path):
    (tmp_path / "own.txt").write_text(FRENCH, encoding="utf-8")
    assert "is UTF-8, not latin-1" in refusal(load_text, tmp_path / "own.txt", encoding="latin-1")


def test_utf16_without_a_mark_is_not_guessed(tmp_path):
    (tmp_path / "own.txt").write_bytes(FRENCH.encode("utf-16-be"))
    assert "utf-16-be" in refusal(load_text, tmp_path / "own.txt", encoding="utf-16")


@pytest.mark.parametrize(
    ("name", "hint"), [("lattin-1", "latin-1"), ("utf-9", "utf-8"), ("base64", ""), ("a\0b", "")]
)
def test_an_unknown_encoding_is_refused_with_a_suggestion(name, hint):
    found = refusal(LoadOptions, encoding=name)
    assert repr(name) in found and hint in found and "did you mean " + name not in found


def test_marks_and_line_ends_of_other_systems_are_removed_and_counted(tmp_path):
    (tmp_path / "own.txt").write_bytes(b"\xef\xbb\xbf" + "für\r\n".encode() * 10 + b"old\rmac\r")
    data = load_text(tmp_path / "own.txt")
    assert whole(data) == "für\n" * 10 + "old\nmac\n"
    assert data.report.changed[r"line ends \r\n or \r, now \n"] == 12
    assert "byte-order mark" in words(data)


def test_the_encodings_of_other_letters_are_suggested_and_read(tmp_path):
    for text, encoding in (
        ("联通中国移动通信\n" * 60, "gb18030"),
        ("日本語のテキストです\n" * 60, "shift_jis"),
    ):
        (tmp_path / "own.txt").write_bytes(text.encode(encoding))
        assert f"--encoding {encoding}" in refusal(load_text, tmp_path / "own.txt")
        assert whole(load_text(tmp_path / "own.txt", encoding=encoding)) == text


def test_utf16_without_a_mark_is_a_text_and_other_bytes_with_zeros_are_not(tmp_path):
    for encoding in ("utf-16-le", "utf-16-be"):
        (tmp_path / "own.txt").write_bytes(FRENCH.encode(encoding))
        assert kind_of_data(str(tmp_path / "own.txt")) == "text"
    (tmp_path / "own.txt").write_bytes(np.arange(5, 2000, dtype="<u2").tobytes())
    assert "of no kind" in refusal(kind_of_data, str(tmp_path / "own.txt"))


# --- bytes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        FRENCH.encode("latin-1"),
        FRENCH.encode("utf-16"),
        bytes(range(256)) * 4,
        np.random.default_rng(0).integers(0, 256, 5000, np.uint8).tobytes(),
        FRENCH.encode() + b"\xff",
    ],
    ids=["latin-1", "utf-16", "every byte", "noise", "damaged utf-8"],
)
def test_the_tokens_of_any_file_are_its_bytes_and_decode_to_them(content, tmp_path):
    (tmp_path / "own").write_bytes(content)
    assert encoding_for_bytes(str(tmp_path / "own"), False) == "bytes"
    data = load_text(tmp_path / "own", encoding="bytes")
    ids = np.concatenate([ByteTokenizer().encode(part) for part in (data.train, data.validation, data.test)])
    assert ids.astype(np.uint8).tobytes() == content
    assert bytes_of(ExactByteTokenizer().decode(ids)) == content
    assert "taken byte by byte" in words(data)


def test_the_claim_rejects_a_decoder_that_replaces_what_is_no_utf8():
    ids = np.arange(256)
    assert bytes_of(ByteTokenizer().decode(ids)) != bytes(range(256))


def test_utf8_has_the_same_characters_under_every_tokenizer(tmp_path):
    (tmp_path / "own.txt").write_text(FRENCH, encoding="utf-8")
    assert encoding_for_bytes(str(tmp_path / "own.txt"), False) == "utf-8"


# --- gzip, JSON lines -----------------------------------------------------------------------------------------


def test_gzip_of_a_text_is_unpacked_and_said(tmp_path):
    (tmp_path / "own.txt.gz").write_bytes(gzip.compress(FRENCH.encode()))
    data = load_any(tmp_path / "own.txt.gz")
    assert whole(data) == FRENCH and "unpacked from gzip" in words(data)


def test_a_damaged_gzip_file_and_one_of_another_kind_are_refused_as_what_they_are(tmp_path):
    packed = gzip.compress(np.random.default_rng(0).bytes(5000))
    (tmp_path / "noise.gz").write_bytes(packed)
    (tmp_path / "cut.gz").write_bytes(gzip.compress(FRENCH.encode())[:-12])
    assert "unknown" in refusal(load_any, tmp_path / "noise.gz")
    assert "damaged" in refusal(load_text, tmp_path / "cut.gz")


@pytest.mark.parametrize("field", ["text", "content"])
def test_the_texts_of_json_lines_are_taken_and_the_other_fields_named(field, tmp_path):
    lines = [{"id": i, field: f"text\n{i}", "lang": "fr"} for i in range(50)]
    (tmp_path / "own.jsonl").write_text("\n".join(map(json.dumps, lines)))
    data = load_any(tmp_path / "own.jsonl")
    assert whole(data) == "".join(f"text\n{i}\n" for i in range(50))
    assert f"the field {field} is taken" in words(data) and "id, lang" in words(data)


def test_json_lines_without_a_text_are_refused_with_their_fields(tmp_path):
    (tmp_path / "own.jsonl").write_text('{"a": 1, "b": "x"}\n' * 30)
    found = refusal(load_any, tmp_path / "own.jsonl")
    assert "JSON lines" in found and "a, b" in found
    assert encoding_for_bytes(str(tmp_path / "own.jsonl"), False) == "bytes"  # which takes any file


def test_a_single_json_line_is_one(tmp_path):
    (tmp_path / "own.jsonl").write_text(json.dumps({"text": "bonjour " * 10}))
    assert whole(load_any(tmp_path / "own.jsonl")) == "bonjour " * 10 + "\n"


def test_bad_json_lines_are_all_named_and_left_out_when_asked(tmp_path):
    lines = ['{"text": "good"}'] * 40
    lines[4], lines[9], lines[20] = "no object", '{"text": 7}', '{"other": "x"}'
    (tmp_path / "own.jsonl").write_text("\n".join(lines))
    found = refusal(load_text, tmp_path / "own.jsonl")
    assert (
        "3 of 40" in found and "5 (no JSON object)" in found and "10, 21 (no text in the field text)" in found
    )
    data = load_text(tmp_path / "own.jsonl", skip_bad=True)
    assert whole(data) == "good\n" * 37 and len(data.report.bad) == 3


def test_a_json_line_with_two_texts_is_named_because_nothing_says_which_is_meant(tmp_path):
    lines = ['{"text": "good"}'] * 40
    lines[4] = '{"text": "the first", "text": "the second"}'
    (tmp_path / "own.jsonl").write_text("\n".join(lines))
    assert "5 ('text' occurs twice in one object)" in refusal(load_text, tmp_path / "own.jsonl")
    assert "second" not in whole(load_text(tmp_path / "own.jsonl", skip_bad=True))


# --- folders --------------------------------------------------------------------------------------------------


def test_a_folder_of_many_texts_is_split_by_file_in_the_order_of_the_names(tmp_path):
    for i in range(20):
        (tmp_path / f"{i:02}.txt").write_text(f"the text of file {i:02}, which nothing else holds")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    data = load_any(tmp_path)
    parts = [part.splitlines() for part in (data.train, data.validation, data.test)]
    assert [len(part) for part in parts] == [16, 2, 2]
    assert (
        all(part == sorted(part) for part in parts) and len({line for part in parts for line in part}) == 20
    )
    assert "00.txt, 01.txt" in words(data) and "picture.png" in words(data)
    assert data.report.changed[r"without a line end, now followed by \n"] == 20


def test_the_parts_that_a_folder_gives_are_kept_and_a_missing_one_is_cut_off(tmp_path):
    for part in ("train", "test"):
        (tmp_path / part).mkdir()
        for i in range(3):
            (tmp_path / part / f"{i}.txt").write_text(f"{part} {i} " * 30 + "\n")
    data = load_any(tmp_path)
    assert "test" not in data.train + data.validation and "train" not in data.test
    assert len(data.validation) == len(data.train + data.validation) * 5 // 100
    assert "given by the folders" in words(data) and "the last 5 %" in words(data)


def test_few_texts_are_joined_and_split_in_order(tmp_path):
    for name in ("b.txt", "a.txt"):
        (tmp_path / name).write_text(f"{name} " * 50)
    assert whole(load_any(tmp_path)) == "a.txt " * 50 + "\n" + "b.txt " * 50 + "\n"


def test_all_texts_that_cannot_be_read_are_named_and_left_out_when_asked(tmp_path):
    for i in range(12):
        (tmp_path / f"{i:02}.txt").write_bytes(FRENCH.encode("latin-1" if i in (3, 7) else "utf-8"))
    found = refusal(load_text, tmp_path)
    assert "2 of 12" in found and "03.txt" in found and "07.txt" in found and "--encoding latin-1" in found
    data = load_text(tmp_path, skip_bad=True)
    assert set(data.report.bad) == {"03.txt", "07.txt"} and whole(data) == FRENCH * 10


def test_pictures_with_a_text_for_each_remain_pictures(tmp_path):
    for i in range(12):
        (tmp_path / f"{i}.txt").write_text("a caption")
        (tmp_path / f"{i}.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert kind_of_data(str(tmp_path)) == "images"


def test_words_that_begin_like_another_format_are_text(tmp_path):
    for word in ("BMW", "PKW", "ID3 tags"):
        (tmp_path / "own.txt").write_text(f"{word} is written first, and then some more.\n" * 3)
        assert kind_of_data(str(tmp_path / "own.txt")) == "text"


@pytest.mark.parametrize(
    ("content", "why"),
    [("", "0 characters"), ("short", "5 characters"), (" \n\t" * 40, "blanks")],
)
def test_a_text_without_content_is_refused(content, why, tmp_path):
    (tmp_path / "own.txt").write_text(content)
    assert why in refusal(load_text, tmp_path / "own.txt")


# --- the files of others --------------------------------------------------------------------------------------


def test_files_as_people_have_them_are_read_or_refused_as_what_they_are(case):
    plain = whole(load_any(case("txt/gz.txt.gz")))
    assert whole(load_text(case("txt/latin1.txt"), encoding="cp1252")) == plain
    assert whole(load_text(case("txt/utf16.txt"), encoding="utf-16")) == plain
    for name in ("latin1", "utf16"):
        assert "--encoding" in refusal(load_any, case(f"txt/{name}.txt"))
        raw = load_text(case(f"txt/{name}.txt"), encoding="bytes")
        assert bytes_of(whole(raw)) == case(f"txt/{name}.txt").read_bytes()
    assert whole(load_any(case("txt/jsonl.jsonl"))) == "bonjour\n" * 500
    assert whole(load_any(case("txt/folder_of_txt"))) == (plain.removesuffix("\n") + "\n") * 12
