"""Pictures of GAN training: the two losses, the Dirac-GAN, and the animation of a training trace."""

import numpy as np
import pytest
from matplotlib.animation import PillowWriter
from PIL import Image

from scratchgen.gan import GAN, Game, TrainingTrace, dirac_path, train
from scratchgen.gan.objectives import KINDS
from scratchgen.optim import Adam
from scratchgen.plots import animation, dirac, generator_losses
from scratchgen.plots.generator_losses import negative_gradient
from scratchgen.plots.training_trace import CAPTIONS, END_FRAMES, arrow_vectors, discriminator_output
from scratchgen.random import Generator
from scratchgen.runs import History

POINTS = Generator(3).standard_normal((64, 2))


def recorded(objective="nonsaturating", moments=3):
    model, rng = GAN(2, 2, Generator(1), hidden=(8,), bounded=False), Generator(0)
    trace = TrainingTrace(model, POINTS, 8, Game(objective, gradient_penalty=0.0), moments)
    players = {f"optimizer_{p}": Adam(getattr(model, p).parameters(), 1e-2, 0.5) for p in "GD"}
    train(model, POINTS, History(), epochs=1, batch_size=8, rng=rng, trace=trace, **players)
    return trace


# --- the two losses ---------------------------------------------------------------------------------------


def test_where_the_discriminator_rejects_a_sample_only_the_minimax_gradient_vanishes():
    assert negative_gradient("minimax", np.array([-5.0])).round(4) == 0.0067
    assert negative_gradient("nonsaturating", np.array([-5.0])).round(4) == 0.9933


def test_the_gradient_at_a_logit_does_not_depend_on_the_number_of_samples():
    a = np.linspace(-10, 6, 33)
    np.testing.assert_allclose(negative_gradient("minimax", a), 1 / (1 + np.exp(-a)), rtol=1e-13)
    np.testing.assert_allclose(negative_gradient("nonsaturating", a), 1 / (1 + np.exp(a)), rtol=1e-13)


def test_the_values_at_minus_five_are_annotated(drawn, tmp_path):
    assert generator_losses(tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    _, right = drawn[0].axes
    assert [text.get_text() for text in right.texts] == ["0.0067", "0.9933"]
    assert [text.xy[0] for text in right.texts] == [-5, -5]


# --- the Dirac-GAN ----------------------------------------------------------------------------------------


def test_trajectories_begin_at_the_start_with_and_without_penalty(drawn, tmp_path):
    assert dirac(tmp_path / "a.png", r1=0.5, steps=20).read_bytes().startswith(b"\x89PNG")
    free, penalised, distances = drawn[0].axes
    for axes, gamma in ((free, 0.0), (penalised, 0.5)):
        for line, alternate in zip(axes.lines, (False, True), strict=False):
            trajectory = dirac_path(1, 1, 20, 0.3, Game("minimax", r1=gamma), alternate)
            np.testing.assert_array_equal(line.get_xydata(), trajectory)
    assert distances.get_yscale() == "log" and len(distances.lines) == 4


# --- the animation ----------------------------------------------------------------------------------------


def test_an_animation_is_a_gif_with_one_frame_per_snapshot_and_longer_ends(tmp_path):
    path = animation(recorded(), tmp_path / "a.gif", "a $ in the title")
    assert [file.name for file in tmp_path.iterdir()] == ["a.gif"]
    with Image.open(path) as gif:
        assert gif.format == "GIF" and gif.n_frames == 1 + 2 * 3
        durations = []
        for i in range(gif.n_frames):
            gif.seek(i)
            durations.append(gif.info["duration"])
    assert durations[0] == durations[-1] == 4 * durations[1] and len(set(durations[1:-1])) == 1


def test_a_trace_of_the_start_alone_can_be_animated(tmp_path):
    model = GAN(2, 2, Generator(1), hidden=(8,), bounded=False)
    with Image.open(animation(TrainingTrace(model, POINTS, 8), tmp_path / "a.gif")) as gif:
        assert gif.n_frames == 1


def test_each_frame_shows_whose_step_it_was_its_samples_surface_and_gradients(monkeypatch, tmp_path):
    shown = []

    def look(writer, **options):
        axes = writer.fig.axes[0]
        _, dots, arrows = axes.collections
        arrows = np.stack([arrows.U, arrows.V], axis=1)
        shown.append((axes.get_xlabel(), dots.get_offsets(), axes.images[0].get_array(), arrows))
        grab(writer, **options)

    grab = PillowWriter.grab_frame
    monkeypatch.setattr(PillowWriter, "grab_frame", look)
    played = recorded()
    animation(played, tmp_path / "a.gif")
    ends = END_FRAMES - 1
    for frame, (said, samples, surface, arrows) in zip(played.frames, shown[ends:-ends], strict=True):
        assert f"{frame.step}   {CAPTIONS[frame.player]}" in said
        np.testing.assert_array_equal(samples, frame.samples)
        np.testing.assert_allclose(surface, 1 / (1 + np.exp(-frame.logits)), rtol=1e-5)
        pushes = frame.pushes[: len(arrows)]
        along = (arrows * pushes).sum(axis=1) / np.linalg.norm(arrows, axis=1)
        np.testing.assert_allclose(along, np.linalg.norm(pushes, axis=1), rtol=0.1)


@pytest.mark.parametrize("objective", KINDS)
def test_the_colour_scale_has_the_range_of_the_discriminators_output(objective):
    logits = np.linspace(-4, 6, 101).reshape(1, -1)
    numbers, (low, high), label = discriminator_output(logits, objective)
    assert np.all(np.diff(numbers) > 0)
    if objective in ("minimax", "nonsaturating"):
        np.testing.assert_allclose(numbers, 1 / (1 + np.exp(-logits)), rtol=1e-12)
        assert (low, high) == (0, 1) and "probability" in label
    else:
        assert "score" in label and "probability" not in label
    if objective == "wasserstein":
        assert low == numbers.min() == -1 and numbers.max() == high and abs(np.median(numbers)) < 1e-12


def test_arrows_point_along_the_gradients_and_their_length_is_the_square_root_of_the_norm():
    pushes = np.array([[3.0, 4.0], [-0.03, 0.04], [0.0, 0.0]])
    np.testing.assert_allclose(arrow_vectors(pushes, 5.0), [[0.6, 0.8], [-0.06, 0.08], [0, 0]], rtol=1e-12)
    assert not arrow_vectors(np.zeros((2, 2), np.float32), 0.0).any()
