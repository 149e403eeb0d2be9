"""The committed results: the pages and the README's table follow from them, and so does the order of `auto`."""

import copy
from importlib import import_module

import pytest

from scratchgen.benchmarks import pages, readme_table, results
from scratchgen.benchmarks.kernels.measure import orders
from scratchgen_kernels import backends

if not results.RESULTS.exists():
    pytest.skip("the committed results are in the repository only", allow_module_level=True)

KERNELS, STEPS = results.kernel_files(), results.step_files()
README = readme_table.README.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted({state.kernel for state in backends()}))
def test_auto_follows_the_committed_benchmark(name):
    rows = results.kernel_rows(results.newest(KERNELS))
    assert list(import_module(f"scratchgen_kernels.{name}").KERNEL.auto) == orders(rows)[name]


@pytest.mark.parametrize(
    ("make_page", "source"),
    [*((pages.kernels_page, file) for file in KERNELS), *((pages.steps_page, file) for file in STEPS)],
    ids=lambda value: getattr(value, "stem", None),
)
def test_a_committed_page_is_the_page_of_its_numbers(make_page, source):
    numbers, page = results.load(source), source.with_suffix(".md").read_text(encoding="utf-8")
    assert make_page(numbers) == page
    numbers["rows"][0]["median"] *= 1.1
    assert make_page(numbers) != page  # the comparison rejects a number that differs


def test_the_table_in_the_readme_is_the_table_of_the_committed_results():
    assert readme_table.extract(README) == readme_table.committed_table()


@pytest.mark.parametrize("which", ["kernels", "steps"])
def test_the_claim_above_rejects_a_changed_number(which):
    numbers = {"kernels": results.newest(KERNELS), "steps": results.newest(STEPS)}
    assert readme_table.table(**numbers) == readme_table.extract(README)
    changed = copy.deepcopy(numbers)
    for row in changed[which]["rows"]:
        if row["backend"] in ("cython", "scratchgen"):
            row["median"] *= 1.1
    assert readme_table.table(**changed) != readme_table.extract(README)


def test_the_claim_above_rejects_a_digit_that_was_edited_in_the_readme():
    shown = readme_table.extract(README)
    edited = README.replace(shown, shown.replace(" ms", "1 ms", 1))
    assert readme_table.extract(edited) != readme_table.committed_table()
    assert (
        readme_table.replace(edited, readme_table.committed_table()) == README
    )  # and the generator repairs it


def test_results_of_two_machines_do_not_share_a_table():
    kernels, steps = results.newest(KERNELS), results.newest(STEPS)
    steps["machine"]["cpu"] = "another processor"
    with pytest.raises(ValueError, match="different machines"):
        readme_table.table(kernels, steps)


@pytest.mark.parametrize("text", ["", readme_table.BEGIN, f"{readme_table.END} {readme_table.BEGIN}"])
def test_a_readme_without_the_markers_is_refused(text):
    with pytest.raises(ValueError, match="must hold"):
        readme_table.replace(text, "")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(475.68, "476 s"), (0.0232, "23.2 ms"), (0.00665, "6.65 ms"), (0.5, "500 ms"), (2e-6, "2.00 µs")],
)
def test_a_duration_has_three_digits_and_its_unit(seconds, text):
    assert readme_table.duration(seconds) == text
