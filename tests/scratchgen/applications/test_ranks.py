"""The results that a report shows are chosen by rank."""

import sys

import pytest

from scratchgen.applications.ranks import best_median_worst
from scratchgen.applications.requirements import require
from scratchgen.errors import NotInstalled

pytestmark = pytest.mark.fast


def test_best_median_and_worst_are_those_of_the_sorted_scores():
    assert best_median_worst([3, 1, 4, 1.5, 9]) == {"best": 4, "median": 0, "worst": 1}
    assert best_median_worst([3, 1, 4], higher_is_better=False) == {"best": 1, "median": 0, "worst": 2}
    assert best_median_worst([(1, 2), (1, 5)]) == {"best": 1, "median": 0, "worst": 0}
    assert best_median_worst([7]) == {"best": 0, "median": 0, "worst": 0}


def test_the_first_of_equal_scores_is_the_best():
    assert best_median_worst([5, 5, 5]) == {"best": 0, "median": 1, "worst": 2}


def test_an_absent_package_is_named_with_the_command_that_installs_it():
    require("eval", *sys.builtin_module_names[:1], "numpy")
    with pytest.raises(NotInstalled, match=r"needs no_such_module.*pip install \"scratchgen-numpy\[eval\]\""):
        require("eval", "numpy", "no_such_module")
