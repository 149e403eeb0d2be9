"""The networks of every kind of model are drawn from a run, with all of their parameters."""

import numpy as np
import pytest

from scratchgen import gan, nn, rnn, vae
from scratchgen.data.tokenizers import CharacterTokenizer
from scratchgen.plots.module_calls import record_calls
from scratchgen.random import Generator
from scratchgen.tasks import networks
from scratchgen.tasks.networks import draw_networks, gan_networks, text_networks, vae_networks

X = np.random.default_rng(0).random((20, 64)).astype(np.float32)
LABELS = np.arange(20) % 3
ATTRIBUTES = np.stack([LABELS, LABELS % 2], axis=1)
RNG = Generator(0)
BINARY = (X < 0.5).astype(np.float32)
TEXT = rnn.LanguageModel(CharacterTokenizer("abc"), 6, 4, RNG, cell="gru")
NETWORKS = {
    "VAE": vae_networks(vae.VAE(64, 3, 8, RNG), BINARY, LABELS),
    "VAE, Gaussian": vae_networks(vae.VAE(64, 3, (8, 4), RNG, likelihood="gaussian"), X, LABELS),
    "VAE, levels": vae_networks(vae.VAE(64, 3, 8, RNG, likelihood="categorical", levels=17), X, LABELS),
    "convolutional VAE": vae_networks(vae.ConvVAE((8, 8), 3, 8, (4, 6), RNG), BINARY, LABELS),
    "linear VAE": vae_networks(vae.LinearVAE(64, 3, RNG), X, LABELS),
    "conditional VAE": vae_networks(vae.ConditionalVAE(64, 3, 8, 3, RNG), BINARY, LABELS),
    "VAE of attributes": vae_networks(vae.ConditionalVAE(64, 3, 8, (3, 2), RNG), BINARY, ATTRIBUTES),
    "VAE of few rows": vae_networks(vae.VAE(64, 3, 8, RNG), BINARY[:2], LABELS[:2]),
    "GAN": gan_networks(gan.GAN(64, 3, RNG, hidden=(8,)), X, LABELS),
    "GAN, packs": gan_networks(gan.GAN(64, 3, RNG, hidden=(8,), pack=2, bounded=False, scale=2.0), X, LABELS),
    "convolutional GAN": gan_networks(gan.ConvGAN((8, 8), 3, (4, 6), RNG, hidden=8), X, LABELS),
    "conditional GAN": gan_networks(gan.ConditionalGAN(64, 3, 3, RNG, hidden=(8,)), X, LABELS),
    "GAN of attributes": gan_networks(gan.ConditionalGAN(64, 3, (3, 2), RNG, hidden=(8,)), X, ATTRIBUTES),
    "GAN of few rows": gan_networks(gan.GAN(64, 3, RNG, hidden=(8,), pack=4), X[:3], LABELS[:3]),
    "text": text_networks(TEXT, np.array([0, 1, 2])),
}


class Folder:
    """The part of a run that `draw_networks` uses."""

    def __init__(self, path):
        self.path, self.lines = path, []

    def picture(self, name):
        return self.path / f"{name}.png"

    def message(self, line):
        self.lines.append(line)


def unread(columns):
    """The names of the parameters of a model that no box of its diagram holds."""
    calls = [content for content in columns.values() if not isinstance(content[0], str)]
    owners = [content[0] if isinstance(content[0], nn.Module) else content[0].__self__ for content in calls]
    shown = {id(p) for content in calls for part in record_calls(*content) for p in part.parameters}
    return [name for owner in owners for name, p in owner.named_parameters() if id(p) not in shown]


@pytest.mark.parametrize("name", NETWORKS)
def test_a_run_has_the_picture_of_its_networks_with_all_parameters(name, tmp_path):
    run = Folder(tmp_path)
    draw_networks(NETWORKS[name], run)
    assert run.picture("networks").read_bytes().startswith(b"\x89PNG") and not run.lines
    # the scale of a Gaussian is a parameter of p(x|z), which is drawn by its mean
    assert {*unread(NETWORKS[name])} <= {"likelihood.logvar"}


def test_the_claim_above_rejects_a_diagram_without_the_decoder():
    columns = {**NETWORKS["VAE"]}
    del columns["decoder"]
    assert unread(columns) == ["decoder.0.W", "decoder.0.b", "decoder.2.W", "decoder.2.b"]


def test_networks_that_are_too_deep_for_a_picture_are_named_and_the_run_goes_on(tmp_path):
    run = Folder(tmp_path)
    draw_networks(vae_networks(vae.VAE(64, 3, [4] * 40, RNG), BINARY, LABELS), run)
    (line,) = run.lines
    assert line.startswith("no picture of the networks: encoder: ") and "boxes are too many" in line
    assert not [*tmp_path.iterdir()]


def test_the_example_has_sizes_of_its_own():
    assert networks.EXAMPLES != networks.STEPS
