"""The results that a report shows are chosen by rank."""

import sys

import numpy as np
import pytest

from scratchgen.applications.ranks import best_median_worst, some_of_each_rank
from scratchgen.applications.requirements import require
from scratchgen.errors import NotInstalled

pytestmark = pytest.mark.fast


def test_best_median_and_worst_are_those_of_the_sorted_scores():
    named = lambda scores: dict(best_median_worst(scores))
    assert named([3, 1, 4, 1.5, 9]) == {"best": 4, "median": 0, "worst": 1}
    assert named([(1, 2), (1, 5)]) == {"best": 1, "median": 0, "worst": 0}
    assert named(np.array([7.0])) == {"best": 0, "median": 0, "worst": 0}


def test_the_first_of_equal_scores_is_the_best():
    assert dict(best_median_worst([5, 5, 5])) == {"best": 0, "median": 1, "worst": 2}


def test_some_of_each_rank_are_named_once_where_there_are_few():
    measure = np.random.default_rng(0).permutation(1001).astype(float)
    places, words = some_of_each_rank(measure)
    assert measure[places].tolist() == [1000, 999, 998, 501, 500, 499, 2, 1, 0]
    assert words == "from left to right the best 3, the median 3 and the worst 3 of 1,001"
    few, words = some_of_each_rank(np.array([1.0, 3.0, 2.0]))
    assert few.tolist() == [1, 2, 0] and words == "all 3, best first"


def test_an_absent_package_is_named_with_the_command_that_installs_it():
    require("eval", *sys.builtin_module_names[:1], "numpy")
    with pytest.raises(NotInstalled, match=r"needs no_such_module.*pip install \"scratchgen-numpy\[eval\]\""):
        require("eval", "numpy", "no_such_module")
