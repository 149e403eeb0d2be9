"""A step of the dense adversarial pair: Goodfellow et al. (2014), algorithm 1, one step of D and one of G."""

from __future__ import annotations

from scratchgen.benchmarks.kernels.peers import import_jax, import_torch
from scratchgen.benchmarks.kernels.targets import Target
from scratchgen.benchmarks.steps import jax_adam
from scratchgen.benchmarks.steps.start import PRODUCT_BOUND, SEED, Step, images
from scratchgen.gan import GAN, discriminator_step, generator_step
from scratchgen.optim import Adam
from scratchgen.random import Generator

NAME = "training step of a GAN, D and G"
D, Z, B = 784, 100, 64
SIZE = f"G {Z}–256–512–{D}, D {D}–256–512–1 B={B}"
LEARNING_RATE, BETA1 = 2e-4, 0.5
TARGETS = [
    Target(NAME, "scratchgen", "JAX", 1.0),
    Target(NAME, "scratchgen", "PyTorch", 1 / 0.75, reason=PRODUCT_BOUND),
]


def model() -> GAN:
    """The model whose weights every library starts from."""
    return GAN(D, Z, Generator(SEED))


def ours(noise: Generator | None = None) -> Step:
    """The body of the loop of `scratchgen.gan.train`."""
    gan, batches, rng = model(), images(B, D), noise or Generator(SEED)
    optimizer_D = Adam(gan.D.parameters(), LEARNING_RATE, BETA1)
    optimizer_G = Adam(gan.G.parameters(), LEARNING_RATE, BETA1)

    def step():
        stats_D = discriminator_step(gan, next(batches), optimizer_D, rng)
        stats_G = generator_step(gan, B, optimizer_G, rng)
        return -stats_D["V"], stats_G["G_loss"]

    return step


def torch_(noise: Generator | None = None, fused: bool = False, compiled: bool = False) -> Step:
    """PyTorch: eager, with the fused form of Adam, or with both losses compiled."""
    torch = import_torch()
    nn, softplus = torch.nn, torch.nn.functional.softplus
    G = nn.Sequential(
        *(nn.Linear(Z, 256), nn.ReLU(), nn.Linear(256, 512), nn.ReLU(), nn.Linear(512, D), nn.Sigmoid())
    )
    D_ = nn.Sequential(nn.Linear(D, 256), nn.ReLU(), nn.Linear(256, 512), nn.ReLU(), nn.Linear(512, 1))
    start = model()
    with torch.no_grad():
        for net, our_net in ((G, start.G), (D_, start.D)):
            for a, b in zip(net.parameters(), our_net.parameters(), strict=True):
                a.copy_(torch.from_numpy(b.data.T if b.ndim == 2 else b.data))
    optimizer_D, optimizer_G = (
        torch.optim.Adam(net.parameters(), LEARNING_RATE, (BETA1, 0.999), fused=fused) for net in (D_, G)
    )
    batches = images(B, D)

    def discriminator_loss(x, fake):
        return softplus(-D_(x)).mean() + softplus(D_(fake)).mean()

    def generator_loss(z):
        return softplus(-D_(G(z))).mean()

    if compiled:
        discriminator_loss, generator_loss = torch.compile(discriminator_loss), torch.compile(generator_loss)

    def draw():
        return torch.from_numpy(noise.standard_normal((B, Z))) if noise else torch.randn(B, Z)

    def step():
        with torch.no_grad():
            fake = G(draw())
        optimizer_D.zero_grad()
        loss_D = discriminator_loss(torch.from_numpy(next(batches)), fake)
        loss_D.backward()
        optimizer_D.step()

        optimizer_G.zero_grad()
        D_.requires_grad_(False)
        loss_G = generator_loss(draw())
        loss_G.backward()
        D_.requires_grad_(True)
        optimizer_G.step()
        return loss_D.item(), loss_G.item()

    return step


def jax_(noise: Generator | None = None) -> Step:
    """JAX: both steps, noise and Adam included, compiled as one; the memory of the old weights is donated."""
    jax = import_jax()
    jnp, softplus = jax.numpy, jax.nn.softplus
    batches = images(B, D)

    def weights(net):
        return [(jnp.array(layer.W.data), jnp.array(layer.b.data)) for layer in net.layers[::2]]

    def dense(weights, x):
        for W, b in weights[:-1]:
            x = jax.nn.relu(x @ W + b)
        W, b = weights[-1]
        return x @ W + b

    def generate(G, z):
        return jax.nn.sigmoid(dense(G, z))

    def discriminator_loss(D, x, fake):
        return jnp.mean(softplus(-dense(D, x))) + jnp.mean(softplus(dense(D, fake)))

    def generator_loss(G, D, z):
        return jnp.mean(softplus(-dense(D, generate(G, z))))

    def update(state, x, z):
        key = state["key"]
        if z is None:
            key, noise_key = jax.random.split(key)
            z = jax.random.normal(noise_key, (2, B, Z))
        state_G, state_D = state["G"], state["D"]
        fake = generate(state_G["weights"], z[0])
        loss_D, g = jax.value_and_grad(discriminator_loss)(state_D["weights"], x, fake)
        state_D = jax_adam.step(state_D, g, LEARNING_RATE, BETA1)
        loss_G, g = jax.value_and_grad(generator_loss)(state_G["weights"], state_D["weights"], z[1])
        state_G = jax_adam.step(state_G, g, LEARNING_RATE, BETA1)
        return loss_D, loss_G, {"key": key, "G": state_G, "D": state_D}

    start = model()
    state = {"key": jax.random.key(SEED)}
    state |= {name: jax_adam.start(weights(net)) for name, net in (("G", start.G), ("D", start.D))}
    compiled = jax.jit(update, donate_argnums=0)

    def step():
        nonlocal state
        z = jnp.stack([noise.standard_normal((B, Z)) for _ in "DG"]) if noise else None
        loss_D, loss_G, state = compiled(state, next(batches), z)
        jax.block_until_ready(state)
        return loss_D.item(), loss_G.item()

    return step
