"""Pictures of a game: the two losses, the forces of the smallest game, and the film of one in the plane."""

import numpy as np
import pytest
from matplotlib.animation import PillowWriter
from PIL import Image

from scratchgen.gan import GAN, Game, TrainingTrace, dirac_path, train
from scratchgen.gan.objectives import KINDS
from scratchgen.optim import Adam
from scratchgen.plots import animation, dirac, generator_losses
from scratchgen.plots.generator_losses import pushes
from scratchgen.plots.training_trace import AT_THE_ENDS, SAID, judgement, lengths
from scratchgen.random import Generator
from scratchgen.runs import History

POINTS = Generator(3).standard_normal((64, 2))


def film(objective="nonsaturating", moments=3):
    model, rng = GAN(2, 2, Generator(1), hidden=(8,), bounded=False), Generator(0)
    film = TrainingTrace(model, POINTS, 8, Game(objective), moments)
    players = {f"optimizer_{p}": Adam(getattr(model, p).parameters(), 1e-2, 0.5) for p in "GD"}
    train(model, POINTS, History(), epochs=1, batch_size=8, rng=rng, trace=film, **players)
    return film


# --- the two losses ---------------------------------------------------------------------------------------


def test_where_the_discriminator_is_sure_one_push_is_gone_and_the_other_is_not():
    assert pushes("minimax", np.array([-5.0])).round(4) == 0.0067
    assert pushes("nonsaturating", np.array([-5.0])).round(4) == 0.9933


def test_the_pushes_are_those_of_single_fakes_however_many_there_are():
    a = np.linspace(-10, 6, 33)
    np.testing.assert_allclose(pushes("minimax", a), 1 / (1 + np.exp(-a)), rtol=1e-13)
    np.testing.assert_allclose(pushes("nonsaturating", a), 1 / (1 + np.exp(a)), rtol=1e-13)


def test_the_numbers_at_minus_five_stand_at_their_dots(drawn, tmp_path):
    assert generator_losses(tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    _, right = drawn[0].axes
    assert [text.get_text() for text in right.texts] == ["0.0067", "0.9933"]
    assert [text.xy[0] for text in right.texts] == [-5, -5]


# --- the smallest game ------------------------------------------------------------------------------------


def test_the_ways_are_drawn_from_the_start_with_and_without_penalty(drawn, tmp_path):
    assert dirac(tmp_path / "a.png", r1=0.5, steps=20).read_bytes().startswith(b"\x89PNG")
    free, penalised, distances = drawn[0].axes
    for axes, gamma in ((free, 0.0), (penalised, 0.5)):
        for line, alternate in zip(axes.lines, (False, True), strict=False):
            way = dirac_path(1, 1, 20, 0.3, Game("minimax", r1=gamma), alternate)
            np.testing.assert_array_equal(line.get_xydata(), way)
    assert distances.get_yscale() == "log" and len(distances.lines) == 4


# --- the film ---------------------------------------------------------------------------------------------


def test_a_film_is_a_gif_with_a_frame_for_each_look_and_ends_that_stay(tmp_path):
    path = animation(film(), tmp_path / "a.gif", "a $ in the title")
    assert [file.name for file in tmp_path.iterdir()] == ["a.gif"]
    with Image.open(path) as gif:
        assert gif.format == "GIF" and gif.n_frames == 1 + 2 * 3
        durations = []
        for i in range(gif.n_frames):
            gif.seek(i)
            durations.append(gif.info["duration"])
    assert durations[0] == durations[-1] == 4 * durations[1] and len(set(durations[1:-1])) == 1


def test_a_game_of_which_only_the_start_was_seen_is_a_film_too(tmp_path):
    model = GAN(2, 2, Generator(1), hidden=(8,), bounded=False)
    with Image.open(animation(TrainingTrace(model, POINTS, 8), tmp_path / "a.gif")) as gif:
        assert gif.n_frames == 1


def test_each_frame_says_whose_step_it_was_and_shows_its_samples_surface_and_pushes(monkeypatch, tmp_path):
    shown = []

    def look(writer, **options):
        axes = writer.fig.axes[0]
        _, dots, arrows = axes.collections
        arrows = np.stack([arrows.U, arrows.V], axis=1)
        shown.append((axes.get_xlabel(), dots.get_offsets(), axes.images[0].get_array(), arrows))
        grab(writer, **options)

    grab = PillowWriter.grab_frame
    monkeypatch.setattr(PillowWriter, "grab_frame", look)
    played = film()
    animation(played, tmp_path / "a.gif")
    ends = AT_THE_ENDS - 1
    for frame, (said, samples, surface, arrows) in zip(played.frames, shown[ends:-ends], strict=True):
        assert f"{frame.step}   {SAID[frame.player]}" in said
        np.testing.assert_array_equal(samples, frame.samples)
        np.testing.assert_allclose(surface, 1 / (1 + np.exp(-frame.logits)), rtol=1e-5)
        pushes = frame.pushes[: len(arrows)]
        along = (arrows * pushes).sum(axis=1) / np.linalg.norm(arrows, axis=1)
        np.testing.assert_allclose(along, np.linalg.norm(pushes, axis=1), rtol=0.1)


@pytest.mark.parametrize("objective", KINDS)
def test_what_the_discriminator_says_is_shown_in_the_range_that_it_has(objective):
    logits = np.linspace(-4, 6, 101).reshape(1, -1)
    numbers, (low, high), label = judgement(logits, objective)
    assert np.all(np.diff(numbers) > 0)
    if objective in ("minimax", "nonsaturating"):
        np.testing.assert_allclose(numbers, 1 / (1 + np.exp(-logits)), rtol=1e-12)
        assert (low, high) == (0, 1) and "probability" in label
    else:
        assert "score" in label and "probability" not in label
    if objective == "wasserstein":
        assert low == numbers.min() == -1 and numbers.max() == high and abs(np.median(numbers)) < 1e-12


def test_arrows_point_along_the_pushes_and_a_hundredth_of_the_push_has_a_tenth_of_the_length():
    pushes = np.array([[3.0, 4.0], [-0.03, 0.04], [0.0, 0.0]])
    np.testing.assert_allclose(lengths(pushes, 5.0), [[0.6, 0.8], [-0.06, 0.08], [0, 0]], rtol=1e-12)
    assert not lengths(np.zeros((2, 2), np.float32), 0.0).any()
