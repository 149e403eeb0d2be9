"""The kinds of a table's columns: declared in its header or by an option, reported, and refused in one line."""

import csv

import numpy as np
import pytest

from scratchgen.data import as_csv, as_table, load_any, load_table, table_from
from scratchgen.data.column_kinds import as_text, declared_by
from scratchgen.data.series import load_series
from scratchgen.errors import BadInput

N = 60
RNG = np.random.default_rng(0)
COLUMNS = {
    "height": RNG.normal(170, 10, N).round(3),
    "age": RNG.poisson(30, N),
    "income": np.exp(RNG.normal(7, 2, N)).round(4),
    "change": RNG.standard_cauchy(N).round(4),
    "colour": [("red", "green", "blue")[i % 3] for i in range(N)],
    "smoker": [i % 2 for i in range(N)],
}
DECLARED = [
    "height:real",
    "age:count",
    "income: Positive",
    "change:student_t",
    "colour:categorical",
    "smoker:binary",
]
KINDS = ["real", "count", "positive", "student-t", "categorical", "categorical"]


def write(path, header=None, **changed):
    with open(path, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header or list(COLUMNS))
        out.writerows(zip(*{**COLUMNS, **changed}.values(), strict=True))
    return str(path)


def rows_of(data):
    x = np.concatenate([data.train, data.validation, data.test])
    return x[np.argsort(np.concatenate(data.places))]


def words(data):
    return " | ".join(" ".join(line) for line in data.report.lines())


def refusal(load, *arguments, **options):
    with pytest.raises(BadInput) as caught:
        load(*arguments, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- declarations ---------------------------------------------------------------------------------------------


def test_a_header_declares_kinds_and_the_report_says_why_each_column_has_its_kind(tmp_path):
    data = load_any(write(tmp_path / "own.csv", DECLARED))
    assert [(c.name, c.kind) for c in data.columns] == list(zip(COLUMNS, KINDS, strict=True))
    for name, kind in zip(
        COLUMNS, ("real", "count", "positive", "student-t", "categorical", "binary"), strict=True
    ):
        assert f"{name} (declared {kind} in the header)" in words(data)
    assert "by default" not in words(data)


def test_by_default_numbers_are_real_and_texts_and_two_numbers_categories_which_the_report_says(tmp_path):
    data = load_any(write(tmp_path / "own.csv"))
    assert [c.kind for c in data.columns] == ["real"] * 4 + ["categorical"] * 2
    assert "height, age, income, change (real by default)" in words(data)
    assert "colour, smoker (categorical by default)" in words(data)


def test_the_option_a_toml_file_and_python_declare_what_the_header_does(tmp_path):
    path, by_header = write(tmp_path / "own.csv"), load_any(write(tmp_path / "header.csv", DECLARED))
    (tmp_path / "kinds.toml").write_text('age = "count"\nincome = "positive"\nchange = "student-t"\n')
    text = "age:count, income:positive, change:student-t"
    frame = {name: np.asarray(x, object if name == "colour" else float) for name, x in COLUMNS.items()}
    table = np.stack([np.asarray(x, object) for x in frame.values()], axis=1)
    found = [
        load_any(path, columns=text),
        load_any(path, columns=str(tmp_path / "kinds.toml")),
        table_from(table, list(COLUMNS), kinds={"age": "count", "income": "positive", "change": "student-t"}),
        table_from(table, [name.replace(" ", "") for name in DECLARED]),
    ]
    for data in found:
        assert data.columns == by_header.columns
        np.testing.assert_array_equal(rows_of(data), rows_of(by_header))
    assert "age (declared count by --columns)" in words(found[0])
    assert "kinds.toml)" in words(found[1]) and "(declared count by kinds)" in words(found[2])
    assert as_text(declared_by(str(tmp_path / "kinds.toml"))) == "age:count,income:positive,change:student-t"


def test_a_name_with_a_comma_or_a_colon_can_be_declared_and_a_colon_alone_is_part_of_a_name(tmp_path):
    path = write(tmp_path / "own.csv", ["length, m", "at 10:30", *list(COLUMNS)[2:]])
    data = load_any(path, columns='"length, m:positive",at 10:30:count')
    assert [(c.name, c.kind) for c in data.columns][:2] == [("length, m", "positive"), ("at 10:30", "count")]
    assert "a name with a colon that names no kind of column: at 10:30" in words(data)
    text = as_text(declared_by('"length, m:positive",at 10:30:count'))
    assert declared_by(text) == declared_by('"length, m:positive",at 10:30:count')


def test_an_array_that_names_its_columns_declares_them_too(tmp_path):
    x = np.stack([COLUMNS["age"], COLUMNS["income"]], axis=1)
    np.savez(tmp_path / "own.npz", x=x, columns=["age:count", "income:positive"])
    assert [c.kind for c in load_any(tmp_path / "own.npz").columns] == ["count", "positive"]
    np.save(tmp_path / "own.npy", x)
    data = load_table(tmp_path / "own.npy", columns="column 1:count")
    assert [(c.name, c.kind) for c in data.columns] == [("column 1", "count"), ("column 2", "real")]


def test_many_texts_or_numbers_are_categories_where_they_are_declared_so(tmp_path):
    codes = [f"{i % 25}{'x' if i % 25 == 3 else ''}" for i in range(N)]  # most are numbers
    path = write(tmp_path / "own.csv", height=codes)
    assert "is no number" in refusal(load_any, path)
    data = load_any(path, columns="height:categorical, age:categorical")
    assert len(data.columns[0].categories) == 25 and "3x" in data.columns[0].categories
    assert data.columns[1].categories[0] == f"{min(COLUMNS['age'])}"


def test_a_column_that_numbers_the_rows_is_kept_where_it_is_declared(tmp_path):
    path = write(tmp_path / "own.csv", ["id:count", *list(COLUMNS)[1:]], height=range(N))
    assert load_any(path).columns[0].name == "id"


def test_a_series_says_that_it_does_not_read_kinds(tmp_path):
    data = load_series(write(tmp_path / "own.csv", DECLARED))
    assert [c.name for c in data.columns][:2] == ["height", "age"]
    assert "kinds of columns, which a series does not read): height:real, age:count" in words(data)


# --- units ----------------------------------------------------------------------------------------------------


def test_all_kinds_come_back_in_the_tables_own_units_and_are_written_so(tmp_path):
    data = load_any(write(tmp_path / "own.csv", DECLARED))
    table = as_table(data.columns, rows_of(data))
    np.testing.assert_array_equal(table["age"], COLUMNS["age"])
    np.testing.assert_allclose(table["income"], COLUMNS["income"], rtol=2e-6)  # the logarithm is float32
    np.testing.assert_allclose(table["change"], COLUMNS["change"], rtol=2e-6, atol=1e-5)
    (tmp_path / "again.csv").write_text(as_csv(data.columns, rows_of(data)))
    again = as_table(
        data.columns, rows_of(load_any(tmp_path / "again.csv", columns="age:count,income:positive"))
    )
    np.testing.assert_array_equal(again["age"], COLUMNS["age"])


def test_counts_are_not_scaled_and_heavy_tails_are_in_units_of_the_quartiles(tmp_path):
    data = load_any(write(tmp_path / "own.csv", DECLARED))
    x = rows_of(data)
    np.testing.assert_array_equal(x[:, 1], COLUMNS["age"])
    np.testing.assert_allclose(np.median(data.train[:, 3]), 0, atol=1e-6)
    low, high = np.quantile(data.train[:, 3], [0.25, 0.75])
    assert high - low == pytest.approx(1.349, abs=1e-4)
    assert data.train[:, 3].std() > 2  # the deviation of a Cauchy column is that of its largest cells
    np.testing.assert_allclose(data.train[:, 2].mean(), 0, atol=1e-5)


def test_a_positive_sample_is_positive_where_numbers_are_whole_too():
    data = table_from(np.arange(1, 61)[:, None] ** 2, ["x"], kinds={"x": "positive"})
    found = as_table(data.columns, np.array([[-40.0], [0.0], [40.0]], np.float32))["x"]
    assert found[0] == 1 and np.all(found == np.rint(found))
    data = table_from(np.exp(np.linspace(-20, 3, 60))[:, None], ["x"], kinds={"x": "positive"})
    written = as_csv(data.columns, rows_of(data)).split()[1:]
    assert min(map(float, written)) > 0
    np.testing.assert_allclose(sorted(map(float, written)), np.exp(np.linspace(-20, 3, 60)), rtol=1e-5)


# --- refusals -------------------------------------------------------------------------------------------------


def broken(name, i, value):
    cells = list(COLUMNS[name])
    cells[i] = value
    return {name: cells}


@pytest.mark.parametrize(
    ("header", "changed", "options", "why"),
    [
        (DECLARED, broken("age", 7, -1), {}, "age is count and holds -1 in line 9, where a count is 0, 1, 2, …"),
        (DECLARED, broken("age", 7, 2.5), {}, "age is count and holds 2.5 in line 9"),
        (DECLARED, broken("age", 7, 2**25), {}, "above 16,777,216"),
        (DECLARED, broken("income", 0, 0), {}, "income is positive and holds 0 in line 2"),
        (DECLARED, broken("income", 59, -3), {}, "income is positive and holds -3 in line 61"),
        (DECLARED, broken("smoker", 3, 2), {}, "smoker is binary and has 3 different values"),
        (["height", "age:cuont", *list(COLUMNS)[2:]], {}, {}, "did you mean count?"),
        (None, {}, {"columns": "age:number"}, "age is declared 'number' by --columns; the kinds are real, student-t"),
        (None, {}, {"columns": "age:posititve"}, "did you mean positive?"),
        (None, {}, {"columns": "agee:count"}, "has no column agee, which is declared by --columns; did you mean age?"),
        (None, {}, {"columns": "age"}, "--columns takes name:kind"),
        (None, {}, {"columns": "age:count,age:real"}, "age is declared count and real by --columns; leave one out"),
        (DECLARED, {}, {"columns": "age:real"}, "age is declared count in the header and real by --columns"),
        (None, {}, {"columns": "colour:count"}, "colour is count and holds texts: 'red' in line 2"),
        (None, {"colour": [f"c{i}" for i in range(N)]}, {"columns": "colour:categorical"}, "60 categories, more than"),
        (None, {"colour": [f"c{i}" for i in range(N)]}, {}, "declare colour:categorical"),
        (None, {}, {"columns": "nowhere.toml"}, "nowhere.toml cannot be read as TOML"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_in_one_line(header, changed, options, why, tmp_path):
    assert why in refusal(load_any, write(tmp_path / "own.csv", header, **changed), **options)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("age = 3", "age is no kind"),
        ("age", "cannot be read as TOML"),
        ('age = "cont"', "did you mean count?"),
    ],
)
def test_a_toml_file_of_another_form_is_refused(text, why, tmp_path):
    (tmp_path / "kinds.toml").write_text(text)
    assert why in refusal(load_any, write(tmp_path / "own.csv"), columns=str(tmp_path / "kinds.toml"))


def test_a_row_of_an_array_is_named_by_its_number():
    assert "x is count and holds 0.5 in row 2" in refusal(
        table_from, np.array([[1.0], [0.5], *[[2.0]] * 30]), ["x"], kinds={"x": "count"}
    )


def test_kinds_have_no_meaning_for_a_known_set_of_pictures():
    assert "--columns has no meaning for" in refusal(load_any, "digits", columns="a:count")


def test_numbers_that_may_be_pixels_are_a_table_where_kinds_are_declared(tmp_path):
    x = RNG.integers(0, 200, (50, 64))
    np.save(tmp_path / "own.npy", x)
    assert load_any(tmp_path / "own.npy").kind == "images"
    assert load_any(tmp_path / "own.npy", columns="column 3:count").columns[2].kind == "count"
    np.savez(tmp_path / "own.npz", x=x, columns=["n:count", *(f"x{i}" for i in range(63))])
    assert load_any(tmp_path / "own.npz").columns[0].kind == "count"
    for kind, first in (("images", "p0"), ("table", "p0:count")):
        lines = [",".join([first, *(f"p{i}" for i in range(1, 64))]), *(",".join(map(str, row)) for row in x)]
        (tmp_path / "own.csv").write_text("\n".join(lines))
        assert load_any(tmp_path / "own.csv").kind == kind
