"""A step of the variational autoencoder: Kingma & Welling (2014), algorithm 1, with Adam."""

from __future__ import annotations

from scratchgen.benchmarks.kernels.peers import import_jax, import_torch
from scratchgen.benchmarks.kernels.targets import Target
from scratchgen.benchmarks.steps import jax_adam
from scratchgen.benchmarks.steps.start import PRODUCT_BOUND, SEED, Step, images
from scratchgen.optim import Adam
from scratchgen.random import Generator
from scratchgen.vae import VAE

NAME = "training step of a VAE"
D, H, Z, B = 784, 400, 20, 128
SIZE = f"{D}–{H}–{Z}–{H}–{D} B={B}"
LEARNING_RATE = 1e-3
TARGETS = [
    Target(NAME, "scratchgen", "JAX", 1.0),
    Target(NAME, "scratchgen", "PyTorch", 1 / 0.75, reason=PRODUCT_BOUND),
]


def model() -> VAE:
    """The model whose weights every library starts from."""
    return VAE(D, Z, H, Generator(SEED))


def ours(noise: Generator | None = None) -> Step:
    """The body of the loop of `scratchgen.vae.train`."""
    vae, batches, rng = model(), images(B, D), noise or Generator(SEED)
    optimizer = Adam(vae.parameters(), LEARNING_RATE)

    def step():
        optimizer.zero_grad()
        loss = -vae.elbo(next(batches), rng).mean()
        loss.backward()
        optimizer.step()
        return (loss.item(),)

    return step


def torch_(noise: Generator | None = None, fused: bool = False, compiled: bool = False) -> Step:
    """PyTorch: eager, with the fused form of Adam, or with the loss compiled."""
    torch = import_torch()
    F, parameters = torch.nn.functional, {}
    for name, array in model().state_dict().items():
        array = array.T.copy() if array.ndim == 2 else array  # PyTorch stores weights as (out, in)
        parameters[name] = torch.from_numpy(array).requires_grad_()
    optimizer = torch.optim.Adam(parameters.values(), LEARNING_RATE, fused=fused)
    batches = images(B, D)

    def linear(x, layer):
        return F.linear(x, parameters[f"{layer}.W"], parameters[f"{layer}.b"])

    def negative_elbo(x, eps):
        h = F.relu(linear(x, "encoder.0"))
        mu, logvar = linear(h, "to_mu"), linear(h, "to_logvar")
        z = mu + torch.exp(0.5 * logvar) * eps
        logits = linear(F.relu(linear(z, "decoder.0")), "decoder.2")
        cross_entropy = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        kl = 0.5 * torch.sum(mu**2 + torch.exp(logvar) - 1 - logvar)
        return (cross_entropy + kl) / len(x)

    loss_of = torch.compile(negative_elbo) if compiled else negative_elbo

    def step():
        optimizer.zero_grad()
        eps = torch.from_numpy(noise.standard_normal((B, Z))) if noise else torch.randn(B, Z)
        loss = loss_of(torch.from_numpy(next(batches)), eps)
        loss.backward()
        optimizer.step()
        return (loss.item(),)

    return step


def jax_(noise: Generator | None = None) -> Step:
    """JAX: the whole step, noise and Adam included, compiled as one; the memory of the old weights is donated."""
    jax = import_jax()
    jnp = jax.numpy
    weights = {name: jnp.array(array) for name, array in model().state_dict().items()}
    batches = images(B, D)

    def negative_elbo(weights, x, eps):
        def linear(x, layer):
            return x @ weights[f"{layer}.W"] + weights[f"{layer}.b"]

        h = jax.nn.relu(linear(x, "encoder.0"))
        mu, logvar = linear(h, "to_mu"), linear(h, "to_logvar")
        z = mu + jnp.exp(0.5 * logvar) * eps
        logits = linear(jax.nn.relu(linear(z, "decoder.0")), "decoder.2")
        cross_entropy = jnp.sum(jax.nn.softplus(logits) - x * logits)
        kl = 0.5 * jnp.sum(mu**2 + jnp.exp(logvar) - 1 - logvar)
        return (cross_entropy + kl) / len(x)

    def update(state, x, eps):
        if eps is None:
            key, noise_key = jax.random.split(state["key"])
            eps = jax.random.normal(noise_key, (B, Z))
        else:
            key = state["key"]
        loss, gradients = jax.value_and_grad(negative_elbo)(state["weights"], x, eps)
        return loss, {"key": key, **jax_adam.step(state, gradients, LEARNING_RATE)}

    state = {"key": jax.random.key(SEED), **jax_adam.start(weights)}
    compiled = jax.jit(update, donate_argnums=0)

    def step():
        nonlocal state
        loss, state = compiled(state, next(batches), noise.standard_normal((B, Z)) if noise else None)
        jax.block_until_ready(state)
        return (loss.item(),)

    return step
