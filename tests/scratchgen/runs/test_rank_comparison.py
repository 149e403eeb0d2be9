"""What the ranks of a training compare at the end of an epoch."""

import numpy as np
import pytest

from scratchgen.errors import BadInput
from scratchgen.nn import Linear
from scratchgen.random import Generator
from scratchgen.runs.rank_comparison import RankComparison, agreed, checksum, slow_ranks

pytestmark = pytest.mark.fast


class Others:
    """Rank 0, with what the other ranks would answer."""

    rank, exchange_seconds = 0, 0.25

    def __init__(self, *answers):
        self.answers, self.size = answers, 1 + len(answers)

    def gather(self, value):
        return [value, *self.answers]


def test_the_first_reason_to_stop_is_that_of_all():
    assert agreed(Others(None, "interrupted", "ended by SIGTERM"), None) == "interrupted"
    assert agreed(Others("interrupted"), "stopped after 1 minutes") == "stopped after 1 minutes"
    assert agreed(Others(None), None) is None


def test_a_rank_that_takes_twice_as_long_is_named_with_its_machine():
    (line,) = slow_ranks([4.0, 9.0, 4.2, 3.9], ["one", "two", "three", "four"])
    assert line == ("rank 1 on two computed 9.0 s in this epoch and the others 4.0 s: all wait for it")


@pytest.mark.parametrize("seconds", [[4.0, 5.0, 4.2, 3.9], [0.2, 0.8]])
def test_the_claim_above_rejects_small_differences_and_short_epochs(seconds):
    assert not slow_ranks(seconds, ["one"] * len(seconds))


def test_ranks_with_equal_weights_go_on_and_show_the_share_of_exchanges():
    model = {"model": Linear(2, 3, Generator(0))}
    comparison = RankComparison(Others((0.1, checksum(model), "two")))
    assert comparison.of_epoch(model) == [] and comparison.note.startswith("  exchange ")


def test_a_rank_whose_weights_differ_in_one_bit_ends_the_training():
    model, other = Linear(2, 3, Generator(0)), Linear(2, 3, Generator(0))
    other.W.data[1, 2] = np.nextafter(other.W.data[1, 2], np.float32(1))
    ranks = Others((0.1, checksum({"model": model}), "two"), (0.1, checksum({"model": other}), "three"))
    with pytest.raises(BadInput, match="the weights of rank 2 on three are not those of rank 0"):
        RankComparison(ranks).of_epoch({"model": model})


def test_one_rank_compares_nothing():
    class Alone:
        size, rank = 1, 0

    assert RankComparison(Alone()).of_epoch({}) == []
