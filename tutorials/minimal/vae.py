"""A variational autoencoder in one file: networks, bound, training loop, samples.

Run it with `python tutorials/minimal/vae.py [folder]`. It trains on 8×8 binary digits for about ten seconds,
prints samples in the terminal and writes them as `vae.png` into the folder (default: a temporary one).

Source: Kingma & Welling (2014), Auto-encoding variational Bayes.
Shapes: B batch, D = 64 pixels, Z latent dimensions, H hidden units.
"""

import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import scratchgen as sg
from scratchgen import nn
from scratchgen.distributions import Bernoulli, Normal

D, Z, H = 64, 8, 200
EPOCHS, BATCH = 100, 64


class VAE(nn.Module):
    """q(z|x) = N(mu(x), sigma(x)²),   p(x|z) = Bernoulli(σ(decoder(z))),   p(z) = N(0, I)."""

    def __init__(self):
        self.encoder = nn.Sequential(nn.Linear(D, H), nn.ReLU())
        self.to_mu, self.to_logvar = nn.Linear(H, Z), nn.Linear(H, Z)
        self.decoder = nn.Sequential(nn.Linear(Z, H), nn.ReLU(), nn.Linear(H, D))

    def encode(self, x):
        h = self.encoder(x)
        return Normal(self.to_mu(h), self.to_logvar(h))

    def decode(self, z):
        return Bernoulli(self.decoder(z))


def elbo(model, x, rng):
    """The evidence lower bound, for one sample of z per example.   x (B, D) → (B,) nats

    log p(x) ≥ E_q[log p(x|z)] − KL(q(z|x) ‖ p(z))
    """
    q = model.encode(x)
    sigma = np.exp(0.5 * q.logvar)
    z = q.mu + sigma * rng.standard_normal((len(x), Z))  # the reparameterisation: z ~ q, differentiable
    KL = 0.5 * np.sum(q.mu**2 + sigma**2 - 1 - q.logvar, axis=1)
    return model.decode(z).log_prob(x) - KL


def train(model, images, rng):
    """Maximise the bound by Adam on minibatches."""
    optimizer = sg.optim.Adam(model.parameters(), learning_rate=2e-3)
    for epoch in range(1, EPOCHS + 1):
        order = rng.permutation(len(images))
        for start in range(0, len(images), BATCH):
            x = images[order[start : start + BATCH]]
            loss = -elbo(model, x, rng).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if epoch % 20 == 0:
            print(f"epoch {epoch:3}   bound of the last batch {-loss.item():7.2f} nats per image")


def show(images, path):
    """Print images (N, D) in [0, 1] in a row as characters, and write them to a PNG file."""
    row = np.concatenate(images.reshape(-1, 8, 8), axis=1)  # (8, 8 N)
    shades = np.array(list(" .:-=+*#%@"))
    print("\n".join("".join(line) for line in shades[(row * 9).round().astype(int)].repeat(2, axis=1)))
    plt.imsave(path, row.repeat(8, axis=0).repeat(8, axis=1), cmap="gray")


def main(folder):
    sg.random.seed(0)
    rng = sg.random.default_rng(1)
    digits = sg.data.load_images("binarized-digits")
    model = VAE()
    train(model, digits.train, rng)

    with sg.no_grad():
        bound = np.mean([elbo(model, digits.test, rng).numpy().mean() for _ in range(10)])
        samples = model.decode(rng.standard_normal((8, Z))).mean.numpy()  # z ~ p(z)
    show(samples, folder / "vae.png")
    baseline = sg.evaluation.independent_bernoulli_log_prob(digits.train, digits.test)
    print(f"bound on test images {bound:.2f} nats per image, baseline of independent pixels {baseline:.2f}")
    print(f"samples: {folder / 'vae.png'}")
    assert bound > baseline + 5, "the latent carries no information"


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="vae-")))
