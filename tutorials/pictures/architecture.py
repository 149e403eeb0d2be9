"""Draw architecture.png: the packages of scratchgen in layers. A package imports only from the layers below it."""

from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.patches import FancyBboxPatch

LAYERS = [  # from the top: (colour, [(name, what it is), …])
    ("#b23a4c", [("cli", "one file per command"), ("tutorials", "the course")]),
    (
        "#b5523b",
        [
            ("reproductions", "published results"),
            ("benchmarks", "kernels and steps, timed"),
            ("equations", "the ledger, the debugger"),
        ],
    ),
    ("#9a6700", [("tasks", "one file per kind of training: settings, load, build, train, score, sample")]),
    ("#4d7c4a", [("runs", "directory, history, checkpoints, report"), ("plots", "every picture")]),
    (
        "#1f7a70",
        [
            ("vae", "objectives, models,\ntraining loop"),
            ("gan", "objectives, models,\ntraining loop"),
            ("rnn", "cells, models,\ntraining loop"),
            ("evaluation", "metrics"),
            ("data", "sets, files,\npreprocessing"),
        ],
    ),
    (
        "#2e86ab",
        [("nn", "layers"), ("optim", "training_step, optimisers"), ("distributions", "sample, log_prob")],
    ),
    ("#3d5a80", [("functional", "activations, losses, fused primitives"), ("random", "counter-based")]),
    ("#4a4e69", [("autograd", "Tensor, the table of derivative rules, the reverse sweep, inspect")]),
    ("#1b2a41", [("scratchgen_kernels", "arrays in, arrays out: loops, NumPy, Numba, Cython")]),
]
WIDTH, HEIGHT, GAP = 10.0, 0.72, 0.1

figure, axes = plt.subplots(figsize=(10, 7.6), facecolor="white")
for row, (colour, packages) in enumerate(reversed(LAYERS)):
    width = (WIDTH + GAP) / len(packages)
    for column, (name, what) in enumerate(packages):
        x, y = column * width, row * (HEIGHT + GAP)
        box = FancyBboxPatch((x, y), width - GAP, HEIGHT, "round,pad=0,rounding_size=0.08", color=colour)
        axes.add_patch(box)
        middle = x + (width - GAP) / 2
        axes.text(middle, y + 0.72 * HEIGHT, name, ha="center", va="center", color="white", weight="bold")
        axes.text(middle, y + 0.3 * HEIGHT, what, ha="center", va="center", color="white", fontsize=8)
axes.set(xlim=(-0.1, WIDTH + 0.1), ylim=(-0.1, len(LAYERS) * (HEIGHT + GAP)))
axes.axis("off")
axes.set_title("Each package imports only from the layers below it", color="#1b2a41")
figure.savefig(Path(__file__).with_suffix(".png"), dpi=110, bbox_inches="tight")
