"""Line by line: which lines of a file ran, and what each of them changed."""

import sys

from scratchgen.equations.debugger import line_by_line


def by_halves(x, steps):
    total = 0.0
    for _ in range(steps):
        total += x
        x = x / 2
    return total


def test_each_line_that_ran_is_there_with_the_variables_that_it_changed():
    result, rows = line_by_line({__file__}, by_halves, x=4.0, steps=2)
    assert result == 6.0
    assert [(text.strip(), changed) for _, text, changed in rows] == [
        ("total = 0.0", "total = 0"),
        ("for _ in range(steps):", "_ = 0"),
        ("total += x", "total = 4"),
        ("x = x / 2", "x = 2"),
        ("for _ in range(steps):", "_ = 1"),
        ("total += x", "total = 6"),
        ("x = x / 2", "x = 1"),
        ("for _ in range(steps):", ""),
        ("return total", "→ 6"),
    ]
    first = by_halves.__code__.co_firstlineno + 1
    assert rows[0][0] == f"equations/test_debugger.py:{first}"


def test_other_files_are_passed_over_and_the_tracing_ends():
    before = sys.gettrace()
    assert line_by_line(set(), by_halves, x=4.0, steps=2) == (6.0, [])
    assert sys.gettrace() is before


def test_an_error_passes_through_and_the_tracing_ends():
    before = sys.gettrace()
    try:
        line_by_line({__file__}, by_halves, x="4", steps=2)
    except TypeError:
        pass
    else:
        raise AssertionError("a text has no half")
    assert sys.gettrace() is before
