"""Training a generative adversarial network: the players take turns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scratchgen.autograd import Tensor, no_grad
from scratchgen.autograd.primitives import to_numpy
from scratchgen.data import batches, check_examples
from scratchgen.data.preprocessing.one_hot import labels_in_turn
from scratchgen.errors import BadInput, check_counts, described
from scratchgen.functional import sigmoid
from scratchgen.gan.game import ORIGINAL, Game
from scratchgen.gan.models import AdversarialPair, ConditionalGAN
from scratchgen.gan.monitor import ROWS, GANMonitor
from scratchgen.gan.objectives import LOGISTIC, discriminator_loss, generator_loss
from scratchgen.gan.penalties import gradient_penalty, r1_penalty
from scratchgen.gan.training_trace import TrainingTrace
from scratchgen.nn import BatchNorm, Module
from scratchgen.optim import MovingAverage, Optimizer, Schedule, TrainingRun, check_parts
from scratchgen.optim.schedules import constant
from scratchgen.optim.shards import WHOLE, Part, Shards
from scratchgen.optim.step import gradient_step
from scratchgen.random import HELD_OUT_SEED, Generator, as_generator

QUIET_STEPS = 500  # between two reports of one state: V of a short epoch crosses the border again and again
SETTLING = 100  # batches for the statistics of a generator whose weights were replaced


def train(
    model: AdversarialPair,
    images: np.ndarray,
    run: TrainingRun,
    *,
    epochs: int,
    batch_size: int,
    optimizer_G: Optimizer,
    optimizer_D: Optimizer,
    schedule_G: Schedule | None = None,
    schedule_D: Schedule | None = None,
    rng: Generator,
    labels: np.ndarray | None = None,
    game: Game = ORIGINAL,
    trace: TrainingTrace | None = None,
    shards: Shards = WHOLE,
) -> None:
    """Goodfellow et al. (2014), algorithm 1; `game.discriminator_steps` steps of D for one step of G.

    images                      (N, D);  labels: (N,), their classes, for a conditional model
    run                         a `runs.Run` or `runs.History`, which records the training
    optimizer_G, optimizer_D    of the parameters of model.G and of model.D. Adam with beta1=0.5 is usual
                                (Radford et al. 2016, section 4)
    schedule_G, schedule_D      of their learning rates, by default constant
    trace                       looks after the steps of either player, and is saved with the run
    shards                      the parts into which each batch is cut, and who computes them; batch normalisation
                                has the statistics of a part

    The last examples of an epoch that fill no batch are left out. At the end the weights of G are their
    moving average. `GANMonitor` explains the logged numbers, and how they look in a healthy game.
    Raises BadInput for data that do not fit, Diverged when a loss or its gradient is not finite.
    """
    schedules = {"schedule_G": schedule_G, "schedule_D": schedule_D}
    check_parts(run, schedules, optimizer_G=optimizer_G, optimizer_D=optimizer_D)
    if not isinstance(trace, TrainingTrace | None):
        raise TypeError(f"trace is a gan.TrainingTrace, not {described(trace)}")
    check_counts(epochs=epochs)
    check(model, images, labels, game, batch_size, shards.n)
    rng = as_generator(rng)
    examples = (images,) if labels is None else (images, labels)
    schedule_G, schedule_D = schedule_G or constant(), schedule_D or constant()
    average, monitor = MovingAverage(model.G.parameters()), GANMonitor(game.objective, images)
    run.track(model=model, optimizer_D=optimizer_D, optimizer_G=optimizer_G, average=average)
    look: Callable[[str, int], None] = trace.look if trace else lambda player, step: None
    run.track(monitor=monitor.memory, rng=rng, **({"trace": trace} if trace else {}))
    epoch_steps = len(images) // batch_size
    reported: dict[str, int] = {}  # state of the game → the step at which it was reported last
    for _ in run.epochs(epochs):
        for batch in run.steps(
            batches(*examples, batch_size=batch_size, rng=rng, drop_last=True, own=shards.own)
        ):
            x, y = (batch, None) if labels is None else batch
            step = run.total_steps + 1
            scale = schedule_D.scale(run, epochs, epoch_steps)
            numbers = discriminator_step(model, x, optimizer_D, rng, game, run, scale, y, shards)
            look("D", step)
            if step % game.discriminator_steps == 0:
                scale = schedule_G.scale(run, epochs, epoch_steps)
                numbers |= generator_step(model, len(x), optimizer_G, rng, game, run, scale, y, shards)
                look("G", step)
                average.update()
            run.log(**numbers)
            monitor.step(numbers["V"])
        samples = _classes_in_turn(model, ROWS).sample(ROWS, Generator(HELD_OUT_SEED))
        diversity, complaints = monitor.epoch(samples)
        run.log(diversity=diversity)
        for complaint in complaints:
            state = complaint.partition(":")[0]
            if run.total_steps - reported.get(state, -QUIET_STEPS) >= QUIET_STEPS:
                reported[state] = run.total_steps
                run.message(complaint)
    average.install()
    _settle(model, batch_size, rng)


def discriminator_step(
    model: AdversarialPair,
    x: np.ndarray,
    optimizer: Optimizer,
    rng: Generator,
    game: Game = ORIGINAL,
    run: TrainingRun | None = None,
    scale: float = 1.0,
    labels: np.ndarray | None = None,
    shards: Shards = WHOLE,
) -> dict[str, float]:
    """One step of D on real examples x (B, D) and equally many fakes; G does not change.

    Returns the numbers to log: V, D_real, D_fake and norm_D, the norm of the gradient.
    run       names the step in an error;  scale: the factor of a schedule
    labels    (B,), the classes of the examples, for a conditional model
    shards    the parts into which the batch is cut, and who computes them
    Raises Diverged when the loss or its gradient is not finite.
    """
    rng = as_generator(rng)
    unit = 1.0 if game.penalty_in_data_units else model.scale

    def objective(x: np.ndarray, y: np.ndarray | None) -> tuple[Tensor, dict[str, float]]:
        players = model.given(y)
        with no_grad(), model.G.frozen():
            fake = to_numpy(players.generate(len(x), rng))
        if fake.shape != x.shape:
            raise BadInput(
                f"G makes examples of shape {fake.shape[1:]}, and the real ones have {x.shape[1:]}"
            )
        real, fake = game.seen(x, rng), game.seen(fake, rng)
        d_real, d_fake = players.logits(real), players.logits(fake)
        loss = discriminator_loss(d_real, d_fake, game.objective)
        V = -loss.item()
        if game.gradient_penalty:
            u = np.repeat(rng.random((len(d_real), 1)), len(x) // len(d_real), axis=0)
            loss = loss + game.gradient_penalty * gradient_penalty(players.logits, real, fake, u, unit)
        if game.r1:
            loss = loss + game.r1 / 2 * r1_penalty(players.logits, real, unit)
        says = (lambda a: sigmoid(a.numpy())) if game.objective in LOGISTIC else lambda a: a.numpy()
        return loss, {"V": V, "D_real": _mean(says(d_real)), "D_fake": _mean(says(d_fake))}

    cut = shards, shards.cut(x, labels)
    norm, numbers = _step("discriminator", objective, optimizer, model.D, cut, rng, run, scale, x)
    return {**numbers, "norm_D": norm}


def generator_step(
    model: AdversarialPair,
    n: int,
    optimizer: Optimizer,
    rng: Generator,
    game: Game = ORIGINAL,
    run: TrainingRun | None = None,
    scale: float = 1.0,
    labels: np.ndarray | None = None,
    shards: Shards = WHOLE,
) -> dict[str, float]:
    """One step of G on n fakes against the present D, which does not change.

    Returns the numbers to log: G_loss, and norm_G, the norm of the gradient.
    run       names the step in an error;  scale: the factor of a schedule
    labels    (n,), the classes of the fakes, for a conditional model
    shards    the parts into which the fakes are cut, and who computes them
    Raises Diverged when the loss or its gradient is not finite.
    """
    rng = as_generator(rng)

    def objective(places: np.ndarray, y: np.ndarray | None) -> tuple[Tensor, dict[str, float]]:
        players = model.given(y)
        fake = game.seen(players.generate(len(places), rng), rng)
        loss = generator_loss(players.logits(fake), game.objective)
        return loss, {"G_loss": loss.item()}

    cut = shards, shards.cut(np.arange(n), labels)
    with model.D.frozen():
        norm, numbers = _step("generator", objective, optimizer, model.G, cut, rng, run, scale)
    return {**numbers, "norm_G": norm}


def _step(
    player: str,
    objective: Callable[..., tuple[Tensor, dict[str, float]]],
    optimizer: Optimizer,
    network: Module,
    cut: tuple[Shards, list[Part]],
    rng: Generator,
    run: TrainingRun | None,
    scale: float,
    data: np.ndarray | None = None,
) -> tuple[float, dict[str, float]]:
    """The training step of one player; the norm of its gradient, and numbers that `train` logs for both together."""
    return gradient_step(
        objective,
        optimizer,
        run,
        shards=cut[0],
        parts=cut[1],
        scale=scale,
        generators=(rng,),
        buffers=[buffer for _, buffer in network.named_buffers()],
        save=False,  # the other player may have moved already, and the layers' running statistics with it
        loss_name=f"loss of the {player}",
        advice="add a penalty on the discriminator's slope (r1)",
        data=data,
    )


def check(
    model: AdversarialPair,
    images: np.ndarray,
    labels: np.ndarray | None,
    game: Game,
    batch_size: int,
    micro_shards: int = 1,
) -> None:
    """Raise BadInput for data (N, D), classes (N,) or None, and a game that are not valid for the model.

    micro_shards    of which each has equally many packs, and two examples where batches are normalised
    Raises TypeError for a model that is no `AdversarialPair`.
    """
    if not isinstance(model, AdversarialPair):
        raise TypeError(
            f"the model is a pair of players G and D, not a {type(model).__name__}; derive it from gan.AdversarialPair"
        )
    if missing := [name for name in ("G", "D", "latent_dim") if not hasattr(model, name)]:
        raise TypeError(f"a {type(model).__name__} has no {missing[0]}; assign G, D and latent_dim")
    if not isinstance(game, Game):
        raise TypeError(f"the rules are a gan.Game, such as gan.Game(r1=1.0), not {described(game)}")
    check_counts(batch_size=batch_size)
    check_examples(images, "images")
    if getattr(images, "ndim", 2) != 2:
        raise BadInput(f"images are rows (N, D), not of shape {images.shape}; reshape them")
    if len(images) < batch_size:
        raise BadInput(
            f"{len(images)} examples make no batch of {batch_size}; choose a smaller batch size, or give more"
        )
    if isinstance(model, ConditionalGAN):
        if labels is None:
            raise BadInput(
                "a conditional GAN is conditioned on the class of each example; these have none: give labels"
            )
        model.given(labels)
    if micro_shards > 1:
        _check_part(model, batch_size, micro_shards)
    if batch_size % model.pack:
        raise BadInput(f"a batch of {batch_size} cannot be cut into packs of {model.pack}; choose a multiple")
    if (game.gradient_penalty or game.r1) and _normalises_batches(model.D):
        raise BadInput(
            "a penalty on D's slope is per example, but batch normalisation mixes them; choose norm=layer"
        )
    parts = [images[i : i + ROWS] for i in range(0, len(images), ROWS)]
    low, high = min(np.min(x) for x in parts), max(np.max(x) for x in parts)
    if model.bounded and not (low >= 0 and high <= 1):
        raise BadInput(
            f"the generator's outputs are in (0, 1), but the data from {low:g} to {high:g}; scale them, "
            "or make the model with bounded=False"
        )
    if not (np.isfinite(low) and np.isfinite(high)):
        raise BadInput("the data contain NaN or infinity; remove or repair these rows")


def _check_part(model: AdversarialPair, batch_size: int, micro_shards: int) -> None:
    """Raise BadInput for micro-shards that are not equal, cut a pack, or are too small to be normalised."""
    part, remainder = divmod(batch_size, micro_shards)
    if remainder or part % model.pack:
        what = f"equal parts of packs of {model.pack}" if model.pack > 1 else "equal parts"
        raise BadInput(
            f"a batch of {batch_size} cannot be cut into {micro_shards} {what}; choose a batch size that is a "
            f"multiple of {micro_shards * model.pack}"
        )
    if part < 2 and (_normalises_batches(model.G) or _normalises_batches(model.D)):
        raise BadInput(
            f"batch normalisation needs two examples in each of the {micro_shards} micro-shards of a batch of "
            f"{batch_size}; choose a larger batch size"
        )


def _normalises_batches(module: Module) -> bool:
    return isinstance(module, BatchNorm) or any(_normalises_batches(m) for _, m in module.children())


def _settle(model: AdversarialPair, batch_size: int, rng: Generator) -> None:
    """Let batch normalisation in G find the statistics of its averaged weights.

    Source: Izmailov et al. (2018), Averaging weights leads to wider optima, section 3.2.
    """
    if _normalises_batches(model.G):
        with no_grad():
            for _ in range(SETTLING):
                _classes_in_turn(model, batch_size).generate(batch_size, rng)


def _classes_in_turn(model: AdversarialPair, n: int) -> AdversarialPair:
    """The pair that draws n examples: a conditional one is conditioned on its classes in turn."""
    return model.given(labels_in_turn(n, model.classes)) if isinstance(model, ConditionalGAN) else model


def _mean(x: np.ndarray) -> float:
    return float(np.mean(x))
