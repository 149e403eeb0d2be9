"""Classes and attributes as one-hot rows."""

import numpy as np
import pytest

from scratchgen.data.preprocessing.one_hot import labels_in_turn, one_hot, one_hot_width
from scratchgen.errors import BadInput


def test_the_rows_of_attributes_stand_next_to_each_other():
    labels = np.array([[1, 0], [0, 2]])
    assert one_hot(labels, (2, 3)).tolist() == [[0, 1, 1, 0, 0], [1, 0, 0, 0, 1]]
    assert one_hot_width((2, 3)) == 5 and one_hot_width(4) == 4
    assert np.array_equal(one_hot(labels[:, :1], (2,)), one_hot(labels[:, 0], 2))


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (None, (2, 3)),
        ([0, 1], (2, 3)),
        ([[0, 3]], (2, 3)),
        ([[0, -1]], (2, 3)),
        ([[0, 1, 0]], (2, 3)),
        ([[0, 1]], 2),
    ],
)
def test_labels_that_do_not_fit_the_attributes_are_refused(labels, classes):
    with pytest.raises(BadInput):
        one_hot(labels, classes)


@pytest.mark.parametrize("classes", [0, (), (2, 0), (2, 1.5)])
def test_numbers_of_kinds_that_are_none_are_refused(classes):
    with pytest.raises(BadInput):
        one_hot(np.zeros((1, 2), int), classes)


def test_labels_in_turn_hold_every_kind_equally_often():
    assert labels_in_turn(7, 3).tolist() == [0, 1, 2, 0, 1, 2, 0]
    labels = labels_in_turn(60, (4, 5, 6))
    for s, K in enumerate((4, 5, 6)):
        assert (np.bincount(labels[:, s], minlength=K) == 60 / K).all()
    assert len(set(map(tuple, labels))) > 30, "the attributes do not go in step"
    assert labels_in_turn(0, (4, 5)).shape == (0, 2)
