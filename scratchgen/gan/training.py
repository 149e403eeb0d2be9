"""Training a generative adversarial network: the two players move in turn."""

from __future__ import annotations

from scratchgen.autograd import no_grad
from scratchgen.data import batches
from scratchgen.functional import sigmoid
from scratchgen.gan.models import GAN
from scratchgen.gan.objectives import discriminator_loss, generator_loss, value
from scratchgen.optim import Adam, MovingAverage, Optimizer
from scratchgen.random import Generator


def train(model: GAN, images, run, *, epochs: int, batch_size: int, alpha: float, rng: Generator):
    """Goodfellow et al. (2014), algorithm 1, with one step of D per step of G and Adam.   images: (N, D)

    Adam's β₁ = 0.5, as the gradients of a game turn (Radford et al. 2016, section 4). At the end the weights
    of G are their moving average.
    run    a `training.Run`, or a `training.History`, that keeps the books
    """
    optimizer_D = Adam(model.D.parameters(), alpha, beta1=0.5)
    optimizer_G = Adam(model.G.parameters(), alpha, beta1=0.5)
    average = MovingAverage(model.G.parameters())
    run.keep(model=model, optimizer_D=optimizer_D, optimizer_G=optimizer_G, average=average, rng=rng)
    for _ in run.epochs(epochs):
        for x in run.steps(batches(images, batch_size=batch_size, rng=rng)):
            run.log(**discriminator_step(model, x, optimizer_D, rng))
            run.log(**generator_step(model, len(x), optimizer_G, rng))
            average.update()
    average.install()


def discriminator_step(model: GAN, x, optimizer: Optimizer, rng: Generator) -> dict[str, float]:
    """One step up V(D, G) for D on real examples x (B, D) and as many fakes; G does not change."""
    with no_grad():
        fake = model.generate(len(x), rng)
    optimizer.zero_grad()
    d_real, d_fake = model.logits(x), model.logits(fake)
    discriminator_loss(d_real, d_fake).backward()
    optimizer.step()
    with no_grad():
        return {
            "V": value(d_real, d_fake).item(),
            "D_real": sigmoid(d_real).mean().item(),
            "D_fake": sigmoid(d_fake).mean().item(),
        }


def generator_step(model: GAN, n: int, optimizer: Optimizer, rng: Generator) -> dict[str, float]:
    """One step for G on n fakes against the D of this moment, which does not change."""
    optimizer.zero_grad()
    with model.D.frozen():
        loss = generator_loss(model.logits(model.generate(n, rng)))
        loss.backward()
    optimizer.step()
    return {"G_loss": loss.item()}
