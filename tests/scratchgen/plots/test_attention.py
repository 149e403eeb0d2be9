"""Attention as a picture: every weight in its row and column, every symbol beside it."""

import numpy as np
import pytest

from scratchgen.plots import attention
from scratchgen.plots.characters import seen

WEIGHTS = np.array([[0.5, 0.25, 0.25], [0.0, 1.0, 0.0]])


def test_rows_are_target_symbols_and_columns_are_source_symbols(drawn, tmp_path):
    path = attention(WEIGHTS, ["a", " ", "$x"], ["\n", "word"], tmp_path / "a.png")
    assert path.read_bytes().startswith(b"\x89PNG")
    axes = drawn[0].axes[0]
    np.testing.assert_array_equal(axes.images[0].get_array(), WEIGHTS)
    assert axes.images[0].get_clim() == (0, 1)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "␣", "$x"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["↵", "word"]
    assert axes.yaxis_inverted() and (axes.get_xlabel(), axes.get_ylabel()) == ("source", "target")


def test_weights_that_stand_the_other_way_round_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"are \(2, 3\), not \(3, 2\)"):
        attention(WEIGHTS.T, ["a", "b", "c"], ["d", "e"], tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


def test_a_long_text_becomes_no_larger_than_can_be_shown(drawn, tmp_path):
    attention(np.full((150, 120), 1 / 120), ["a"] * 120, ["b"] * 150, tmp_path / "a.png")
    assert max(drawn[0].get_size_inches()) < 17


def test_symbols_without_ink_are_seen():
    assert [seen(symbol) for symbol in ("\n", "\t", " ", "", "\x00", "ab", "é")] == [*"↵→␣∅�", "ab", "é"]


def test_a_text_in_letters_that_no_font_may_have_is_drawn_without_a_warning(recwarn, tmp_path):
    attention(WEIGHTS, ["日", "本", "\ue123"], ["a", "b"], tmp_path / "a.png")
    assert not recwarn.list
