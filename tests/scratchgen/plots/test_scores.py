"""Pictures of scores: the order, the error bars, the scale, and scores that are far from all others."""

import math

import numpy as np
import pytest

from scratchgen.plots import ranked_scores, score_curve

NAN = math.nan


def bars(axes):
    """The dots of the figure and the ends of their error bars: [(x, y, low, high)], in the order of the dots."""
    found = []
    for container in axes.containers:
        line, _, (segments,) = container.lines
        for (x, y), ends in zip(line.get_xydata(), segments.get_segments(), strict=True):
            along = np.reshape(ends, (-1, 2))[:, 0 if container.has_xerr else 1]
            found.append((x, y, along.min(initial=math.inf), along.max(initial=-math.inf)))
    return np.array(found)


def test_the_best_score_is_on_top_and_its_bar_is_one_standard_error_to_each_side(drawn, tmp_path):
    scores = {"hidden 8": (3.0, 0.5), "hidden 4, which is a long label" + ", rate 1" * 9: (2.0, 0.25)}
    assert ranked_scores(scores, tmp_path / "a.png", "ELBO").read_bytes().startswith(b"\x89PNG")
    (axes,) = drawn[0].axes
    found = bars(axes)
    assert found[:, [0, 2, 3]].tolist() == [[3.0, 2.5, 3.5], [2.0, 1.75, 2.25]]
    assert axes.yaxis_inverted() and found[0, 1] < found[1, 1]
    first, second = (label.get_text().replace("\N{NO-BREAK SPACE}", " ") for label in axes.get_yticklabels())
    assert first == "hidden 8" and all(line.endswith(",") for line in second.split("\n")[:-1])
    assert second.replace("\n", " ") in scores and second.count("\n") == 1


def test_a_single_seed_has_no_bar(drawn, tmp_path):
    ranked_scores({"hidden 8": (3.0, NAN), "hidden 4": (2.0, 0.25)}, tmp_path / "a.png", "ELBO")
    assert np.isinf(bars(drawn[0].axes[0])[:, 2]).tolist() == [True, False]


@pytest.mark.parametrize(
    ("values", "scale"),
    [([1, 10], "linear"), ([1, 11], "log"), ([0, 0.1, 11], "linear"), ([-1, 5], "linear")],
)
def test_the_axis_of_a_setting_is_logarithmic_over_more_than_a_decade(drawn, tmp_path, values, scale):
    score_curve({x: (2.0 * x, 0.5) for x in reversed(values)}, tmp_path / "a.png", "beta", "ELBO")
    (axes,) = drawn[0].axes
    assert axes.get_xscale() == scale
    assert bars(axes).tolist() == [[x, 2 * x, 2 * x - 0.5, 2 * x + 0.5] for x in values]


def test_values_are_the_numbers_of_the_axis_where_they_do_not_overlap(drawn, tmp_path):
    for close in (0.003, 0.00101):
        score_curve({0.001: (1, 0), close: (2, 0), 0.1: (1, 0)}, tmp_path / "a.png", "rate", "ELBO")
    apart, overlapping = ([t.get_text() for t in f.axes[0].get_xticklabels()] for f in drawn)
    assert apart == ["0.001", "0.003", "0.1"] and "0.00101" not in overlapping


@pytest.mark.parametrize("far", [-1e12, 1e12])
@pytest.mark.parametrize("horizontal", [True, False])
def test_a_score_far_from_all_others_is_an_arrow_and_leaves_them_apart(drawn, tmp_path, far, horizontal):
    scores = {0.001: (-3.8, 0.1), 0.01: (-8.8, 0.5), 0.1: (far, NAN)}
    if horizontal:
        ranked_scores({str(rate): score for rate, score in scores.items()}, tmp_path / "a.png", "ELBO")
    else:
        score_curve(scores, tmp_path / "a.png", "learning rate", "ELBO")
    (axes,) = drawn[0].axes
    low, high = axes.get_xlim() if horizontal else axes.get_ylim()
    assert -12 < low < -9.3 and -3.7 < high < 0
    (arrow,) = axes.texts
    assert arrow.get_text() == f"{far:.3g}" and arrow.xy[1 - horizontal] == (low if far < 0 else high)


def test_the_claim_above_rejects_scores_that_differ_as_scores_do(drawn, tmp_path):
    scores = {f"hidden {h}": (-90 - h**2, 0.5) for h in range(9)}
    ranked_scores(scores, tmp_path / "a.png", "ELBO")
    ranked_scores(
        {"hidden 4": (1.0, 0.5), "hidden 8": (1.0, 0.5), "hidden 16": (9.0, 1.0)}, tmp_path / "a.png", "ELBO"
    )
    assert not any(figure.axes[0].texts for figure in drawn)
