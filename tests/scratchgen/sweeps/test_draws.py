"""Random settings of a sweep: in their ranges, by the distribution that the file names, the same for the same seed."""

import math

import numpy as np
import pytest

from scratchgen.errors import BadInput
from scratchgen.sweeps.draws import draw_settings
from scratchgen.tasks import NAMES, get_task


def drawn(spec, n=1000, seed=0):
    return [found["x"] for found in draw_settings({"trials": n, "seed": seed, "x": spec}, "[random]", accept)]


def accept(name, value):
    return value


def kolmogorov_smirnov(u):
    """√N times the largest distance of the distribution of u from that of uniform numbers in [0, 1]."""
    u, N = np.sort(u), len(u)
    return math.sqrt(N) * max(np.max(np.arange(1, N + 1) / N - u), np.max(u - np.arange(N) / N))


LIMIT = 1.95  # exceeded by one sample in a thousand


def test_uniform_and_log_uniform_numbers_have_their_distributions_and_not_the_other():
    x, y = np.array(drawn({"uniform": [2.0, 6.0]})), np.array(drawn({"log_uniform": [1e-4, 1e-1]}))
    assert x.min() >= 2 and x.max() <= 6 and y.min() >= 1e-4 and y.max() <= 1e-1
    assert kolmogorov_smirnov((x - 2) / 4) < LIMIT
    assert kolmogorov_smirnov(np.log10(y / 1e-4) / 3) < LIMIT
    assert kolmogorov_smirnov((y - 1e-4) / (1e-1 - 1e-4)) > 5 * LIMIT


def test_numbers_have_four_significant_digits_and_stay_within_ends_that_have_more():
    assert all(float(f"{x:.4g}") == x for x in drawn({"uniform": [0.0, 1.0]}))
    narrow = drawn({"uniform": [1.00012, 1.00013]}, n=20)
    assert all(1.00012 <= x <= 1.00013 for x in narrow)


def test_integers_include_both_ends_and_choices_all_values():
    assert set(drawn({"integer": [3, 6]})) == {3, 4, 5, 6} and all(
        type(n) is int for n in drawn({"integer": [3, 6]})
    )
    assert set(drawn({"choice": ["a", "b"]})) == {"a", "b"}


def test_a_combination_is_drawn_once():
    assert len(drawn({"choice": [1, 2]})) == 2


def test_the_seed_decides():
    spec = {"uniform": [0.0, 1.0]}
    assert drawn(spec, seed=1) == drawn(spec, seed=1) != drawn(spec, seed=2)


@pytest.mark.parametrize(
    "spec",
    [
        *({"uniform": ends} for ends in ([1, 1], [2, 1], [1], ["a", "b"], [0, math.nan])),
        *(
            {"log_uniform": [0, 1]},
            {"log_uniform": [-1, 1]},
            {"integer": [1.0, 2]},
            {"choice": []},
            {"choice": 1},
        ),
        *({}, {"uniform": [0, 1], "choice": [1]}, [1, 2], 3, {"normal": [0, 1]}),
    ],
    ids=str,
)
def test_what_is_no_range_is_refused(spec):
    with pytest.raises(BadInput, match=r"^\[random\]: x is a range with low < high, such as \{ uniform"):
        drawn(spec)


@pytest.mark.parametrize(
    "spec", [{"uniform": [0, 9]}, {"log_uniform": [1, 9]}, {"integer": [1, 9]}, {"choice": [1, 9]}]
)
def test_both_ends_of_a_range_are_checked_whatever_is_drawn(spec):
    def below_9(name, value):
        if value == 9:
            raise BadInput("too high")
        return value

    with pytest.raises(BadInput, match="too high"):
        draw_settings({"trials": 1, "x": spec}, "[random]", below_9)


@pytest.mark.parametrize("name", ["trials", "seed"])
@pytest.mark.parametrize("value", [-1, 1.5, True, "3", 2**64])
def test_numbers_of_trials_and_seeds_of_no_sense_are_refused(name, value):
    with pytest.raises(BadInput, match=rf"\[random\]: {name} is a whole number from "):
        draw_settings({"trials": 3, "x": {"choice": [1]}, name: value}, "[random]", accept)


def test_a_table_without_a_setting_is_refused():
    with pytest.raises(BadInput, match="has no setting; add one, such as learning_rate = "):
        draw_settings({"trials": 3}, "[random]", accept)


def test_no_setting_has_the_name_of_another_key_of_the_table():
    assert not {"trials", "seed"} & {
        name for task in NAMES for name in get_task(task).settings.__struct_fields__
    }
