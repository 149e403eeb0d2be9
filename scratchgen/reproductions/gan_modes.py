"""The number of modes of a mixture that a GAN finds: a ring of eight Gaussians, a grid of twenty-five."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from scratchgen import evaluation, gan
from scratchgen.data import load_points
from scratchgen.data.rows import load_rows
from scratchgen.optim import Adam, Schedule
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.reproductions.gan_setting import Setting
from scratchgen.reproductions.reproduction import Measured
from scratchgen.tasks import gan as gan_task
from scratchgen.tasks.rows import of_rows
from scratchgen.tasks.task import OpenRun, configuration

SAMPLES = 2500


def measure(seed: int, open_run: OpenRun, setting: Setting) -> Measured:
    """Train, and count the modes that samples of the averaged generator find."""
    rows, rng = load_rows(setting.data), Generator(seed)
    model = gan.GAN(
        rows.train.shape[1],
        setting.latent_dim,
        rng,
        hidden=list(setting.hidden),
        bounded=False,
        scale=setting.scale,
        pack=setting.pack,
    )
    settings = {**asdict(setting), "hidden": list(setting.hidden)}
    info = gan_task.DataInfo(**of_rows(rows), bounded=False, scale=setting.scale)
    run = open_run(configuration(gan_task.TASK, setting.data, rows, settings, seed, model, info))
    line = Schedule(lambda t, T: setting.step_size(t + 1), per="epoch")
    gan.train(
        model,
        rows.train,
        run,
        epochs=setting.epochs,
        batch_size=setting.batch_size,
        optimizer_G=Adam(model.G.parameters(), 1.0, setting.beta1, setting.beta2),
        optimizer_D=Adam(model.D.parameters(), 1.0, setting.beta1, setting.beta2),
        schedule_G=line,
        schedule_D=line,
        rng=rng,
        game=gan.Game(
            setting.objective,
            setting.discriminator_steps,
            setting.gradient_penalty,
            setting.r1,
            penalty_in_data_units=True,
        ),
    )
    source = load_points(setting.data).source
    samples = model.sample(SAMPLES, Generator(HELD_OUT_SEED))
    found = evaluation.modes_captured(samples, source.centres, source.sigma)
    numbers = {"modes": found.captured, "high quality, %": 100 * float(found.high_quality.mean)}
    if found.captured:  # without a mode there is no distribution over modes
        numbers["reverse KL, nats"] = found.reverse_kl
    return run, model, numbers


def objectives(base: Setting, **of_the_critic: Any) -> dict[str, tuple[str, Setting]]:
    """{name: (title, the base with that objective)}; the Wasserstein critic has other settings."""
    critic = replace(base, objective="wasserstein", gradient_penalty=1.0)
    return {
        "minimax": ("GAN, minimax", replace(base, objective="minimax")),
        "nonsaturating": ("GAN, non-saturating", base),
        "least-squares": ("least squares", replace(base, objective="least_squares")),
        "wgan-gp": ("WGAN-GP", replace(critic, **of_the_critic)),
        "pacgan2": ("PacGAN2, non-saturating", replace(base, pack=2)),
    }


DEVIATIONS = (
    "Small networks with ReLU, a short training and a learning rate that decreases to 0. PacGAN has four layers of "
    "400 with batch normalisation in G and three of 200 maxout units in D, 400 epochs of 100,000 points, "
    "batch 100, α = 1e-4 and β₁ = 0.8.",
    "Samples are drawn from the moving average of G's weights.",
    "Initial weights are He normal (Glorot uniform in the last layer); in PacGAN they are normal with σ = 0.02.",
    "WGAN-GP takes one step of D per step of G, with λ = 1; its paper takes 5, with λ = 10.",
    "WGAN-GP has a deeper network, and most of the tuning (on seeds 0 to 2) was spent on it: the rows show the "
    "results of these settings, not which objective is best.",
    "Least squares, minimax and WGAN-GP are not in the published tables.",
)
