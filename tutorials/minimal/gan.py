"""A generative adversarial network in one file: two players, two losses, training loop, samples.

Run it with `python tutorials/minimal/gan.py [folder]`. It trains on 8×8 digits for about twenty seconds, prints
samples in the terminal and writes them as `gan.png` into the folder (default: a temporary one).

    min_G max_D V(D, G),     V(D, G) = E_x[log D(x)] + E_z[log(1 − D(G(z)))]

Source: Goodfellow et al. (2014), Generative adversarial nets.
Shapes: B batch, Z latent dimensions, H hidden units.
"""

import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import scratchgen as sg
from scratchgen import nn
from scratchgen.functional import softplus

PIXELS, Z, H = 64, 16, 256
EPOCHS, BATCH = 80, 64


def players():
    """G: z (B, Z) → x (B, 64) in (0, 1), and D: x (B, 64) → the logit a of D(x) = σ(a), (B, 1)."""
    layer = lambda size: [nn.Linear(size, H), nn.BatchNorm(H), nn.ReLU()]  # keeps the samples diverse
    G = nn.Sequential(*layer(Z), *layer(H), nn.Linear(H, PIXELS), nn.Sigmoid())
    D = nn.Sequential(nn.Linear(PIXELS, H), nn.LeakyReLU(), nn.Linear(H, 1))
    return G, D


def value(d_real, d_fake):
    """V(D, G) by the logits: log σ(a) = −softplus(−a), log(1 − σ(a)) = −softplus(a).   → a number in nats"""
    return np.mean(-softplus(-d_real)) + np.mean(-softplus(d_fake))


def generator_loss(d_fake):
    """The non-saturating loss −E_z[log D(G(z))]: its gradient does not vanish while D leads."""
    return np.mean(softplus(-d_fake))


def train(G, D, images, rng):
    """Algorithm 1 with Adam: one step of D, then one step of G."""
    optimizer_D = sg.optim.Adam(D.parameters(), learning_rate=5e-4, beta1=0.5)
    optimizer_G = sg.optim.Adam(G.parameters(), learning_rate=5e-4, beta1=0.5)
    for epoch in range(1, EPOCHS + 1):
        order = rng.permutation(len(images))
        for start in range(0, len(images) - BATCH + 1, BATCH):
            real = images[order[start : start + BATCH]]
            fake = G(rng.standard_normal((BATCH, Z)))
            loss_D = -value(D(real), D(fake.numpy()))  # to D, fakes are data: no gradient reaches G
            optimizer_D.zero_grad()
            loss_D.backward()
            optimizer_D.step()

            loss_G = generator_loss(D(fake))
            optimizer_G.zero_grad()
            loss_G.backward()
            optimizer_G.step()
        if epoch % 20 == 0:
            print(f"epoch {epoch:3}   V {-loss_D.item():6.3f} (−log 4 = −1.386 where D cannot tell)")


def show(images, path):
    """Print images (N, D) in [0, 1] in a row as characters, and write them to a PNG file."""
    row = np.concatenate(images.reshape(-1, 8, 8), axis=1)  # (8, 8 N)
    shades = np.array(list(" .:-=+*#%@"))
    print("\n".join("".join(line) for line in shades[(row * 9).round().astype(int)].repeat(2, axis=1)))
    plt.imsave(path, row.repeat(8, axis=0).repeat(8, axis=1), cmap="gray")


def main(folder):
    sg.random.seed(0)
    rng = sg.random.default_rng(1)
    digits = sg.data.load_images("digits")
    G, D = players()
    train(G, D, digits.train, rng)

    with sg.no_grad(), G.eval_mode():
        samples = G(rng.standard_normal((500, Z))).numpy()
    show(samples[:8], folder / "gan.png")
    nearest = ((samples[:, None] - digits.train) ** 2).sum(axis=2).argmin(axis=1)  # real digits
    shares = np.bincount(digits.train_labels[nearest], minlength=10) / len(samples)
    print("share of each class among the samples:", *(f"{k}: {share:.2f}" for k, share in enumerate(shares)))
    print(f"samples: {folder / 'gan.png'}")
    assert (shares > 0.01).sum() >= 8, "the samples have collapsed to a few classes"


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="gan-")))
