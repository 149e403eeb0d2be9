"""Every picture of the project shows no source of LaTeX, labels its scales, and keeps its texts apart and inside."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from scratchgen import plots

from .draw import DRAW
from .pictures import faults, saved_figures


def test_every_function_of_the_package_is_drawn():
    assert DRAW.keys() == {*plots.__all__}


@pytest.mark.parametrize("name", DRAW)
def test_a_picture_has_no_fault(name, tmp_path):
    kind = "gif" if name == "animation" else "png"
    with saved_figures() as figures:
        picture = DRAW[name](tmp_path / f"a.{kind}")
    assert picture.save(tmp_path / f"b.{kind}").read_bytes() == picture.read_bytes()
    assert picture._repr_png_() == (picture.read_bytes() if kind == "png" else None)
    (figure,) = figures
    found = faults(figure)
    assert not found, "\n" + "\n".join(found)


def plot(**options):
    """A figure with one plot that has no fault."""
    figure = Figure(figsize=(4, 3), layout="constrained", **options)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot([0, 1, 2], [0, 1, 4])
    axes.set(xlabel="$x_1$", ylabel="nats", title=r"$\sigma = \frac{1}{2}$")
    return figure, axes


def raw_title(figure, axes):
    axes.set_title("decoded, $z_1$ and $z_2$", parse_math=False)


def one_dollar(figure, axes):
    axes.set_title("decoded, $z_1 and z_2")


def command_without_dollars(figure, axes):
    axes.set_title(r"samples of \sigma")


def no_x_label(figure, axes):
    axes.set_xlabel("")


def no_y_label(figure, axes):
    axes.set_ylabel("")


def powers_of_ten_without_a_label(figure, axes):
    axes.set(ylabel="", yscale="log")


def no_label_of_a_colour_bar(figure, axes):
    figure.colorbar(axes.scatter([0.5, 1.2], [3, 3], c=[1.5, 2.5]), ax=axes)


def two_names_in_one_place(figure, axes):
    axes.text(0.5, 3, "undecided")
    axes.text(0.55, 3.02, "baseline")


def crowded_ticks(figure, axes):
    axes.set_xticks(np.arange(0, 2, 0.02), [f"epoch {k}" for k in range(100)])


def a_name_on_a_line(figure, axes):
    axes.text(0.7, 0.95, "undecided")


def a_legend_on_bars(figure, axes):
    axes.bar([0, 1, 2], [4, 4, 4], label="numpy")
    axes.legend(frameon=False, loc="center")


def a_title_that_is_cut_off(figure, axes):
    axes.set_title(20 * "held-out ")


def a_title_on_the_plot_above(figure, axes):
    figure.set_layout_engine("none")
    axes.set_position((0.2, 0.6, 0.7, 0.3))
    below = figure.add_axes((0.2, 0.3, 0.7, 0.25))
    below.set_axis_off()
    below.set_title("below", pad=30)


PLANTED = {
    raw_title: "source of LaTeX",
    one_dollar: "source of LaTeX",
    command_without_dollars: "source of LaTeX",
    no_x_label: "no label for the x axis",
    no_y_label: "no label for the y axis",
    powers_of_ten_without_a_label: "no label for the y axis",
    no_label_of_a_colour_bar: "no label for the y axis",
    two_names_in_one_place: "'undecided' is on 'baseline'",
    crowded_ticks: "'epoch 0' is on 'epoch 1'",
    a_name_on_a_line: "'undecided' is on a line or a bar",
    a_legend_on_bars: "'numpy' is on a line or a bar",
    a_title_that_is_cut_off: "leaves the picture",
    a_title_on_the_plot_above: "'below' is on another plot",
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_the_claim_above_rejects(plant):
    figure, axes = plot()
    assert not faults(figure)
    plant(figure, axes)
    found = faults(figure)
    assert any(PLANTED[plant] in fault for fault in found), found


def test_words_as_ticks_need_no_label_and_quotations_may_contain_any_sign():
    figure, axes = plot()
    axes.set_yticks([0, 1], ["closed", "open"])
    axes.set_ylabel("")
    axes.text(0.1, 3, r"re.sub('\d+$', '')", family="monospace", parse_math=False)
    assert not faults(figure)
