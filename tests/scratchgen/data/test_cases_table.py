"""A user's own tables: read by content, in the table's own units on the way back, or refused with the reason."""

import csv
import gzip
import io

import numpy as np
import pytest

from scratchgen.data import (
    RowData,
    as_csv,
    as_table,
    load_any,
    load_images,
    load_table,
    load_text,
    table_from,
)
from scratchgen.data.load import kind_of_data
from scratchgen.data.statistics import describe
from scratchgen.errors import BadInput
from scratchgen.tasks import choose

N = 200
RNG = np.random.default_rng(0)
NUMBERS = RNG.standard_normal((N, 3)) * [1e-3, 1e4, 2] + [5, -2e4, 0]
HEADER = ["length, m", "price", "angle"]


def write(path, rows, header=None, separator=","):
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows(
        [*([header] if header else []), *rows]
    )
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def cells(x):
    return [[repr(float(v)) if v == v else "" for v in row] for row in x]


def rows_of(data):
    return np.concatenate([data.train, data.validation, data.test])


def in_own_units(data):
    return np.stack(list(as_table(data.columns, rows_of(data)).values()), axis=1)


def words(data):
    return " | ".join(" ".join(line) for line in data.report.lines())


def refusal(load, *arguments, **options):
    with pytest.raises(BadInput) as caught:
        load(*arguments, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def sorted_rows(x):
    return x[np.argsort(x[:, 0])]


# --- numbers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [",", ";", "\t", " "])
@pytest.mark.parametrize("header", [True, False])
def test_a_table_is_found_by_content_and_comes_back_in_its_own_units(separator, header, tmp_path):
    names = ["length", "price", "angle"]  # blanks would be separators
    data = load_any(write(tmp_path / "own", cells(NUMBERS), names if header else None, separator))
    assert isinstance(data, RowData) and data.kind == "table"
    assert [len(part) for part in (data.train, data.validation, data.test)] == [160, 20, 20]
    assert [column.name for column in data.columns] == (
        names if header else ["column 1", "column 2", "column 3"]
    )
    tolerance = 1e-5 * NUMBERS.std(axis=0)  # of float32 in units of the deviation
    assert np.all(np.abs(sorted_rows(in_own_units(data)) - sorted_rows(NUMBERS)) < tolerance)
    assert ("without a header" in words(data)) != header


def test_columns_are_standardised_on_the_training_part_alone(tmp_path):
    data = load_any(write(tmp_path / "own.csv", cells(NUMBERS), HEADER))
    np.testing.assert_allclose(data.train.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(data.train.std(axis=0), 1, rtol=1e-5)
    assert np.abs(rows_of(data).mean(axis=0)).max() > 1e-3  # the claim rejects the statistics of all rows
    assert "with mean 0 and deviation 1 on the training part" in words(data)


def test_a_csv_of_samples_reads_back_as_the_same_table(tmp_path):
    data = load_any(write(tmp_path / "own.csv", cells(NUMBERS), HEADER))
    (tmp_path / "again.csv").write_text(as_csv(data.columns, rows_of(data)))
    again = load_any(tmp_path / "again.csv")
    assert [column.name for column in again.columns] == HEADER
    difference = sorted_rows(in_own_units(again)) - sorted_rows(in_own_units(data))
    assert np.all(np.abs(difference) < 2e-6 * NUMBERS.std(axis=0))  # written to a millionth, and float32


def test_gzip_and_another_encoding_are_read(tmp_path):
    path = write(tmp_path / "own.csv", cells(NUMBERS), ["größe", "preis", "winkel"])
    path.write_bytes(gzip.compress(path.read_text(encoding="utf-8").encode("latin-1")))
    assert "--encoding latin-1" in refusal(load_any, path)
    data = load_any(path, encoding="latin-1")
    assert data.columns[0].name == "größe" and "unpacked from gzip" in words(data)


@pytest.mark.parametrize(
    ("header", "names"), [("length price angle", ["length", "price", "angle"]), ("a remark", None)]
)
def test_the_comments_of_numpy_are_a_header_where_they_name_the_columns(header, names, tmp_path):
    np.savetxt(tmp_path / "own.dat", NUMBERS, header=header)
    data = load_any(tmp_path / "own.dat")
    assert [column.name for column in data.columns] == (names or ["column 1", "column 2", "column 3"])
    assert len(rows_of(data)) == N and "1 comment lines (#)" in words(data)


def test_a_single_column_of_numbers_is_a_table(tmp_path):
    (tmp_path / "series.txt").write_text("\n".join(map(str, range(50))))
    assert kind_of_data(str(tmp_path / "series.txt")) == "table"


# --- missing cells, categories, columns that say nothing ------------------------------------------------------


def test_missing_cells_are_nan_and_empty_again(tmp_path):
    x = NUMBERS.copy()
    x[::3, 1] = np.nan
    rows = cells(x)
    for i, word in enumerate(("NA", "nan", "?", "null", "")):
        rows[3 * i][1] = word
    data = load_any(write(tmp_path / "own.csv", rows, HEADER))
    assert np.isnan(rows_of(data)[:, 1]).sum() == 67 and np.isfinite(rows_of(data)[:, [0, 2]]).all()
    assert data.report.changed["missing cells, which the model does not look at"] == 67
    assert np.nanmean(data.train[:, 1]) == pytest.approx(0, abs=1e-5)
    assert as_csv(data.columns, rows_of(data)).count(",,") == 67


def test_few_texts_are_categories_and_come_back_as_texts(tmp_path):
    rows = [(f"{i / 7:.3f}", ("red", "green", "blue")[i % 3] if i % 10 else "", i % 2) for i in range(60)]
    data = load_any(write(tmp_path / "own.csv", rows, ["x", "colour", "flag"]))
    assert [column.categories for column in data.columns] == [(), ("blue", "green", "red"), ("0", "1")]
    assert data.train.shape[1] == 1 + 3 + 2
    table = as_table(data.columns, rows_of(data))
    found = sorted(zip(np.round(table["x"], 3) + 0.0, table["colour"], table["flag"], strict=True))
    assert [(f"{x:.3f}", colour or "", flag) for x, colour, flag in found] == [
        (x, colour, str(flag)) for x, colour, flag in rows
    ]
    assert "2 columns taken as categories: colour, flag" in words(data)


def test_two_numbers_that_agree_in_six_digits_are_two_categories_and_come_back_exactly(tmp_path):
    pair = (1234567.25, 1234567.5)
    assert len({f"{v:g}" for v in pair}) == 1, "in six digits they are one"
    data = load_any(
        write(tmp_path / "own.csv", [(repr(pair[i % 3 == 0]), i / 7) for i in range(60)], ["a", "x"])
    )
    assert data.columns[0].categories == ("1234567.25", "1234567.5")
    table = as_table(data.columns, rows_of(data))
    assert sorted(zip(np.round(table["x"] * 7), map(float, table["a"]), strict=True)) == [
        (i, pair[i % 3 == 0]) for i in range(60)
    ]


def test_whole_numbers_stay_whole_in_samples(tmp_path):
    data = load_any(write(tmp_path / "own.csv", [(i % 17, i / 3) for i in range(60)], ["count", "x"]))
    found = as_table(data.columns, RNG.standard_normal((50, 2)).astype(np.float32))
    assert np.all(found["count"] == np.rint(found["count"])) and np.any(found["x"] != np.rint(found["x"]))


def test_names_are_no_categories_and_are_refused_by_name(tmp_path):
    rows = [(i / 3, f"person {i}", f"remark {i}") for i in range(60)]
    found = refusal(load_any, write(tmp_path / "own.csv", rows, ["x", "name", "remark"]))
    assert "name, remark" in found and "60" in found


def test_columns_that_say_nothing_are_left_out_by_name(tmp_path):
    rows = [(i, x, 7, "", y) for i, (x, y, _) in enumerate(NUMBERS)]
    data = load_any(write(tmp_path / "own.csv", rows, ["", "x", "seven", "empty", "y"]))
    assert [column.name for column in data.columns] == ["x", "y"]
    assert "1 (a column of one value): seven" in words(data)
    assert "1 (a column without any value): empty" in words(data)
    assert "1 (a column that numbers the rows): the first" in words(data)


# --- damage ---------------------------------------------------------------------------------------------------


def test_all_damaged_lines_are_named_and_left_out_when_asked(tmp_path):
    rows = cells(NUMBERS)
    path = write(tmp_path / "own.csv", rows, HEADER)
    lines = path.read_text().split("\n")
    lines[150], lines[160] = "1,2", "1,2,3,4"  # line 1 is the header
    path.write_text("\n".join(lines))
    found = refusal(load_any, path)
    assert "2 of 201 lines" in found and "151 (2 cells, not 3)" in found and "161 (4 cells, not 3)" in found
    assert len(rows_of(load_any(path, skip_bad=True))) == N - 2
    lines[150], lines[160] = "1,2,oops", "x,2,3"
    path.write_text("\n".join(lines))
    found = refusal(load_any, path)
    assert "151 ('oops' in angle is no number)" in found and "161 ('x' in length, m is no number)" in found
    data = load_any(path, skip_bad=True)
    assert len(rows_of(data)) == N - 2 and set(data.report.bad) == {"line 151", "line 161"}


def test_decimal_commas_are_read_and_thousands_are_not_guessed(tmp_path):
    write(tmp_path / "own.csv", [(f"{i},5", f"{i},25") for i in range(60)], ["a", "b"], ";")
    data = load_any(tmp_path / "own.csv")
    assert sorted(np.round(as_table(data.columns, rows_of(data))["a"], 3)) == [i + 0.5 for i in range(60)]
    assert data.report.changed["numbers with a decimal comma"] == 120
    write(tmp_path / "own.csv", [(f"{i},500", i) for i in range(1, 60)], ["a", "b"], ";")
    assert "1.500 or 1500" in refusal(load_any, tmp_path / "own.csv")


@pytest.mark.parametrize(
    ("rows", "header", "why"),
    [
        ([(1, i) for i in range(9)], ["a", "b"], "at least 10"),
        ([(i, "inf") for i in range(30)], ["a", "b"], "infinite numbers in b"),
        ([(i / 3, i / 7) for i in range(30)], ["a", "a"], "two columns of the name 'a'"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(rows, header, why, tmp_path):
    assert why in refusal(load_any, write(tmp_path / "own.csv", rows, header))


# --- arrays, and from Python ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "kind"),
    [
        (NUMBERS, "table"),
        (np.abs(RNG.standard_normal((50, 16))) * 9, "table"),  # a square, but values above 1
        (RNG.random((50, 16)), "images"),
        (RNG.random((50, 12)), "images"),  # 3 × 2 × 2, in colour
        (RNG.random((50, 7)), "table"),
        (RNG.integers(0, 256, (50, 16)), "images"),
        (RNG.integers(-5, 5, (50, 16)), "table"),
        (np.where(RNG.random((50, 16)) < 0.1, np.nan, RNG.random((50, 16))), "table"),
        (RNG.random((50, 4, 4)), "images"),
        (RNG.random(50), "table"),
    ],
)
def test_an_array_of_rows_that_are_no_pixels_is_a_table(x, kind, tmp_path):
    np.save(tmp_path / "own.npy", x)
    assert kind_of_data(str(tmp_path / "own.npy")) == kind


def test_an_array_may_name_its_columns_and_its_shape_may_make_it_images(tmp_path):
    np.savez(tmp_path / "own.npz", x=NUMBERS, columns=HEADER)
    assert [column.name for column in load_any(tmp_path / "own.npz").columns] == HEADER
    np.savez(tmp_path / "own.npz", x=NUMBERS, y=np.arange(N))
    assert "1 (an array that is not read): y" in words(load_any(tmp_path / "own.npz"))
    np.savez(tmp_path / "own.npz", x_train=NUMBERS, x_test=NUMBERS)
    assert "several arrays" in refusal(load_any, tmp_path / "own.npz")
    np.save(tmp_path / "own.npy", RNG.random((50, 35)))
    assert load_any(tmp_path / "own.npy").kind == "table"
    assert load_any(tmp_path / "own.npy", image_shape="5,7").image_shape == (5, 7, 1)


def test_an_array_and_a_frame_of_pandas_become_a_table():
    data = table_from(NUMBERS, HEADER)
    np.testing.assert_allclose(sorted_rows(in_own_units(data)), sorted_rows(NUMBERS), rtol=1e-4)

    class Table(dict):  # as much of a DataFrame as is read
        columns = property(lambda self: list(self))

    class Series:
        def __init__(self, x):
            self.x = np.array(x, dtype=object)

        def to_numpy(self):
            return self.x

    frame = Table(height=Series(NUMBERS[:, 0]), group=Series([("a", "b", None)[i % 3] for i in range(N)]))
    data = table_from(frame)
    assert [(c.name, c.categories) for c in data.columns] == [("height", ()), ("group", ("a", "b"))]
    assert np.isnan(rows_of(data)[:, 1]).sum() == N // 3


@pytest.mark.parametrize(
    ("x", "columns", "why"),
    [(np.zeros(5), None, "(N, D)"), (NUMBERS, ["a"], "1 names for 3"), (NUMBERS[:5], None, "at least 10")],
)
def test_what_is_no_table_is_refused(x, columns, why):
    assert why in refusal(table_from, x, columns)


# --- what becomes of a table ----------------------------------------------------------------------------------


def test_statistics_are_in_the_tables_own_units(tmp_path):
    data = load_any(write(tmp_path / "own.csv", [(10 + i, "ab"[i % 2]) for i in range(60)], ["x", "group"]))
    facts = dict(describe(data))
    x = as_table(data.columns, data.train)["x"]
    assert (
        facts["x"] == f"{x.min():.0f} … {x.max():.0f}, mean {x.mean():,.6g}" and 10 <= x.min() < x.max() <= 69
    )
    assert sum(int(part.split(": ")[1]) for part in facts["group"].split(", ")) == len(data.train)


def test_no_task_takes_a_table_for_something_else(tmp_path):
    path = str(write(tmp_path / "own.csv", cells(NUMBERS), HEADER))
    assert choose("vae", path, {}).name == "vae"
    for family, given in (("rnn", {}), ("gan", {}), ("vae", {"model": "vq"})):
        assert "table" in refusal(choose, family, path, given)
    assert "is a table" in refusal(load_images, path)
    assert (
        choose("rnn", path, {}, "text").name == "text" and "5" in load_text(path).train
    )  # whoever asks for a text


@pytest.mark.parametrize(
    "text", ["In 1990, many\nIn 1991, few\nIn 1992, none\n" * 9, "1, one\n2, two\n3, three\n" * 9]
)
def test_prose_with_commas_is_a_text(text, tmp_path):
    (tmp_path / "own.txt").write_text(text)
    assert kind_of_data(str(tmp_path / "own.txt")) == "text"


def test_files_as_people_have_them_are_read(case):
    data = load_any(case("txt/a.csv"))
    assert data.kind == "table" and [column.name for column in data.columns] == ["a", "b"]
    assert set(map(tuple, in_own_units(data))) == {(1.0, 2.0)}
    assert kind_of_data(str(case("npy/mnist.csv"))) == "images"
    assert load_table(case("txt/a.csv")).columns == data.columns
