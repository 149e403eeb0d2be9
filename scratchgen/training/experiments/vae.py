"""A VAE, from the name of a data set to scores and pictures."""

from __future__ import annotations

from dataclasses import asdict

from scratchgen import evaluation, plots, vae
from scratchgen.autograd import no_grad
from scratchgen.data import ImageData, load_images
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.training.experiments.common import OpenRun, Score, configuration, finished
from scratchgen.training.patience import Patience
from scratchgen.training.recipes import VAERecipe
from scratchgen.training.run import Run


def train_vae(data: str, settings: VAERecipe, seed: int, open_run: OpenRun) -> tuple[vae.VAE, list[Score]]:
    """Train a VAE on images and score its bound on the test images."""
    images = load_images(data)
    sizes = {
        "architecture": "mlp",
        "data_dim": images.train.shape[1],
        "latent_dim": settings.latent_dim,
        "hidden": settings.hidden,
    }
    rng = Generator(seed)
    model = vae.build(sizes, rng)
    model.begin_at(images.train.mean(axis=0))
    run = open_run(configuration("vae", data, images, asdict(settings), seed, sizes))
    if settings.patience:
        run.wait(Patience("validation_elbo", settings.patience, higher_is_better=True))
    vae.train(
        model,
        images.train,
        images.validation,
        run,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        alpha=settings.alpha,
        rng=rng,
    )
    baseline = evaluation.independent_bernoulli_log_prob(images.train, images.test)
    with run.saving():
        _vae_pictures(model, images, run, baseline)
    return finished(run, model, [_vae_score(model, images, baseline)])


def _vae_score(model: vae.VAE, images: ImageData, baseline: float) -> Score:
    """The bound is to close a fifth of the way from independent pixels to the best that there can be."""
    bound = vae.evaluate(model, images.test, Generator(HELD_OUT_SEED), samples=10)
    target = baseline + 0.2 * (evaluation.grey_entropy(images.test) - baseline)
    return Score(
        "held-out ELBO, nats an image",
        f"{bound:.2f}",
        f"{baseline:.2f} (independent pixels)",
        f"{target:.2f} or better",
        bool(bound >= target),
    )


def _vae_pictures(model: vae.VAE, images: ImageData, run: Run, baseline: float) -> None:
    shape, few = images.image_shape, images.test[:16]
    samples = model.sample(100, Generator(HELD_OUT_SEED))
    plots.sample_grid(samples, shape, run.picture("samples"), "drawn by the VAE")
    plots.reconstructions(few, model.reconstruct(few), shape, run.picture("reconstructions"))
    series = {"training": run.history["elbo"], "validation": run.history["validation_elbo"]}
    plots.curves(series, run.picture("curves"), "ELBO, nats an image", {"independent pixels": baseline})
    if model.latent_dim > 1 and len(images.test) > 1:  # a plane has two directions
        with no_grad():
            mu = model.encode(images.test[:2000]).mu.numpy()
        labels = None if images.test_labels is None else images.test_labels[:2000]
        plots.latent_plane(
            mu, labels, lambda z: model.decode(z).mean.numpy(), shape, run.picture("latent_plane")
        )
