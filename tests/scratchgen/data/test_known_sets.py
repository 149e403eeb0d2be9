"""The known data sets have the stated content, and their parts do not overlap."""

import hashlib
import importlib
import inspect
import re
import sys
import sysconfig
import zipfile
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from scratchgen.data import load_images, load_pairs, load_text, names
from scratchgen.data.sets import number_words, stdlib, stdlib_docstrings
from scratchgen.errors import BadInput


def rows(x):
    return {row.tobytes() for row in x}


def assert_images(data, image_shape, sizes):
    assert data.image_shape == (*image_shape, 1)
    for part, labels, size in zip(
        (data.train, data.validation, data.test),
        (data.train_labels, data.validation_labels, data.test_labels),
        sizes,
        strict=True,
    ):
        assert part.shape == (size, image_shape[0] * image_shape[1]) and part.dtype == np.float32
        assert part.min() == 0 and part.max() == 1
        assert labels.shape == (size,) and labels.dtype == np.int64
        assert sorted(set(labels.tolist())) == list(range(10))
    assert data.classes == 10


def test_every_set_has_a_name():
    assert names() == {
        "images": ("digits", "binarized-digits", "characters", "crawl-tiles", "mnist", "binarized-mnist"),
        "text": ("stdlib", "markov", "tinyshakespeare"),
        "sequences": ("jsb-chorales", "jsb-chorales-onsets", "cadences"),
        "sound": (
            *("plucked-strings", "tones", "synthetic-drums", "fsdd", "sonic-pi-drums"),
            *("espeak-sentences", "formant-speech"),
        ),
        "pairs": (
            "tatoeba-fra-eng",
            "tatoeba-cmn-eng",
            "number-words",
            "stdlib-docstrings",
            "debian-descriptions",
            "cmudict",
            "spelling-rules",
        ),
        "points": ("ring", "grid"),
    }


def test_digits_are_1797_images_with_ten_classes_in_every_part():
    assert_images(load_images("digits"), (8, 8), (1297, 250, 250))


def test_no_image_of_digits_is_in_two_parts():
    digits = load_images("digits")
    parts = [rows(part) for part in (digits.train, digits.validation, digits.test)]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 1797


def test_binarized_digits_are_the_digits_in_black_and_white():
    grey, binary = load_images("digits"), load_images("binarized-digits")
    assert_images(binary, (8, 8), (1297, 250, 250))
    assert set(np.unique(binary.train)) == {0, 1}
    assert np.all(np.abs(binary.test - grey.test) <= 0.5)
    assert np.array_equal(binary.test_labels, grey.test_labels)


def test_digits_are_the_same_every_time():
    first, second = load_images("digits"), load_images("digits")
    assert np.array_equal(first.train, second.train) and np.array_equal(first.test_labels, second.test_labels)


def test_digits_are_those_of_scikit_learn():
    datasets = pytest.importorskip("sklearn.datasets")
    theirs, ours = datasets.load_digits(), load_images("digits")
    labelled = {
        row.tobytes(): k for row, k in zip((theirs.data / 16).astype(np.float32), theirs.target, strict=True)
    }
    for x, k in zip(ours.test, ours.test_labels, strict=True):
        assert labelled[x.tobytes()] == k


def test_the_embedded_file_has_the_hash_in_its_source_file():
    folder = resources.files("scratchgen.data") / "embedded"
    content = (folder / "digits.npz").read_bytes()
    assert len(content) < 100_000
    assert f"| {len(content)} | {hashlib.sha256(content).hexdigest()} |" in (folder / "SOURCE.md").read_text(
        "utf-8"
    )


def test_stdlib_is_printable_ascii_and_tabs_of_the_intended_size():
    text = load_text("stdlib")
    parts = (text.train, text.validation, text.test)
    assert set("".join(parts)) <= {"\n", "\t", *map(chr, range(32, 127))}
    assert not any("  " in part for part in parts)  # runs of spaces are alignment
    total = sum(map(len, parts))
    assert 600_000 < total < 1_200_000
    assert len(text.train) / total == pytest.approx(0.9, abs=0.03)
    assert len(text.validation) / total == pytest.approx(0.05, abs=0.02)
    assert len(text.test) / total == pytest.approx(0.05, abs=0.02)


def test_no_module_of_stdlib_is_in_two_parts():
    modules = stdlib.TRAIN + stdlib.VALIDATION + stdlib.TEST
    assert len(set(modules)) == len(modules)
    assert all(list(part) == sorted(part) for part in (stdlib.TRAIN, stdlib.VALIDATION, stdlib.TEST))


def test_stdlib_is_the_same_every_time():
    assert load_text("stdlib") == load_text("stdlib")


def test_stdlib_in_an_archive_is_the_same_text(tmp_path, monkeypatch):
    text, folder = load_text("stdlib"), Path(sysconfig.get_path("stdlib"))
    with zipfile.ZipFile(tmp_path / "library.zip", "w") as archive:
        for file in stdlib.TRAIN + stdlib.VALIDATION + stdlib.TEST:
            archive.write(folder / file, file)
    monkeypatch.setattr(stdlib.sysconfig, "get_path", lambda name: str(tmp_path))
    monkeypatch.setattr(stdlib.sys, "path", [str(tmp_path / "none.zip"), str(tmp_path / "library.zip")])
    assert load_text("stdlib") == text


def test_stdlib_without_sources_on_disk_names_the_missing_file(tmp_path, monkeypatch):
    monkeypatch.setattr(stdlib.sysconfig, "get_path", lambda name: str(tmp_path))
    with pytest.raises(BadInput, match=re.escape(str(tmp_path / "argparse.py"))):
        load_text("stdlib")


@pytest.fixture(scope="module")
def docstrings():
    return load_pairs("stdlib-docstrings")


def test_docstrings_are_those_that_python_itself_shows(docstrings):
    """`inspect` finds the body and the summary in a docstring of every imported module at run time."""
    summaries = {"json": [], "textwrap": ["wrap"], "heapq": [], "shutil": ["copyfile", "which"]}
    train = {summary: body for part in (docstrings.train, docstrings.validation) for body, summary in part}
    found = 0
    for name, functions in summaries.items():
        module = importlib.import_module(name)
        for documented in (module, *(getattr(module, function) for function in functions)):
            summary, _, body = inspect.getdoc(documented).partition("\n\n")
            if summary in train:
                found += 1
                assert train[summary].replace(" ¶ ", " ").split() == body.split()
    assert found >= 3


def test_docstrings_are_of_the_stated_sizes_in_the_stated_shares(docstrings):
    parts = (docstrings.train, docstrings.validation, docstrings.test)
    total = sum(map(len, parts))
    assert total > 1500 and len(docstrings.train) / total == pytest.approx(0.8, abs=0.05)
    for body, summary in (pair for part in parts for pair in part):
        assert len(body) >= 80 and len(summary) >= 10 and "\n" not in body + summary
        assert body == " ".join(body.split()) and summary == " ".join(summary.split())


def test_no_module_and_no_text_of_the_docstrings_is_in_two_parts(docstrings):
    for side in (0, 1):
        parts = [
            {pair[side] for pair in part}
            for part in (docstrings.train, docstrings.validation, docstrings.test)
        ]
        assert sum(map(len, parts)) == len(set.union(*parts))
    listed = stdlib_docstrings.VALIDATION + stdlib_docstrings.TEST
    assert len(set(listed)) == len(listed) and set(listed) <= sys.stdlib_module_names


def test_docstrings_are_the_same_every_time_and_in_an_archive(docstrings, tmp_path, monkeypatch):
    folder = Path(sysconfig.get_path("stdlib"))
    with zipfile.ZipFile(tmp_path / "library.zip", "w") as archive:
        for file in sorted(folder.rglob("*.py")):
            if not stdlib_docstrings.NO_LIBRARY & set(file.relative_to(folder).parts):
                archive.write(file, file.relative_to(folder))
    monkeypatch.setattr(stdlib.sysconfig, "get_path", lambda name: str(tmp_path))
    monkeypatch.setattr(stdlib.sys, "path", [str(tmp_path / "library.zip")])
    assert load_pairs("stdlib-docstrings") == docstrings


def test_a_docstring_is_used_if_a_blank_line_follows_its_first_line(tmp_path, monkeypatch):
    body = "The body is long enough to be a text that somebody would want to summarise, in one  line."
    source = f'''"""Summary of a module.

{body}

    - second paragraph
"""
def without_a_blank_line():
    """Summary of a function.
    {body}"""
class Documented:
    if True:
        def method(self):
            r"""Summary of a method.

            Other: {body}
            """
    def repeated(self):
        """Summary of a module.

        Another: {body}
        """
def short():
    """Summary of a short one.

    Too short.
    """
'''
    for name in ("argparse", "glob", "threading"):
        text = source.replace("Summary", f"Summary in {name}").replace("body", name)
        (tmp_path / f"{name}.py").write_text(text)
    (tmp_path / "template.py").write_text("this is not Python")
    (tmp_path / "test").mkdir()
    (tmp_path / "test" / "test_glob.py").write_text(source)
    monkeypatch.setattr(stdlib.sysconfig, "get_path", lambda name: str(tmp_path))
    pairs, joined = load_pairs("stdlib-docstrings"), body.replace("  ", " ").replace("body", "glob")
    assert pairs.train == [
        (f"{joined} ¶ - second paragraph", "Summary in glob of a module."),
        (f"Other: {joined}", "Summary in glob of a method."),
    ]
    assert len(pairs.validation) == len(pairs.test) == 2
    (tmp_path / "threading.py").unlink()
    with pytest.raises(BadInput, match="does not hold the docstrings"):
        load_pairs("stdlib-docstrings")


def test_mnist_is_split_into_55000_5000_and_10000(real_data):
    mnist = load_images("mnist")
    assert_images(mnist, (28, 28), (55_000, 5_000, 10_000))
    assert mnist.train_labels[:5].tolist() == [5, 0, 4, 1, 9]  # the well-known first five
    assert mnist.test_labels[:5].tolist() == [7, 2, 1, 0, 4]


def test_tinyshakespeare_in_order_is_the_file(real_data):
    text = load_text("tinyshakespeare")
    whole = text.train + text.validation + text.test
    assert whole == (real_data / "tinyshakespeare" / "input.txt").read_text()
    assert len(text.train) == int(0.9 * len(whole))
    assert abs(len(text.validation) - len(text.test)) <= 1
    assert len(set(whole)) == 65


@pytest.mark.parametrize(
    ("load", "set_name", "file"),
    [(load_images, "mnist", "train-images-idx3-ubyte.gz"), (load_text, "tinyshakespeare", "input.txt")],
)
def test_the_error_for_a_missing_set_names_the_path(load, set_name, file, tmp_path, monkeypatch):
    monkeypatch.setenv("SCRATCHGEN_DATA", str(tmp_path))
    with pytest.raises(BadInput, match=re.escape(str(tmp_path / set_name / file))):
        load(set_name)


def test_the_repr_of_a_data_set_has_its_name_and_sizes():
    assert repr(load_images("digits")) == "RowData('digits', 8×8, 1,297 + 250 + 250 images)"
    assert len(repr(load_text("stdlib"))) < 100


# --- numbers in words -------------------------------------------------------------------------------------


READ = {
    0: ("zero", "zéro"),
    21: ("twenty-one", "vingt et un"),
    71: ("seventy-one", "soixante et onze"),
    77: ("seventy-seven", "soixante-dix-sept"),
    80: ("eighty", "quatre-vingts"),
    81: ("eighty-one", "quatre-vingt-un"),
    91: ("ninety-one", "quatre-vingt-onze"),
    100: ("one hundred", "cent"),
    200: ("two hundred", "deux cents"),
    1000: ("one thousand", "mille"),
    1001: ("one thousand and one", "mille un"),
    2305: ("two thousand three hundred and five", "deux mille trois cent cinq"),
    9999: ("nine thousand nine hundred and ninety-nine", "neuf mille neuf cent quatre-vingt-dix-neuf"),
}


def test_numbers_are_read_as_in_english_and_in_french():
    for n, words in READ.items():
        assert (number_words.english(n), number_words.french(n)) == words


def test_different_numbers_have_different_words_and_are_in_one_part():
    for read in (number_words.english, number_words.french):
        assert len({read(n) for n in range(10_000)}) == 10_000
    pairs = load_pairs("number-words")
    parts = [set(part) for part in (pairs.train, pairs.validation, pairs.test)]
    assert tuple(map(len, parts)) == number_words.SIZES and len(set.union(*parts)) == sum(number_words.SIZES)
