"""A whole training from the name of a data set to scores and pictures, one function a model."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np

from scratchgen import evaluation, gan, plots, rnn, vae
from scratchgen.autograd import no_grad
from scratchgen.data import CATALOGUE, ImageData, TextData, Vocabulary, load_images, load_text, text_chunks
from scratchgen.errors import BadInput
from scratchgen.nn import Module
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.training.files import write_json, write_text
from scratchgen.training.origin import fingerprint, origin
from scratchgen.training.patience import Patience
from scratchgen.training.recipes import GANRecipe, RNNRecipe, VAERecipe
from scratchgen.training.report import write_report
from scratchgen.training.run import Run

OpenRun = Callable[[dict], Run]  # from the configuration to the run, once everything else is known to be fit
GAN_SAMPLES = 1000
TEXT_SAMPLE, TEMPERATURE = 800, 0.7  # characters that show what was learned


@dataclass(frozen=True)
class Score:
    """A number that says how good a model is, beside a number to compare it with."""

    measure: str
    ours: str
    baseline: str
    expected: str
    reached: bool


def train_vae(data: str, settings: VAERecipe, seed: int, open_run: OpenRun) -> tuple[vae.VAE, list[Score]]:
    """Train a VAE on images and score its bound on the test images."""
    images = load_images(data)
    sizes = {
        "data_dim": images.train.shape[1],
        "latent_dim": settings.latent_dim,
        "hidden": settings.hidden,
    }
    rng = Generator(seed)
    model = vae.VAE(**sizes, rng=rng)
    model.begin_at(images.train.mean(axis=0))
    run = open_run(_config("vae", data, images, settings, seed, sizes))
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
    return _finished(run, model, [_vae_score(model, images, baseline)])


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


def train_gan(data: str, settings: GANRecipe, seed: int, open_run: OpenRun) -> tuple[gan.GAN, list[Score]]:
    """Train a GAN on images and score how many classes a classifier recognises in its samples."""
    images = load_images(data)
    if len(images.train) < settings.batch_size:
        raise BadInput(
            f"{images.name} has {len(images.train)} training images, fewer than a batch of "
            f"{settings.batch_size}; choose a smaller --batch-size"
        )
    sizes = {"data_dim": images.train.shape[1], "latent_dim": settings.latent_dim}
    rng = Generator(seed)
    model = gan.GAN(**sizes, rng=rng)
    run = open_run(_config("gan", data, images, settings, seed, sizes))
    gan.train(
        model,
        images.train,
        run,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        alpha=settings.alpha,
        rng=rng,
    )
    samples = model.sample(GAN_SAMPLES, Generator(HELD_OUT_SEED))
    series = {name: run.history[name] for name in ("V", "G_loss")}
    with run.saving():
        plots.sample_grid(samples[:100], images.image_shape, run.picture("samples"), "drawn by the GAN")
        plots.curves(series, run.picture("curves"), "nats", {"V where D cannot tell: −log 4": -np.log(4)})
    return _finished(run, model, _gan_scores(samples, images) if images.classes else [])


def _gan_scores(samples: np.ndarray, images: ImageData) -> list[Score]:
    """What a classifier that was trained on the real images says of generated ones."""
    D, K = images.train.shape[1], images.classes
    epochs = max(1, 40_000 // len(images.train))
    classifier = evaluation.Classifier(D, K)
    classifier.fit(images.train, images.train_labels, epochs=epochs, rng=Generator(HELD_OUT_SEED))
    accuracy = float(np.mean(classifier.predict(images.test) == images.test_labels))
    untrained = gan.GAN(D).sample(GAN_SAMPLES, Generator(HELD_OUT_SEED))
    ours, theirs = (evaluation.class_shares(classifier, x, K) for x in (samples, untrained))
    found, needed = int(np.sum(ours >= 0.03)), round(0.8 * K)
    return [
        Score(
            f"classes with ≥ 3 % of {GAN_SAMPLES:,} samples",
            f"{found} of {K} (smallest {ours.min():.1%})",
            f"{int(np.sum(theirs >= 0.03))} (an untrained generator)",
            f"{needed} or more",
            found >= needed,
        ),
        Score(
            "samples recognised with p > ½",
            f"{ours.sum():.1%}",
            f"{accuracy:.1%} (the classifier's accuracy on held-out images)",
            "70 % or more",
            bool(ours.sum() >= 0.7),
        ),
    ]


def train_rnn(
    data: str, settings: RNNRecipe, seed: int, open_run: OpenRun
) -> tuple[rnn.LanguageModel, list[Score]]:
    """Train a language model on a text and compare its bits per character with n-gram models."""
    text = load_text(data)
    vocabulary = Vocabulary.of(text.train + text.validation + text.test)
    train, validation, test = (vocabulary.encode(part) for part in (text.train, text.validation, text.test))
    text_chunks(train, settings.batch_size, settings.chunk)  # refuses a text that is too short
    model = rnn.LanguageModel(vocabulary, settings.hidden, settings.embedding, Generator(seed))
    sizes = {
        "vocabulary": vocabulary.characters,
        "hidden": settings.hidden,
        "embedding": settings.embedding,
    }
    run = open_run(_config("rnn", data, text, settings, seed, sizes))
    if settings.patience:
        run.wait(Patience("validation_bits", settings.patience, higher_is_better=False))
    rnn.train(
        model,
        train,
        validation,
        run,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        chunk=settings.chunk,
        alpha=settings.alpha,
    )
    ngram = evaluation.best_ngram(train, validation, vocabulary.size, max_order=3)
    baseline = evaluation.bits_per_character(ngram.log_prob(test)[1:])  # of the characters that we predict
    best = f"best n-gram of order ≤ 3 (order {ngram.order})"
    series = {"training": run.history["bits"], "validation": run.history["validation_bits"]}
    prompt = "\n" if "\n" in vocabulary.characters else vocabulary.characters[0]
    sample = model.generate(prompt, TEXT_SAMPLE, TEMPERATURE, Generator(HELD_OUT_SEED))
    with run.saving():
        plots.curves(series, run.picture("curves"), "bits per character", {best: baseline})
        write_text(run.directory / "samples" / "text.txt", sample)
    ours = rnn.evaluate(model, test)
    score = Score(
        "held-out bits per character",
        f"{ours:.3f}",
        f"{baseline:.3f} ({best})",
        f"below {baseline:.3f}",
        ours < baseline,
    )
    return _finished(run, model, [score])


def _finished(run: Run, model: Module, scores: list[Score]) -> tuple[Module, list[Score]]:
    """The model and its scores, when all is written."""
    with run.saving():
        write_json(run.directory / "scores.json", [asdict(score) for score in scores])
        write_json(run.directory / "timing.json", run.timing)
        write_report(run.directory)
    run.save(model)
    return model, scores


def _config(kind: str, source: str, data: ImageData | TextData, settings, seed: int, sizes: dict) -> dict:
    """What config.json holds."""
    parts = {name: getattr(data, name) for name in ("train", "validation", "test")}
    if isinstance(data, TextData):
        parts = {
            name: np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)
            for name, text in parts.items()
        }
    return {
        "kind": kind,
        "data": data.name,
        "source": source if source in CATALOGUE else os.path.abspath(source),
        "data_sha256": fingerprint(parts),
        "seed": seed,
        "model": sizes,
        "training": asdict(settings),
        "image_shape": list(data.image_shape) if isinstance(data, ImageData) else None,
        **origin(),
    }


EXPERIMENTS = {"vae": train_vae, "gan": train_gan, "rnn": train_rnn}
