"""A user's own pairs of texts: columns, headings, bad lines, and a split in which no text is in two parts."""

import gzip

import pytest

from scratchgen.data import PairData, TextData, load_any, load_pairs, load_text
from scratchgen.data.load import kind_of_data
from scratchgen.errors import BadInput
from scratchgen.tasks import choose, get_task

PARTS = ("train", "validation", "test")
PAIRS = [(f"hello {i}", f"bonjour {i}") for i in range(200)]


def tsv(path, pairs, head=""):
    path.write_text(head + "".join("\t".join(row) + "\n" for row in pairs), encoding="utf-8")
    return path


def words(data):
    return " | ".join(" ".join(line) for line in data.report.lines())


def refusal(load, *arguments, **options):
    with pytest.raises(BadInput) as caught:
        load(*arguments, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def straddling(data):
    """The texts of one side that are in two parts."""
    found = set()
    for side in (0, 1):
        parts = [{pair[side] for pair in getattr(data, part)} for part in PARTS]
        found |= (parts[0] & parts[1]) | (parts[0] & parts[2]) | (parts[1] & parts[2])
    return found


@pytest.mark.parametrize("packed", [False, True])
def test_every_line_is_a_pair_in_exactly_one_part(packed, tmp_path):
    path = tsv(tmp_path / "pairs.tsv", PAIRS)
    if packed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    data = load_any(path)
    assert isinstance(data, PairData) and data.sides == ("column 1", "column 2")
    assert sorted(data.train + data.validation + data.test) == sorted(PAIRS)
    assert [len(getattr(data, part)) for part in PARTS] == [160, 20, 20]
    assert "200 pairs" in words(data)


def test_no_text_of_either_side_is_in_two_parts(tmp_path):
    pairs = [(f"source {i // 3}", f"target {i % 150}") for i in range(300)]
    data = load_pairs(tsv(tmp_path / "pairs.tsv", pairs))
    assert not straddling(data)
    assert straddling(
        PairData("x", ("a", "b"), pairs[:200], pairs[200:250], pairs[250:])
    )  # the claim can fail


@pytest.mark.parametrize("head", ["English\tFrench\n", "source\ttarget\n", "de\tEN\n"])
def test_known_headings_name_the_sides(head, tmp_path):
    data = load_pairs(tsv(tmp_path / "pairs.tsv", PAIRS, head))
    assert data.sides == tuple(head.strip().split("\t")) and "line of headings" in words(data)
    assert len(data.train + data.validation + data.test) == 200


def test_a_first_line_of_other_words_is_a_pair(tmp_path):
    data = load_pairs(tsv(tmp_path / "pairs.tsv", [("good morning", "bonjour"), *PAIRS]))
    assert ("good morning", "bonjour") in data.train + data.validation + data.test


def test_columns_after_the_second_are_left_out_and_counted(tmp_path):
    data = load_any(
        tsv(tmp_path / "pairs.tsv", [(*pair, "CC-BY 2.0", str(i)) for i, pair in enumerate(PAIRS)])
    )
    assert isinstance(data, PairData) and ("hello 7", "bonjour 7") in data.train + data.validation + data.test
    assert data.report.changed["with columns after the second, which are left out"] == 200


def test_lines_that_are_no_pair_are_named_with_their_numbers_and_left_out_when_asked(tmp_path):
    rows = list(PAIRS)
    rows[2:2], rows[40:40] = [("alone",)], [("", "vide")]
    path = tsv(tmp_path / "pairs.tsv", rows)
    for load in (load_pairs, load_any):
        found = refusal(load, path)
        assert "2 of 202 lines" in found and "3 (one column)" in found and "41 (an empty text)" in found
        assert "--skip-bad" in found
    data = load_pairs(path, skip_bad=True)
    assert sorted(data.train + data.validation + data.test) == sorted(PAIRS)
    assert set(data.report.bad) == {"line 3", "line 41"}


def test_a_csv_of_two_columns_may_quote_its_cells(tmp_path):
    rows = [(f"one, two, {i}", f'he said "{i}"') for i in range(30)]
    lines = "".join('"{}","{}"\n'.format(*(cell.replace('"', '""') for cell in row)) for row in rows)
    (tmp_path / "pairs.csv").write_text("source,target\n" + lines)
    data = load_any(tmp_path / "pairs.csv")
    assert data.sides == ("source", "target")
    assert sorted(data.train + data.validation + data.test) == sorted(rows)


def test_pairs_that_are_all_linked_or_too_few_are_refused(tmp_path):
    assert "linked" in refusal(
        load_pairs, tsv(tmp_path / "a.tsv", [("same", f"target {i}") for i in range(40)])
    )
    assert "at least 10" in refusal(load_pairs, tsv(tmp_path / "b.tsv", PAIRS[:9]))
    assert "--encoding" in refusal(load_pairs, _latin1(tmp_path / "c.tsv"))


def _latin1(path):
    path.write_bytes("".join(f"hello {i}\tété {i}\n" for i in range(40)).encode("latin-1"))
    return path


def test_another_encoding_is_read_when_it_is_named(tmp_path):
    data = load_pairs(_latin1(tmp_path / "c.tsv"), encoding="latin-1")
    assert ("hello 3", "été 3") in data.train + data.validation + data.test


def test_a_text_of_pairs_has_one_line_per_pair_and_says_so(tmp_path):
    text = load_text(tsv(tmp_path / "pairs.tsv", PAIRS))
    lines = (text.train + text.validation + text.test).splitlines()
    assert sorted(lines) == sorted("\t".join(pair) for pair in PAIRS)
    assert "one pair per line" in words(text) and "--task translation" in words(text)


def test_numbers_and_their_names_are_pairs_and_a_text_with_tabs_is_a_text(tmp_path):
    path = tsv(tmp_path / "numbers.tsv", [(str(i), f"number {i}") for i in range(100)])
    assert kind_of_data(str(path)) == "pairs"
    path.write_text("all: build\n\tgcc -o a a.c\nclean:\n\trm a\n" * 10)
    assert kind_of_data(str(path)) == "text" and isinstance(load_text(path), TextData)


def test_a_task_follows_from_pairs_and_long_ones_are_left_out_aloud(tmp_path):
    path = str(tsv(tmp_path / "pairs.tsv", [*PAIRS, ("long " * 20, "lang " * 20)]))
    assert choose("rnn", path, {}).name == "text"
    task = get_task("translation")
    data = task.load(path, task.settings())
    assert len(data.train + data.validation + data.test) == 200
    assert "1 with a text of more than 30 characters" in words(data)


def test_files_as_people_have_them_are_read(case):
    data = load_any(case("txt/pairs.tsv"))
    assert isinstance(data, PairData) and len(data.train + data.validation + data.test) == 2000
    assert not straddling(data) and ("hello 5", "bonjour 5") in data.train + data.validation + data.test
