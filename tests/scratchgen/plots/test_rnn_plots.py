"""Pictures of a recurrent network show every number in its place."""

import numpy as np
import pytest
from matplotlib.textpath import TextPath

from scratchgen.plots import eigenvalues, gates, gradient_norms, text_states
from scratchgen.plots.text_states import ADVANCE, COLUMNS, layout

PNG = b"\x89PNG"


# --- units over a text ------------------------------------------------------------------------------------


def test_every_token_is_on_the_colour_of_its_state(drawn, tmp_path):
    text, h = "a $b\ncd", np.linspace(-1, 1, 14).reshape(2, 7)
    path = text_states(h, text, ["one", "two"], tmp_path / "a.png")
    assert path.read_bytes().startswith(PNG)
    for axes, unit, title in zip(drawn[0].axes, h, ("one", "two"), strict=False):
        grid = axes.images[0].get_array().filled(np.nan)
        np.testing.assert_array_equal(grid[0, :5], unit[:5])
        np.testing.assert_array_equal(grid[1, :2], unit[5:])
        assert np.isnan(grid[0, 5:]).all() and np.isnan(grid[1, 2:]).all()
        assert [t.get_text() for t in axes.texts] == ["a $b↵", "cd"]
        assert axes.get_title(loc="left") == title and axes.images[0].get_clim() == (-1, 1)


def test_a_long_line_continues_in_the_next_row_and_a_token_has_one_colour():
    assert [len(row) for row in layout("x" * (COLUMNS + 3))] == [COLUMNS, 3]
    assert layout(["ab", "\n", "c"]) == [[(0, "a"), (0, "b"), (1, "↵")], [(2, "c")]]
    assert layout("a\n") == [[(0, "a"), (1, "↵")]]


def test_a_letter_that_would_not_fit_into_its_cell_is_not_drawn():
    assert "".join(sign for _, sign in layout("a日é")[0]) == "a�é"


def test_letters_are_as_wide_as_their_cells():
    wide, narrow = (TextPath((0, 0), n * "m", size=100, prop={"family": "DejaVu Sans Mono"}) for n in (41, 1))
    advance = (wide.get_extents().x1 - narrow.get_extents().x1) / 40 / 100
    assert abs(80 * (advance - ADVANCE)) < 0.1  # of a letter, at the end of the longest row


def test_states_of_another_shape_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"\(1, 3\), not \(3, 1\)"):
        text_states(np.zeros((3, 1)), "abc", ["one"], tmp_path / "a.png")


# --- gates ------------------------------------------------------------------------------------------------


def test_gates_are_dots_by_their_shares_and_a_map_of_the_last_layer_in_order_of_the_mean(drawn, tmp_path):
    rng = np.random.default_rng(0)
    found = {name: rng.random((2, 80, 5)) for name in "ifo"}
    found["f"][1, :, 2], found["f"][1, :, 4] = 0.99, 0.01
    path = gates(found, "s" * 80, tmp_path / "a.png")
    assert path.read_bytes().startswith(PNG)
    axes = drawn[0].axes
    left, _, right = axes[3:6]
    assert left.get_title(loc="left") == "forget gate $f$"
    dots = [layer.get_offsets().tolist() for layer in left.collections]
    assert [len(layer) for layer in dots] == [5, 5]
    assert dots[1][2] == [1, 0] and dots[1][4] == [0, 1]
    shown = right.images[0].get_array()
    assert np.all(shown[0] == 0.01) and np.all(shown[-1] == 0.99)
    assert shown.shape == (5, 60) and len(right.get_xticklabels()) == 60


# --- norms and eigenvalues --------------------------------------------------------------------------------


def test_norms_are_lines_by_steps_back_and_a_name_has_one_colour(drawn, tmp_path):
    lines = {"slow": 0.9 ** np.arange(5), "gone": np.array([1.0, 0.5, 0, 0])}
    panels = {"here": lines, "there": {"gone": lines["gone"], "bound": np.ones(3)}}
    assert gradient_norms(panels, tmp_path / "a.png", dashed=["bound"]).read_bytes().startswith(PNG)
    here, there = drawn[0].axes
    assert here.get_yscale() == "log" and [a.get_title() for a in (here, there)] == ["here", "there"]
    (_, slow, gone), (_, again, bound) = here.lines, there.lines
    np.testing.assert_array_equal(slow.get_ydata(), lines["slow"])
    np.testing.assert_array_equal(gone.get_ydata(), [1, 0.5, np.nan, np.nan])
    assert gone.get_color() == again.get_color() != slow.get_color() and bound.get_linestyle() == "--"


@pytest.mark.parametrize("names", [["W"], ["r", "z", "n"], ["i", "f", "g", "o"]])
@pytest.mark.parametrize("n", [1, 4])
def test_eigenvalues_are_dots_in_the_plane_at_every_moment_within_the_picture(names, n, drawn, tmp_path):
    rng = np.random.default_rng(0)
    moments = [
        (1 + k) * rng.standard_normal((len(names), 6)) * np.exp(1j * rng.standard_normal(6)) for k in range(n)
    ]
    assert eigenvalues(moments, names, tmp_path / "a.png").read_bytes().startswith(PNG)
    for g, axes in enumerate(drawn[0].axes[: len(names)]):
        assert axes.get_title() == names[g] and axes.get_aspect() == 1
        for moment, dots in zip(moments, axes.collections, strict=True):
            at = dots.get_offsets()
            np.testing.assert_allclose(at[:, 0] + 1j * at[:, 1], moment[g])
            assert np.abs(at).max() < axes.get_xlim()[1] == axes.get_ylim()[1]
        circle = axes.lines[0].get_xydata()
        np.testing.assert_allclose(np.hypot(*circle.T), 1)
