"""The VQ-VAE, against oracles that do not share its code."""

import itertools

import numpy as np
import pytest

from scratchgen import Tensor, check_grads
from scratchgen.errors import BadInput
from scratchgen.functional import logsumexp
from scratchgen.optim import Adam
from scratchgen.random import Generator
from scratchgen.runs import History
from scratchgen.vae import vq, vq_training
from scratchgen.vae.code_prior import CodePrior
from scratchgen.vae.objectives import vq_objective
from scratchgen.vae.quantise import Quantiser, perplexity, straight_through
from scratchgen.vae.vq import VQVAE
from scratchgen.vae.vq_training import evaluate, train_vq

K, d = 6, 3


@pytest.fixture
def quantiser():
    return Quantiser(K, d, Generator(0))


# --- the code that is chosen ------------------------------------------------------------------------------


def nearest_by_hand(z, codebook):
    """Every distance, one number at a time."""
    distances = [[sum((a - b) ** 2 for a, b in zip(v, e, strict=True)) for e in codebook] for v in z]
    return np.array([row.index(min(row)) for row in distances])


@pytest.mark.equation("vae.nearest_code")
def test_the_code_that_is_chosen_is_the_nearest(quantiser, rng, measured):
    z = rng.standard_normal((40, 5, d))
    k, e = quantiser(z)
    expected = nearest_by_hand(z.reshape(-1, d).tolist(), quantiser.codebook.data.tolist())
    measured(np.abs(k.ravel() - expected), 0)
    np.testing.assert_array_equal(e, quantiser.codebook.data[k])


@pytest.mark.equation("vae.nearest_code")
def test_the_claim_above_rejects_the_code_with_the_largest_inner_product(quantiser, rng):
    z = rng.standard_normal((200, d))
    wrong = np.argmax(z @ quantiser.codebook.data.T, axis=-1)
    expected = nearest_by_hand(z.tolist(), quantiser.codebook.data.tolist())
    assert np.mean(wrong != expected) > 0.1


@pytest.mark.equation("vae.code_perplexity")
def test_perplexity_is_how_many_codes_are_in_use(measured):
    measured(abs(perplexity(np.full((3, 4), 5)) - 1), 1e-12)
    measured(abs(perplexity(np.array([[0, 7], [2, 4]])) - 4), 1e-12)
    measured(abs(perplexity(np.array([0, 0, 1, 2])) - 2**1.5), 1e-12)  # ½, ¼, ¼: an entropy of 1.5 bits


@pytest.mark.equation("vae.code_perplexity")
def test_the_claim_above_rejects_the_number_of_codes_that_occur_and_two_to_the_nats():
    k = np.array([0, 0, 1, 2])
    assert abs(len(np.unique(k)) - 2**1.5) > 0.1
    assert abs(2 ** (1.5 * np.log(2)) - 2**1.5) > 0.5


# --- the straight-through gradient ------------------------------------------------------------------------


@pytest.fixture
def through(quantiser, rng):
    """Encoder outputs, their codes, and a decoder that is not linear, in float64."""
    z_e = rng.standard_normal((4, 2, d))
    e = quantiser(z_e)[1].astype(np.float64)
    W, g = rng.standard_normal((d, 5)), rng.standard_normal((4, 2, 5))
    return z_e, e, lambda z: np.sum(np.tanh(z @ W) * g)


def gradient(f, at):
    x = Tensor(at, requires_grad=True)
    f(x).backward()
    return x.grad


def test_the_value_that_goes_straight_through_is_the_code(through):
    z_e, e, _ = through
    # one subtraction and one addition of numbers below 4, in float64
    np.testing.assert_allclose(straight_through(z_e, e), e, rtol=0, atol=4 * np.finfo(np.float64).eps)


@pytest.mark.equation("vae.straight_through")
def test_the_encoder_gets_the_gradient_of_the_decoder_at_the_code(through, measured):
    z_e, e, decoder = through
    ours = gradient(lambda z: decoder(straight_through(z, e)), z_e)
    expected = gradient(decoder, e)
    measured(np.abs(ours - expected), 1e-12 * np.abs(expected))


@pytest.mark.equation("vae.straight_through")
def test_the_claim_above_rejects_a_gradient_that_also_flows_through_e_minus_z_e(through):
    z_e, e, decoder = through
    exact = gradient(decoder, e)
    assert np.linalg.norm(gradient(lambda z: decoder(z + (e - z)), z_e)) < 1e-12  # nothing is left of it
    at_z_e = gradient(decoder, z_e)  # and one that forgets the quantiser is another
    assert np.linalg.norm(at_z_e - exact) > 0.1 * np.linalg.norm(exact)


@pytest.mark.equation("vae.vq")
def test_the_commitment_pulls_each_vector_to_its_code_with_weight_two_beta(through, measured):
    """The rest of the objective is held constant, as if the decoder did not look."""
    z_e, e, _ = through
    model, x = tiny(), binary_images(4)
    constant = model.decode(np.zeros((4, 4, 2), np.float32))
    objective = lambda z: vq_objective(x, z, e, lambda _: constant, beta=0.7).sum()
    pull = -2 * 0.7 * (z_e - e)
    measured(np.abs(gradient(objective, z_e) - pull), 1e-12 * np.abs(pull))
    check_grads(objective, z_e, order=1)


@pytest.mark.equation("vae.vq")
def test_no_gradient_reaches_the_codebook():
    model, x = tiny(), binary_images(5)
    z_e = model.encode(x)
    _, e = model.quantiser(z_e)
    e = Tensor(e, requires_grad=True)
    vq_objective(x, z_e, e, model.decode).sum().backward()
    assert e.grad is None
    model.objective(x).sum().backward()
    assert not any(name.startswith("quantiser") for name, _ in model.named_parameters())
    assert all(buffer.grad is None for _, buffer in model.named_buffers())
    assert all(p.grad is not None for p in [*model.encoder.parameters(), *model.decoder.parameters()])


@pytest.mark.equation("vae.vq")
def test_the_claim_above_rejects_a_commitment_that_does_not_stop_the_gradient(through):
    z_e, e, _ = through
    assert np.abs(gradient(lambda e: np.sum((z_e - e) ** 2), e)).max() > 0.1


# --- the codebook follows the vectors ---------------------------------------------------------------------


@pytest.fixture
def clusters(rng):
    """Vectors of which every code of the codebook is chosen by some."""
    codebook = 3 * rng.standard_normal((K, d))
    return codebook, (codebook[:, None] + rng.standard_normal((K, 30, d))).reshape(-1, d)


def quantiser_at(codebook, decay):
    quantiser = Quantiser(len(codebook), codebook.shape[1], Generator(0), decay)
    quantiser.codebook.data = codebook.copy()
    quantiser.N.data, quantiser.m.data = np.ones(len(codebook)), codebook.copy()
    return quantiser


def lloyd(z, codebook):
    """A step of k-means: the mean of the vectors that are nearest to each code."""
    k = nearest_by_hand(z.tolist(), codebook.tolist())
    return np.array([z[k == j].mean(axis=0) for j in range(len(codebook))])


@pytest.mark.equation("vae.codebook")
def test_without_memory_an_update_is_a_step_of_k_means(clusters, measured):
    codebook, z = clusters
    quantiser = quantiser_at(codebook, decay=0.0)
    for _ in range(3):
        codebook = lloyd(z, codebook)
        quantiser.update(z, quantiser(z)[0], Generator(1))
        measured(np.abs(quantiser.codebook.data - codebook), 1e-12 * np.abs(codebook))


@pytest.mark.equation("vae.codebook")
def test_the_claim_above_rejects_an_average_that_remembers(clusters):
    codebook, z = clusters
    quantiser = quantiser_at(codebook, decay=0.5)
    quantiser.update(z, quantiser(z)[0], Generator(1))
    assert np.abs(quantiser.codebook.data - lloyd(z, codebook)).max() > 1e-3


@pytest.mark.equation("vae.codebook")
def test_the_averages_weigh_a_batch_by_the_power_of_the_decay_that_its_age_is(clusters, rng):
    codebook, z = clusters
    quantiser, decay = quantiser_at(codebook, decay=0.8), 0.8
    N, m = np.ones(K), codebook
    for batch in (z, z[rng.permutation(len(z))[:150]], z + 0.1):
        k = quantiser(batch)[0]
        quantiser.update(batch, k, Generator(1))
        N = decay * N + (1 - decay) * np.array([np.sum(k == j) for j in range(K)])
        m = decay * m + (1 - decay) * np.array([batch[k == j].sum(axis=0) for j in range(K)])
    np.testing.assert_allclose(quantiser.N.data, N, rtol=1e-12)
    np.testing.assert_allclose(quantiser.codebook.data, m / N[:, None], rtol=1e-12)


def test_codes_that_no_vector_chooses_begin_anew_at_vectors(clusters):
    _, z = clusters
    quantiser = quantiser_at(np.concatenate([z[:1], np.full((K - 1, d), 1e3)]), decay=0.0)
    k, _ = quantiser(z)
    assert perplexity(k) == 1  # all but one code are out of reach
    quantiser.update(z, k, Generator(1))
    assert all(np.any(np.all(np.isclose(z, e), axis=1)) for e in quantiser.codebook.data[1:])
    assert perplexity(quantiser(z)[0]) > K / 2


def test_the_claim_above_rejects_averages_alone(clusters):
    _, z = clusters
    far = np.concatenate([z[:1], np.full((K - 1, d), 1e3)])
    assert set(nearest_by_hand(z.tolist(), far.tolist())) == {0}  # the others get no vector, now or later


def test_the_first_update_brings_every_code_to_where_the_vectors_are(quantiser, rng):
    z = 50 + rng.uniform(-1, 1, (40, d)).astype(np.float32)
    quantiser.update(z, quantiser(z)[0], Generator(1))
    assert np.all(np.abs(quantiser.codebook.data - 50) < 1 + 1e-4)  # 50 in float32, divided and multiplied


# --- the prior of the codes -------------------------------------------------------------------------------

PLACES = 4


@pytest.fixture
def prior():
    prior = CodePrior(3, PLACES, 8, Generator(5))
    prior.output.W.data *= 6  # far from uniform
    return prior


def every_sequence(codes, places):
    return np.array(list(itertools.product(range(codes), repeat=places)))


@pytest.mark.equation("vae.code_prior")
def test_the_probabilities_of_all_sequences_sum_to_one(prior, measured):
    p = np.exp(prior.log_prob(every_sequence(3, PLACES)).numpy().astype(np.float64))
    measured(abs(p.sum() - 1), 1e-5)  # 81 sums of float32 logarithms
    assert p.max() > 5 / len(p)


@pytest.mark.equation("vae.code_prior")
def test_the_claim_above_rejects_a_network_that_sees_the_code_it_is_to_predict(prior):
    k = every_sequence(3, PLACES).T
    y, _ = prior.forward(k, np.arange(PLACES), np.zeros((k.shape[1], 8), np.float32))
    y = y.numpy().astype(np.float64)
    log_p = np.take_along_axis(y - logsumexp(y, keepdims=True), k[..., None], -1)
    assert abs(np.exp(log_p.sum(axis=(0, 2))).sum() - 1) > 0.05


def chi_squared(drawn, p):
    """Chi-squared of sequences drawn from the 3^PLACES possible ones, against the probabilities of all."""
    counts = np.bincount(drawn @ 3 ** np.arange(PLACES)[::-1], minlength=len(p))
    expected = len(drawn) * p
    rare = expected < 5  # pooled, as the approximation needs
    counts, expected = (np.append(a[~rare], a[rare].sum()) for a in (counts, expected))
    return np.sum((counts - expected) ** 2 / expected), len(counts) - 1


def test_sequences_are_drawn_with_the_probabilities_that_the_prior_gives_them(prior):
    p = np.exp(prior.log_prob(every_sequence(3, PLACES)).numpy().astype(np.float64))
    statistic, freedom = chi_squared(prior.sample(20_000, Generator(6)), p)
    assert freedom > 20
    assert statistic < freedom + 3.1 * np.sqrt(2 * freedom) + 5  # beyond the 99.9 % point, Wilson–Hilferty


def test_the_claim_above_rejects_codes_drawn_without_those_before_them(prior):
    p = np.exp(prior.log_prob(every_sequence(3, PLACES)).numpy().astype(np.float64))
    drawn = prior.sample(20_000, Generator(6))
    for place in range(PLACES):  # each place keeps its distribution, but not its neighbours
        drawn[:, place] = drawn[Generator(place).permutation(len(drawn)), place]
    statistic, freedom = chi_squared(drawn, p)
    assert statistic > 10 * freedom


# --- the model and its bound ------------------------------------------------------------------------------


def tiny(seed=0, codes=3):
    """Images of 4 × 4 pixels, a grid of 2 × 2 codes: 81 sequences."""
    return VQVAE((4, 4), codes, dimension=2, channels=(8,), hidden=8, rng=Generator(seed))


def binary_images(n, seed=0):
    """Two quadrants that are inked together, or not, and noise of a tenth of the pixels."""
    rng = Generator(seed)
    top, bottom = rng.integers(2, size=(2, n))
    images = np.zeros((n, 4, 4), np.float32)
    images[:, :2, :2] = images[:, 2:, 2:] = top[:, None, None]
    images[:, 2:, :2] = bottom[:, None, None]
    return np.abs(images.reshape(n, 16) - (rng.random((n, 16)) < 0.1)).astype(np.float32)


def optimizers(model):
    """Adam for the autoencoder and for the prior."""
    autoencoder = [*model.encoder.parameters(), *model.decoder.parameters()]
    return {
        "optimizer": Adam(autoencoder, 1e-2),
        "prior_optimizer": Adam(model.prior.parameters(), 1e-2),
    }


@pytest.fixture(scope="module")
def trained():
    model, images, records = tiny(), binary_images(512), History()
    train_vq(
        model,
        images,
        images[:64],
        records,
        epochs=30,
        prior_epochs=16,
        batch_size=32,
        **optimizers(model),
        rng=Generator(1),
    )
    return model, records


def log_joint(model, x):
    """log p(x|k) + log p(k) of every sequence k: (B, 81), in float64."""
    sequences = every_sequence(3, 4)
    log_p = model.prior.log_prob(sequences).numpy().astype(np.float64)
    likelihoods = [model.decode_codes(k[None]).log_prob(x).numpy() for k in sequences]
    return np.stack(likelihoods, axis=1) + log_p, sequences


@pytest.mark.equation("vae.codes")
def test_the_bound_never_exceeds_the_log_evidence(trained, measured):
    x = binary_images(200, seed=3)
    for model in (trained[0], tiny(seed=9)):
        joint, _ = log_joint(model, x)
        above = np.maximum(0, model.elbo(x).numpy() - logsumexp(joint))
        measured(above, 1e-5)  # 20 float32 terms of up to 10


@pytest.mark.equation("vae.codes")
def test_the_claim_above_rejects_a_bound_that_does_not_pay_for_its_codes(trained):
    model, x = trained[0], binary_images(200, seed=3)
    joint, _ = log_joint(model, x)
    free = model.decode_codes(model.codes(x)).log_prob(x).numpy()
    assert np.mean(free > logsumexp(joint)) > 0.5


@pytest.mark.equation("vae.codes")
def test_the_gap_of_the_bound_is_minus_the_log_posterior_of_the_codes(trained, measured):
    """KL(q(k|x) ‖ p(k|x)) of a deterministic q."""
    model, x = trained[0], binary_images(50, seed=3)
    joint, sequences = log_joint(model, x)
    log_posterior = joint - logsumexp(joint, keepdims=True)
    chosen = [np.flatnonzero(np.all(sequences == k, axis=1))[0] for k in model.codes(x)]
    gap = logsumexp(joint) - model.elbo(x).numpy()
    measured(np.abs(gap + log_posterior[np.arange(50), chosen]), 1e-5)


def test_training_raises_the_bound_above_independent_pixels_and_the_prior_above_independent_codes(trained):
    model, records = trained
    x = binary_images(500, seed=4)
    p = x.mean(axis=0)
    pixels = np.sum(p * np.log(p) + (1 - p) * np.log(1 - p))
    assert evaluate(model.elbo, x) > pixels + 1
    k = model.codes(x)
    independent = -sum(np.log(perplexity(k[:, place])) for place in range(4))  # the best there is, in nats
    assert model.prior.log_prob(k).numpy().mean() > independent + 0.1
    assert {name: len(numbers) for name, numbers in records.history.items()} == {
        "objective": 30,
        "perplexity": 30,
        "validation_objective": 30,
        "code_nats": 16,
        "validation_elbo": 16,
    }


def test_the_prior_is_trained_with_the_autoencoder_as_it_is():
    model, images = tiny(), binary_images(64)
    states = []

    class Noting(History):
        def after_step(self):
            states.append(model.state_dict())

    train_vq(
        model,
        images,
        images,
        Noting(),
        epochs=1,
        prior_epochs=1,
        batch_size=32,
        **optimizers(model),
        rng=Generator(1),
    )
    for name in states[0]:
        moved = [not np.array_equal(a[name], b[name]) for a, b in itertools.pairwise(states)]
        assert moved == ([False, True, True] if name.startswith("prior") else [True, False, False])


def test_samples_are_decoded_codes_of_the_prior_and_reconstructions_decode_the_codes_of_the_image(trained):
    model, x = trained[0], binary_images(5)
    k = model.prior.sample(4, Generator(3))
    np.testing.assert_array_equal(model.sample(4, Generator(3)), model.decode_codes(k).mean.numpy())
    np.testing.assert_array_equal(model.reconstruct(x), model.decode_codes(model.codes(x)).mean.numpy())


@pytest.mark.parametrize("draw", [False, True])
def test_samples_and_scores_are_the_same_whatever_number_of_images_is_decoded_at_once(
    trained, monkeypatch, draw
):
    model, x = trained[0], binary_images(20)
    whole, bound = model.sample(20, Generator(3), draw=draw), evaluate(model.elbo, x)
    monkeypatch.setattr(vq, "IMAGES_AT_ONCE", 3)
    monkeypatch.setattr(vq_training, "IMAGES_AT_ONCE", 3)
    np.testing.assert_allclose(model.sample(20, Generator(3), draw=draw), whole, rtol=0, atol=1e-5)
    assert evaluate(model.elbo, x) == pytest.approx(bound, rel=1e-5)


def test_the_claim_above_rejects_pieces_that_begin_the_random_numbers_again(trained):
    model = trained[0]
    whole = model.sample(20, Generator(3), draw=True)
    again = np.concatenate([model.sample(10, Generator(3), draw=True) for _ in range(2)])
    assert np.abs(again - whole).max() == 1


# --- resuming a training ----------------------------------------------------------------------------------


class Cut(Exception):
    pass


class Interrupted(History):
    """Training stops after so many steps."""

    def __init__(self, steps):
        super().__init__()
        self.steps_left = steps

    def after_step(self):
        if self.total_steps == self.steps_left:
            raise Cut


def train_both(model, run, rng):
    images = binary_images(80)
    sizes = {"epochs": 2, "prior_epochs": 2, "batch_size": 32, **optimizers(model)}
    train_vq(model, images, images[:16], run, **sizes, rng=rng)


@pytest.mark.parametrize("steps", [1, 3, 4, 6, 7, 9, 11])  # within an epoch of three and at its end
def test_a_training_that_is_resumed_ends_with_the_same_bits(steps):
    whole, records = tiny(), History()
    train_both(whole, records, Generator(1))
    run = Interrupted(steps)
    with pytest.raises(Cut):
        train_both(tiny(), run, Generator(1))
    again, other, later = tiny(seed=77), History(), Generator(88)
    other.resume(*run.state())
    train_both(again, other, later)
    for name, array in whole.state_dict().items():
        np.testing.assert_array_equal(again.state_dict()[name], array, err_msg=name)
    assert other.history == records.history


def test_the_claim_above_rejects_a_state_without_the_averages():
    whole, run = tiny(), Interrupted(4)
    train_both(whole, History(), Generator(1))
    with pytest.raises(Cut):
        train_both(tiny(), run, Generator(1))
    arrays, numbers = run.state()
    for name in ("model/quantiser.N", "model/quantiser.m"):
        arrays[name] = np.zeros_like(arrays[name])
    again, other = tiny(), History()
    other.resume(arrays, numbers)
    train_both(again, other, Generator(1))
    assert not np.array_equal(again.quantiser.codebook.data, whole.quantiser.codebook.data)


def test_a_model_is_its_state_dict_codebook_and_all():
    model, again, x = tiny(), tiny(seed=5), binary_images(6)
    model.quantiser.update(model.encode(x), model.codes(x), Generator(2))
    again.load_state_dict(model.state_dict())
    np.testing.assert_array_equal(again.elbo(x).numpy(), model.elbo(x).numpy())
    assert {"quantiser.codebook", "quantiser.N", "quantiser.m"} < set(model.state_dict())


# --- bad input --------------------------------------------------------------------------------------------


def test_sizes_that_make_no_model_are_refused():
    with pytest.raises(ValueError, match="codes must be a whole number of at least 1, not 0"):
        Quantiser(0, 2, Generator(0))
    with pytest.raises(ValueError, match="decay"):
        Quantiser(4, 2, Generator(0), decay=1.0)
    with pytest.raises(ValueError, match="length must be"):
        CodePrior(4, 0, 8, Generator(0))
    with pytest.raises(ValueError, match="channels must be"):
        VQVAE((4, 4), 3, dimension=2, channels=(0,), hidden=8)


def test_images_of_an_odd_shape_are_refused():
    for shape, says in (
        ((10,), "image_shape is"),
        ((0, 8), "height must be"),
        ((8, 8, 0), "channels must be"),
    ):
        with pytest.raises(BadInput, match=says):
            VQVAE(shape, 3, dimension=2, channels=(4, 4), hidden=8)
