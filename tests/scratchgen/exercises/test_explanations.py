"""Statements of explanations and stubs about training with a wrong line: VAEs of digits, trained with that line.

Ten latents, 128 hidden units, batches of 32, Adam with the step size 0.002; the numbers of 25 epochs.
"""

import functools
from importlib import import_module
from types import SimpleNamespace

import numpy as np
import pytest

import scratchgen as sg
from scratchgen import exercises, optim, vae
from scratchgen.data import batches, load_images
from scratchgen.distributions import Normal

pytestmark = pytest.mark.slow

EPOCHS, LATENTS = 25, 10


def names_of(exercise, source=None):
    """The names that the solution, or another source, defines."""
    names = {}
    exec(source or exercises.get(exercise).solution, names)
    return SimpleNamespace(**{name: names[name] for name in exercises.get(exercise).asked})


def wrong(exercise, text):
    """The names of the wrong answer that has this text."""
    (source,) = (answer.source for answer in exercises.get(exercise).wrong_answers if text in answer.source)
    return names_of(exercise, source)


LOSS = names_of("negative-elbo").loss


class Trained(SimpleNamespace):
    """loss: the mean of the last epoch; bound, rate: of held-out images, by the library; spread: of p over samples."""


def train(loss, epochs=EPOCHS):
    """Train with loss(x, q, decode, eps), and measure by the library's own bound."""
    digits, rng = load_images("binarized-digits"), sg.random.default_rng(0)
    model = vae.VAE(64, LATENTS, 128, rng)
    optimizer = optim.Adam(model.parameters(), learning_rate=2e-3)
    for _ in range(epochs):
        losses = []
        for x in batches(digits.train, batch_size=32, rng=rng):
            value = loss(x, model.encode(x), model.decode, rng.standard_normal((len(x), LATENTS)))
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            losses.append(value.item())
    with sg.no_grad():
        bound = vae.elbo(digits.test, model.encode(digits.test), model.decode, rng, terms=True)
        p = model.decode(rng.standard_normal((500, LATENTS))).mean.numpy()
    value, rate = bound.value.numpy().mean(), bound.rate.numpy().mean()
    return Trained(loss=np.mean(losses), bound=value, rate=rate, spread=p.std(axis=0).mean())


@functools.cache
def right():
    """A VAE trained with the solution."""
    return train(LOSS)


def test_the_right_line_reaches_19_nats():
    assert right().bound == pytest.approx(-19.4, abs=0.6) and right().loss == pytest.approx(18.7, abs=0.5)
    assert right().rate > 5 and right().spread > 0.15


def test_a_mean_over_the_pixels_draws_one_grey_digit_and_the_posterior_is_the_prior():
    broken = names_of("every-digit-grey", exercises.get("every-digit-grey").stub)

    def loss(x, q, decode, eps):
        decoder = lambda z: broken.Bernoulli(decode(z).logits)
        return -np.mean(broken.elbo(x, broken.Normal(q.mu, q.logvar), decoder, eps))

    found = train(loss)
    assert found.rate < 0.01 and found.spread < 0.04 < right().spread / 3
    assert found.bound == pytest.approx(-25.5, abs=0.3) and found.loss == pytest.approx(0.39, abs=0.02)


def test_variance_as_scale_reads_15_nats_and_is_worse_by_more_than_1():
    sample = wrong("reparameterise", "mu + np.exp(logvar) * eps").sample

    class Planted(Normal):
        def rsample(self, eps):
            return sample(self.mu, self.logvar, eps)

    found = train(lambda x, q, decode, eps: LOSS(x, Planted(q.mu, q.logvar), decode, eps))
    assert found.loss == pytest.approx(15.2, abs=0.6) and found.bound < right().bound - 1


def test_a_decoder_that_is_given_mu_reads_7_nats_and_is_worse_than_coins():
    found = train(wrong("negative-elbo", "decode(q.mu)").loss)
    assert found.loss == pytest.approx(7.3, abs=0.5) and -150 < found.bound < -60


def test_the_kl_with_the_other_sign_has_no_lower_bound():
    with np.errstate(over="ignore"):
        found = train(wrong("negative-elbo", "log_prob(x) + q.kl").loss, epochs=2)
    assert found.loss < -1e20


def test_a_bound_without_the_width_of_q_rises_above_the_evidence_while_sigma_falls():
    module = import_module("scratchgen.exercises.vae.bound_above_the_evidence")
    broken = names_of("bound-above-the-evidence", module.STUB)
    mean = lambda mu, logvar: module.mean_over_noise(broken.Posterior, broken.elbo, mu, logvar)
    mu, logvar, h = 0.0, 0.0, 1e-5
    logvars = [logvar]
    for _ in range(200):
        by_mu = (mean(mu + h, logvar) - mean(mu - h, logvar)) / (2 * h)
        by_logvar = (mean(mu, logvar + h) - mean(mu, logvar - h)) / (2 * h)
        mu, logvar = mu + 0.5 * by_mu, logvar + 0.5 * by_logvar
        logvars.append(logvar)
    assert (np.diff(logvars) < 0).all() and np.exp(logvar / 2) < 0.1
    assert mean(mu, logvar) == pytest.approx(-0.87, abs=0.005)
    assert module.exact_evidence() == pytest.approx(-1.72, abs=0.005)
