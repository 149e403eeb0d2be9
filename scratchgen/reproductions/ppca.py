"""The optimum of a linear VAE is probabilistic PCA: its bound, compared with the exact likelihood."""

from __future__ import annotations

from functools import partial

import numpy as np

from scratchgen import vae
from scratchgen.autograd import Tensor
from scratchgen.data import load_images
from scratchgen.optim import Adam, training_step
from scratchgen.optim.schedules import cosine_factor
from scratchgen.random import Generator
from scratchgen.reproductions.reproduction import Measured, Part, Reproduction
from scratchgen.tasks import vae as vae_task
from scratchgen.tasks.rows import of_rows
from scratchgen.tasks.task import OpenRun, configuration

EPOCHS, STEPS, ALPHA = 100, 100, 1e-2


def step_size(step: int) -> float:
    """Half a cosine from α to (almost) 0."""
    return ALPHA * cosine_factor(step, EPOCHS * STEPS) + 1e-7


def measure(seed: int, open_run: OpenRun, latent_dim: int) -> Measured:
    """Maximise the exact bound on all training images at once, in float64."""
    images = load_images("digits")
    x = images.train.astype(np.float64)
    model = vae.LinearVAE(x.shape[1], latent_dim, Generator(seed))
    model.init_output_bias(x.mean(axis=0))
    for parameter in model.parameters():
        parameter.data = parameter.data.astype(np.float64)
    settings = {"epochs": EPOCHS, "batch_size": len(x), "learning_rate": ALPHA}
    info = vae_task.DataInfo(**of_rows(images))
    run = open_run(configuration(vae_task.TASK, "digits", images, settings, seed, model, info))
    optimizer = Adam(model.parameters(), 1.0)  # `step_size` is the whole learning rate

    def objective() -> tuple[Tensor, dict[str, float]]:
        loss = -model.exact_elbo(x).mean()
        return loss, {"elbo": -loss.item()}

    run.track(model=model, optimizer=optimizer)
    for _ in run.epochs(EPOCHS):
        for _ in run.steps(range(STEPS)):
            training_step(objective, optimizer, run, scale=step_size(run.total_steps))
    oracle, bound = vae.ppca_log_likelihood(x, latent_dim), float(model.exact_elbo(x).mean().item())
    return run, model, {"gap": oracle - bound, "log-likelihood of PPCA": oracle, "bound": bound}


PPCA = Reproduction(
    name="ppca",
    title="The optimal bound of a linear VAE equals the likelihood of probabilistic PCA",
    source="Lucas, Tucker, Grosse & Norouzi (2019), section 4; the oracle: Tipping & Bishop (1999), eq. 8",
    unit="nats per image",
    setting=(
        "The 1,297 8×8 digits of the training part; a linear encoder and decoder, learned sigma; Adam on the "
        "exact bound of all images at once, 10,000 steps in float64, α from 1e-2 to 0 by half a cosine. The "
        "gap must be below 0.001 nats."
    ),
    deviations=("Handwritten digits of 64 pixels instead of MNIST: the oracle is exact for any data.",),
    seeds=3,
    parts=tuple(
        Part(f"latents-{Z}", f"gap of {Z} latents", "0", 1e-3, partial(measure, latent_dim=Z))
        for Z in (4, 16)
    ),
)
