"""The picture of attention: every weight is in the row and column of its tokens."""

import numpy as np
import pytest

from scratchgen.plots import attention
from scratchgen.plots.glyphs import visible

WEIGHTS = np.array([[0.5, 0.25, 0.25], [0.0, 1.0, 0.0]])


def test_rows_are_target_tokens_and_columns_are_source_tokens(drawn, tmp_path):
    path = attention(WEIGHTS, ["a", " ", "$x"], ["\n", "word"], tmp_path / "a.png")
    assert path.read_bytes().startswith(b"\x89PNG")
    axes = drawn[0].axes[0]
    np.testing.assert_array_equal(axes.images[0].get_array(), WEIGHTS)
    assert axes.images[0].get_clim() == (0, 1)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "␣", "$x"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["↵", "word"]
    assert axes.yaxis_inverted() and (axes.get_xlabel(), axes.get_ylabel()) == ("source", "target")


def test_transposed_weights_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"are \(2, 3\), not \(3, 2\)"):
        attention(WEIGHTS.T, ["a", "b", "c"], ["d", "e"], tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


def test_the_picture_of_a_long_text_has_a_bounded_size(drawn, tmp_path):
    attention(np.full((150, 120), 1 / 120), ["a"] * 120, ["b"] * 150, tmp_path / "a.png")
    assert max(drawn[0].get_size_inches()) < 17


def test_invisible_characters_have_visible_signs():
    assert [visible(symbol) for symbol in ("\n", "\t", " ", "", "\x00", "ab", "é")] == [*"↵→␣∅�", "ab", "é"]


def test_a_text_in_letters_that_no_font_may_have_is_drawn_without_a_warning(recwarn, tmp_path):
    attention(WEIGHTS, ["日", "本", "\ue123"], ["a", "b"], tmp_path / "a.png")
    assert not recwarn.list
