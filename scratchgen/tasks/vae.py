"""The task "vae": a variational autoencoder of images, frames of music or sound, or points."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from scratchgen import evaluation, plots, vae
from scratchgen.autograd import no_grad
from scratchgen.data import RowData
from scratchgen.data.checks import check_unit_interval
from scratchgen.data.rows import PARTS, load_rows
from scratchgen.data.stored import chunks
from scratchgen.errors import BadInput
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.run import Run
from scratchgen.runs.score import Score, Show, no_progress
from scratchgen.tasks.attribute_scores import attribute_scores
from scratchgen.tasks.levels import levels_for
from scratchgen.tasks.networks import draw_networks, vae_networks
from scratchgen.tasks.output_bias import start_at_independent_dimensions
from scratchgen.tasks.rate_distortion import rate_distortion_figure
from scratchgen.tasks.rows import (
    MEANS,
    adapt_rows,
    columns_for,
    demand_variance,
    draw_rows,
    held_out,
    labels_of,
    of_rows,
    sample_in_turn,
)
from scratchgen.tasks.sample_request import SampleRequest
from scratchgen.tasks.tables import (
    check_table,
    draw_table,
    in_columns_of,
    likelihood_of,
    log_volume,
    prepare_table,
    sample_table,
)
from scratchgen.tasks.task import (
    Task,
    batches_per_epoch,
    load_options,
    optimizer_for,
    schedule_for,
    shards_of,
    unread_of_optimizer,
)
from scratchgen.tasks.vae_samples import INTERPOLATION_STEPS, binarised, encode, interpolations
from scratchgen.tasks.vae_samples import sample as sample_means
from scratchgen.tasks.vae_scores import (
    Model,
    bound_scores,
    bound_terms,
    likelihood_scores,
    reconstruction_score,
)
from scratchgen.tasks.vae_settings import (
    MODELS_WITH,
    OBJECTIVES_WITH,
    DataInfo,
    Settings,
    defaults,
    settle,
)
from scratchgen.vae.columns import ColumnLikelihood
from scratchgen.vae.interpolate import PATHS

if TYPE_CHECKING:
    from scratchgen.tasks.load import LoadedRun

CHANNELS = [16, 32]  # of the convolutions of a convolutional VAE
IMPORTANCE_SAMPLES = 200  # of `evaluate`: as in the published tables
IGNORED_RATE, WARMUP_TO_TRY = 0.1, 500  # nats; steps
LATENT_PLANE_EXAMPLES = 2000


def load(source: str, settings: Settings) -> RowData:
    """Rows of numbers, one example each."""
    return load_rows(source, streamed=True, **load_options(settings))


def describe(rows: RowData, settings: Settings) -> DataInfo:
    """The facts about the rows that the networks need. Raises BadInput where the data do not fit the model."""
    if settings.model == "conditional" and not rows.label_counts:
        raise BadInput(
            f"{rows.name} has no classes for a conditional VAE to be conditioned on; train --model mlp"
        )
    if rows.kind == "table":
        check_table(rows, settings)
    return DataInfo(**of_rows(rows), levels=levels_for(settings.likelihood, rows), columns=rows.columns)


def build(settings: Settings, rows: RowData, info: DataInfo, rng: Generator) -> Model:
    """The networks. Raises BadInput for settings that exclude one another."""
    D, Z = info.data_dim, settings.latent_dim
    if settings.model == "linear":
        if settings.likelihood != "gaussian":
            raise BadInput(
                "a linear VAE has a Gaussian likelihood; choose --likelihood gaussian, or leave it out"
            )
        return vae.LinearVAE(D, Z, rng, **({"log_volume": log_volume(rows)} if rows.kind == "table" else {}))
    likelihood: dict[str, Any] = {"likelihood": settings.likelihood, "levels": info.levels}
    hidden = [settings.hidden] * settings.layers
    if settings.model == "conv":
        return vae.ConvVAE(info.image_shape, Z, settings.hidden, CHANNELS, rng, **likelihood)
    if settings.model == "conditional":
        return vae.ConditionalVAE(D, Z, hidden, info.classes, rng, **likelihood)
    if rows.kind == "table":
        return vae.VAE(D, Z, hidden, rng, likelihood=likelihood_of(rows))
    return vae.VAE(D, Z, hidden, rng, **likelihood)


def unread(settings: Settings) -> dict[str, str]:
    """The settings that the chosen objective, model and optimiser do not read, and what each is for."""
    found = unread_of_optimizer(settings)
    for kind, users in (("objective", OBJECTIVES_WITH), ("model", MODELS_WITH)):
        chosen = getattr(settings, kind)
        found |= {
            name: f"is for {kind} {' or '.join(choices)}, not for {chosen}"
            for name, choices in users.items()
            if chosen not in choices
        }
    return found


def loss_for(settings: Settings) -> vae.BetaLoss | vae.ImportanceLoss | vae.ConstrainedLoss:
    """The loss that training minimises. Raises BadInput for geco without its target."""
    if settings.objective == "iwae":
        return vae.ImportanceLoss(settings.k)
    if settings.objective == "geco":
        if not settings.target_distortion:
            raise BadInput("objective geco keeps the distortion below a target; give --target-distortion")
        return vae.ConstrainedLoss(settings.target_distortion)
    return vae.BetaLoss(settings.beta, kl_warmup_steps=settings.kl_warmup_steps, free_bits=settings.free_bits)


def prepare(model: Model, rows: RowData, settings: Settings) -> None:
    """Check the data against the likelihood; begin with independent dimensions. Raises BadInput."""
    loss_for(settings)
    if isinstance(model.likelihood, ColumnLikelihood):
        return prepare_table(model, rows)
    demand_variance(rows)
    for part in PARTS:
        for x in chunks(getattr(rows, part)):
            model.likelihood.check(x)
            if settings.binarise:
                check_unit_interval(x)
    start_at_independent_dimensions(model, rows)


def train(model: Model, rows: RowData, settings: Settings, run: Run, rng: Generator) -> vae.Loss:
    """Train with `vae.train`; returns the loss, which knows whether its constraint can be met."""
    loss = loss_for(settings)
    vae.train(
        model,
        rows.train,
        rows.validation,
        run,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        optimizer=optimizer_for(settings, model),
        schedule=schedule_for(settings),
        shards=shards_of(settings, run),
        rng=rng,
        loss=loss,
        labels=rows.train_labels,
        validation_labels=rows.validation_labels,
        binarise=settings.binarise,
    )
    return loss


def adapt(run: LoadedRun[Model, DataInfo], rows: RowData) -> tuple[RowData, list[str]]:
    """Other rows for the model of a run; a table in the units of the run's columns, which are found by name.

    Raises BadInput as `adapt_rows` and `tables.in_columns_of` do, and for values without a likelihood.
    """
    read: list[str] = []
    if rows.kind == run.info.kind == "table":
        rows, read = in_columns_of(run, rows)
    rows, lines = adapt_rows(run, rows)
    lines = [*read, *lines]
    for part in PARTS:
        for x in chunks(getattr(rows, part)):
            run.model.likelihood.check(x)
            if run.settings.binarise:
                check_unit_interval(x)
    return rows, lines


def score(model: Model, rows: RowData, settings: Settings, part: str, loss: vae.Loss) -> list[Score]:
    """The bound, rate and distortion, with their expected values."""
    rows = binarised(rows, settings)
    target = settings.target_distortion if settings.objective == "geco" else None
    elbo, rate, distortion = bound_scores(model, rows, part, Generator(HELD_OUT_SEED), target)
    floor = wanted = elbo.number("baseline_value")
    if settings.likelihood == "bernoulli":  # a fifth of the distance to the best possible value
        wanted = floor + 0.2 * (evaluation.grey_entropy(getattr(rows, part)) - floor)
    if target is not None and isinstance(loss, vae.ConstrainedLoss):
        distortion = _against_target(distortion, target, loss.multiplier)
    elif settings.beta == 1:  # another weight optimises another objective than the bound
        elbo = replace(elbo, expected=f"{wanted:.2f} or better", reached=elbo.number() >= wanted)
    return [elbo, rate, distortion, *attribute_scores(model, rows, part)]


def _against_target(distortion: Score, target: float, multiplier: vae.GECO) -> Score:
    infeasible = multiplier.infeasible
    return replace(
        distortion,
        ours=f"{distortion.ours} at λ = {multiplier.lam:.3g}",
        expected="infeasible: λ has reached its maximum" if infeasible else "within 2 % of the target",
        reached=not infeasible and distortion.number() <= target + 0.02 * abs(target),
    )


def evaluate(
    model: Model,
    rows: RowData,
    settings: Settings,
    part: str,
    rng: Generator,
    k: int | None,
    show: Show = no_progress,
) -> list[Score]:
    """The bound and its terms, the error of reconstructions, log p(x) by k importance samples, bits, active units."""
    rows = binarised(rows, settings)
    target = settings.target_distortion if settings.objective == "geco" else None
    scores = bound_scores(model, rows, part, rng, target) + attribute_scores(model, rows, part)
    if rows.kind == "images":
        scores.append(reconstruction_score(model, rows, part))
    return scores + likelihood_scores(model, rows, part, k or IMPORTANCE_SAMPLES, rng, show)


def per_example(
    model: Model, rows: RowData, settings: Settings, part: str, rng: Generator
) -> dict[str, np.ndarray]:
    """The bound of every example and its terms, in nats: a low bound is an example that the model did not learn."""
    distortion, rate = bound_terms(model, binarised(rows, settings), part, rng)
    return {"elbo": -(distortion + rate), "rate": rate, "distortion": distortion}


def draw(
    model: Model, rows: RowData, settings: Settings, run: Run, scores: list[Score], loss: vae.Loss
) -> None:
    """Draw the networks, samples and curves, and for images reconstructions, the latent plane and interpolations."""
    draw_networks(vae_networks(model, rows.train, labels_of(rows, "train")), run)
    if rows.kind == "table":
        draw_table(model, rows, run)
        return _draw_curves(run, *scores)
    rows = binarised(rows, settings)
    x = sample_in_turn(model, 100, Generator(HELD_OUT_SEED))
    columns = columns_for(len(x), getattr(model, "classes", 1))
    draw_rows(x, rows, run.picture("samples"), f"samples of the VAE\n{MEANS}", columns)
    _draw_curves(run, *scores)
    if rows.kind == "images":
        x, y = held_out(rows, LATENT_PLANE_EXAMPLES)
        x_hat = model.given(y[:16]).reconstruct(x[:16])
        plots.reconstructions(x[:16], x_hat, rows.image_shape, run.picture("reconstructions"), ink=rows.ink)
        if model.latent_dim > 1 and len(x) > 1:  # a plane has two directions
            _draw_latents(model, x, y, rows, run)


def _draw_curves(run: Run, elbo: Score, _: Score, distortion: Score, *others: Score) -> None:
    history = run.history
    series = {
        "training": history["elbo" if "elbo" in history else "bound"],
        "validation": history["validation_elbo"],
    }
    baseline = {"independent dimensions": elbo.number("baseline_value")}
    plots.curves(series, run.picture("curves"), "ELBO, nats per example", baseline)
    if "rate" in history:
        terms = {"distortion": history["distortion"], "rate": history["rate"]}
        target = {} if distortion.baseline_value is None else {"target distortion": distortion.baseline_value}
        plots.curves(terms, run.picture("terms"), "nats per example", target)


def _draw_latents(model: Model, x: np.ndarray, y: np.ndarray, rows: RowData, run: Run) -> None:
    labels = y if rows.classes else None
    with no_grad():
        q = model.given(y).encode(x)
        z = q.rsample(Generator(HELD_OUT_SEED)).numpy()
    plots.aggregated_posterior(z, labels, run.picture("aggregated_posterior"))
    if model.given(y) is model:  # the decoded image depends on z alone, and fills a plane
        decode_mean = lambda z: model.decode(z).mean.numpy()
        plots.latent_plane(
            q.mu.numpy(), labels, decode_mean, rows.image_shape, run.picture("latent_plane"), ink=rows.ink
        )
    sheets = {
        f"{name} interpolation between test images": interpolations(
            model, x[:20], y[:20], INTERPOLATION_STEPS, path
        )
        for name, path in PATHS.items()
    }
    plots.sample_grids(
        sheets, rows.image_shape, run.picture("interpolation"), INTERPOLATION_STEPS, ink=rows.ink
    )


def sample(run: LoadedRun[Model, DataInfo], request: SampleRequest) -> str:
    """Samples from the prior, or interpolations between test images: means of p(x|z), but draws of a table."""
    is_table = run.info.kind == "table" and request.interpolate is None
    if request.complete is not None and run.info.kind != "table":
        raise BadInput(
            f"--complete fills in the missing cells of a table, and {run.directory} is of {run.info.kind}"
        )
    return sample_table(run, request) if is_table else sample_means(run, request)


def what_to_try(settings: Settings, run: Run) -> str:
    """A warm-up, if the decoder has learned to ignore the latent."""
    ignored = "rate" in run.history and run.history["rate"][-1] < IGNORED_RATE
    if ignored and settings.objective in OBJECTIVES_WITH["kl_warmup_steps"] and not settings.kl_warmup_steps:
        return f"--kl-warmup-steps {WARMUP_TO_TRY}: the rate is near 0, so the latent carries no information"
    return ""


TASK = Task(
    name="vae",
    family="vae",
    title="variational autoencoder",
    settings=Settings,
    data_info=DataInfo,
    monitored=("elbo", "validation_elbo", "best_epoch"),
    defaults=defaults,
    load=load,
    describe=describe,
    build=build,
    epoch_steps=batches_per_epoch,
    prepare=prepare,
    unread=unread,
    train=train,
    score=score,
    evaluate=evaluate,
    adapt=adapt,
    per_example=per_example,
    draw=draw,
    settle=settle,
    compare=rate_distortion_figure,
    sample=sample,
    encode=encode,
    sample_options=("classes", "interpolate", "data", "complete"),
    example="-n 64 --out samples.png",
    higher_is_better=True,
    takes_k=True,
    takes_seed=True,
    early_stopping=("validation_elbo", True),
    what_to_try=what_to_try,
)
