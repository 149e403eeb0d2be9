"""One small call of every function of `scratchgen.plots`."""

from types import SimpleNamespace

import numpy as np

from scratchgen import plots
from scratchgen.data import load_points
from scratchgen.gan import GAN, TrainingTrace
from scratchgen.nn import Linear
from scratchgen.random import Generator

RNG = np.random.default_rng(0)
IMAGES, SHAPE = RNG.random((49, 64)).astype(np.float32), (8, 8)
POINTS = RNG.normal(size=(60, 2)).astype(np.float32)
LABELS = np.arange(60) % 3
TEXT = "def read(file):\n    return file.read()\n" * 2


def _animation(path):
    trace = TrainingTrace(GAN(2, 2, Generator(1), hidden=(4,), bounded=False), POINTS, 8)
    return plots.animation(trace, path, "a GAN on three modes")


def _gradient_flow(path):
    layer = Linear(3, 2, Generator(0))
    (layer(np.ones((2, 3), np.float32)) ** 2).mean().backward()
    return plots.gradient_flow(layer, path)


def _speed(path):
    rows = [
        SimpleNamespace(name=name, size="64 × 64", backend=backend, threads=1, over_numpy=ratio)
        for name in ("matmul", "tanh_recurrence")
        for backend, ratio in (("numba", 0.7), ("cython", 1.6), ("PyTorch", 1.1))
    ]
    return plots.speed(rows, path)


def _norms(factor):
    return factor ** np.arange(40.0)


def _scaling(path):
    falling = {"LSTM": {"wire": {1: 1.0, 2: 0.9, 4: 0.7}, "radio": {1: 1.0, 2: 0.6, 4: 0.3}}}
    return plots.scaling({"a fixed batch": falling, "a growing batch": falling}, path, {"LSTM": 0.85})


DRAW = {
    "aggregated_posterior": lambda path: plots.aggregated_posterior(POINTS, LABELS, path),
    "animation": _animation,
    "attention": lambda path: plots.attention(
        np.eye(3), ["I", "am", "hungry"], ["j'ai", "très", "faim"], path
    ),
    "compared_curves": lambda path: plots.compared_curves(
        {"beta=1": [3, 2, 1.5], "beta=4": [4, 3, 2.8]}, path, "nats per image"
    ),
    "curves": lambda path: plots.curves(
        {"D_real": [0.6, 0.7, 0.55, 0.51], "D_fake": [0.4, 0.3, 0.45, 0.49]},
        path,
        "mean of D",
        {"undecided D": 0.5, "chance": 0.501},
    ),
    "data_set": lambda path: plots.data_set(load_points("ring"), path),
    "diagram": lambda path: plots.diagram(
        {
            "network": (Linear(3, 2, Generator(0)), POINTS.repeat(2, axis=1)[:5, :3]),
            "notes": ("ε", "z = mu + sigma ε"),
        }
    ).save(path),
    "dirac": lambda path: plots.dirac(path, steps=20),
    "eigenvalues": lambda path: plots.eigenvalues(
        [scale * np.exp(1j * np.linspace(0, 6, 10))[None] for scale in (1, 1.3)], ["$W_{hh}$"], path
    ),
    "frames": lambda path: plots.frames(RNG.random((30, 12)), path, "spoken-digits: 80 + 10 + 10 frames"),
    "gates": lambda path: plots.gates({name: RNG.random((2, 40, 6)) for name in "ifo"}, TEXT[:40], path),
    "generator_losses": plots.generator_losses,
    "gradient_flow": _gradient_flow,
    "gradient_norms": lambda path: plots.gradient_norms(
        {
            "at rest: $h = 0$": {r"$\rho = 0.8$": _norms(0.8), "a rotation": _norms(1.0)},
            "with inputs": {r"$\rho = 0.8$": _norms(0.6), "a rotation": _norms(0.9)},
        },
        path,
        dashed=["a rotation"],
    ),
    "latent_plane": lambda path: plots.latent_plane(
        POINTS, LABELS, lambda z: np.zeros((len(z), 64)), SHAPE, path
    ),
    "forecasts": lambda path: plots.forecasts(
        POINTS[:20],
        POINTS[:8, None] + RNG.normal(size=(8, 30, 2)),
        ["height, m", "b" * 30],
        path,
        "next",
        POINTS[:5],
    ),
    "marginals": lambda path: plots.marginals(
        {"height, m": POINTS[:, 0], "group": np.array([*"abcb", None] * 12, object)},
        {"height, m": POINTS[:30, 1], "group": np.array([*"abbb"] * 9, object)},
        path,
    ),
    "image_rows": lambda path: plots.image_rows(
        {"held out": IMAGES[:7], "probabilistic PCA": IMAGES[7:14]},
        SHAPE,
        path,
        [f"{k}.5" for k in range(7)],
        measure="PSNR, dB",
    ),
    "mel_spectrograms": lambda path: plots.mel_spectrograms(
        [RNG.normal(-40, 10, (30, 20)) for _ in range(4)],
        ["best, recorded", "best, spoken", "worst, recorded", "worst, spoken"],
        0.01,
        4000,
        path,
        "held-out utterances",
        columns=2,
    ),
    "overview": lambda path: plots.overview(IMAGES, IMAGES, IMAGES, SHAPE, 40 * TEXT, path),
    "piano_rolls": lambda path: plots.piano_rolls(
        [RNG.random((30, 40)) < 0.1 for _ in range(2)],
        40,
        "quaver",
        path,
        "chorales: 229 + 76 + 77 sequences",
    ),
    "ranked_scores": lambda path: plots.ranked_scores(
        {"hidden 64, learning rate 0.003": (-96.2, 0.4), "hidden 16, learning rate 0.003": (-99.1, np.nan)},
        path,
        "validation elbo",
    ),
    "rate_distortion": lambda path: plots.rate_distortion(
        {0.25: (14.7, 7.0), 1.0: (6.1, 12.6), 4.0: (0.1, 24.5)}, path
    ),
    "reconstructions": lambda path: plots.reconstructions(IMAGES[:16], IMAGES[:16], SHAPE, path),
    "sample_grid": lambda path: plots.sample_grid(IMAGES, SHAPE, path, "samples of the model"),
    "sample_grids": lambda path: plots.sample_grids(
        {"linear": IMAGES, "spherical": IMAGES}, SHAPE, path, columns=7
    ),
    "scatter": lambda path: plots.scatter(POINTS, LABELS, path, "ring: 60 + 60 + 60 points"),
    "score_curve": lambda path: plots.score_curve(
        {0.001: (-101.3, 0.5), 0.003: (-97.2, 0.2), 0.03: (-108.4, 2.5)},
        path,
        "learning rate",
        "validation elbo",
    ),
    "sounds": lambda path: plots.sounds(
        [np.sin(np.arange(4000) * f) for f in (0.1, 0.2)], ["zero", "one"], 8000, path, "tones: 600 + 75 + 75"
    ),
    "scaling": _scaling,
    "speed": _speed,
    "text_states": lambda path: plots.text_states(
        RNG.uniform(-1, 1, (2, len(TEXT))), TEXT, ["unit 7: indentation", "unit 3: brackets"], path
    ),
}
