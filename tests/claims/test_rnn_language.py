"""Language models: gradients through chunks, and bits compared with the entropy of known sources."""

import math

import numpy as np
import pytest

from scratchgen import no_grad, rnn
from scratchgen.data import CharacterTokenizer, text_chunks
from scratchgen.data.sets import markov
from scratchgen.evaluation import NGram, bits_per_character
from scratchgen.functional import softmax_cross_entropy
from scratchgen.nn import Parameter
from scratchgen.optim import SGD, Adam, clip_grad_norm
from scratchgen.random import Generator
from scratchgen.rnn import LanguageModel, evaluate, log_prob, perplexity, train, truncation_bias
from scratchgen.runs import History

cells = pytest.mark.parametrize("cell", rnn.CELLS)


def small(cell, V=3, **options):
    """A model in float64 with weights of the order of 1."""
    model = LanguageModel(CharacterTokenizer("abcdefgh"[:V]), 7, 4, Generator(2), cell=cell, **options)
    rng = np.random.default_rng(5)
    for p in model.parameters():
        p.data = 0.6 * rng.standard_normal(p.shape)
    return model


def gradients(model, total):
    model.zero_grad()
    total.backward()
    return np.concatenate([p.grad.ravel() for p in model.parameters()])


# --- chunks -----------------------------------------------------------------------------------------------


@cells
@pytest.mark.equation("rnn.bptt")
def test_a_text_in_two_chunks_with_the_state_carried_has_the_loss_of_the_whole(cell, rng, measured):
    model = small(cell, layers=2)
    ids = rng.integers(0, 3, (11, 2))
    whole, last = model.loss(ids[:-1], ids[1:])
    first, state = model.loss(ids[:4], ids[1:5])
    second, end = model.loss(ids[4:-1], ids[5:], state)
    pieces = np.concatenate([first.numpy(), second.numpy()])
    measured(np.abs(pieces - whole.numpy()), 1e-12 * whole.numpy())
    np.testing.assert_allclose(end, last, rtol=1e-12)
    forgetful, _ = model.loss(ids[4:-1], ids[5:])
    assert np.abs(forgetful.numpy() - whole.numpy()[4:]).max() > 0.01


@cells
@pytest.mark.equation("rnn.truncation")
def test_a_chunk_as_long_as_the_text_gives_the_full_gradient_and_shorter_ones_a_biased_one(cell, rng):
    model = small(cell)
    ids = rng.integers(0, 3, (25, 3))
    bias = {k: truncation_bias(model, ids[:-1], ids[1:], k) for k in (1, 12, 24, 100)}
    assert bias[24] == bias[100] == 0
    assert bias[1] > bias[12] > 0.05


def errors_of_the_second_chunk(cell, rng):
    """The finite-difference slope of the loss minus the gradient, along 20 directions.

    First with the state before it a constant, then with a state that moves with the parameters.
    """
    model = small(cell)
    ids = rng.integers(0, 3, (9, 2))
    before = model.loss(ids[:4], ids[1:5])[1]
    exact = gradients(model, model.loss(ids[4:-1], ids[5:], before)[0].sum())
    parameters = model.parameters()
    theta = np.concatenate([p.data.ravel() for p in parameters])
    step, held, leaking = 1e-5, [], []
    for _ in range(20):  # directions
        u, there = rng.standard_normal(theta.size), {}
        for sign in (1, -1):
            set_parameters(model, theta + sign * step * u)
            with no_grad():
                moved = model.loss(ids[:4], ids[1:5])[1]
                there[sign] = [model.loss(ids[4:-1], ids[5:], s)[0].numpy().sum() for s in (before, moved)]
        for k, slopes in enumerate((held, leaking)):
            slopes.append((there[1][k] - there[-1][k]) / (2 * step) - exact @ u)
    return np.abs(held), np.abs(leaking)


@cells
@pytest.mark.equation("rnn.truncation")
def test_the_gradient_of_a_chunk_is_that_with_the_state_before_it_held_fixed(cell, rng, measured):
    held, _ = errors_of_the_second_chunk(cell, rng)
    measured(held, 1e-6)  # the error is about step² times a third derivative


@cells
@pytest.mark.equation("rnn.truncation")
def test_the_claim_above_rejects_a_border_that_lets_the_gradient_through(cell, rng):
    _, leaking = errors_of_the_second_chunk(cell, rng)
    assert leaking.max() > 0.1


def set_parameters(model, theta):
    for p in model.parameters():
        p.data = theta[: p.size].reshape(p.shape)
        theta = theta[p.size :]


# --- padding ----------------------------------------------------------------------------------------------


@cells
def test_padding_changes_no_loss_and_no_gradient(cell, rng):
    model = small(cell, layers=2)
    lengths = (5, 8, 2)
    texts = [rng.integers(0, 3, n + 1) for n in lengths]
    ids, targets = np.zeros((2, 8, 3), np.int64)
    for b, text in enumerate(texts):
        ids[: lengths[b], b], targets[: lengths[b], b] = text[:-1], text[1:]
    mask = np.arange(8)[:, None] < np.array(lengths)
    alone = [model.loss(text[:-1, None], text[1:, None])[0] for text in texts]
    expected = sum(gradients(model, losses.sum()) for losses in alone)
    for filling in (0, 2):
        filled = [np.where(mask, a, filling) for a in (ids, targets)]
        losses, _ = model.loss(*filled, mask=mask)
        for b, own in enumerate(alone):
            np.testing.assert_allclose(losses.numpy()[: lengths[b], b], own.numpy()[:, 0], rtol=1e-10)
        assert not losses.numpy()[~mask].any()
        np.testing.assert_allclose(gradients(model, losses.sum()), expected, rtol=1e-8, atol=1e-10)
        unmasked, _ = model.loss(*filled)
        assert np.abs(gradients(model, unmasked.sum()) - expected).max() > 0.1  # the planted error


# --- the norm of a step -----------------------------------------------------------------------------------


@pytest.mark.equation("rnn.clipping")
@pytest.mark.parametrize("bound", [1e-3, 0.1, 1.0])
def test_after_a_clipped_step_the_parameters_have_moved_by_no_more_than_the_bound(bound, rng, measured):
    """One step of plain descent with α = 1 moves them by exactly the gradient."""
    model = small("tanh")
    ids = rng.integers(0, 3, (21, 4))
    optimizer = SGD(model.parameters(), 1.0)
    for clip_first in (False, True):
        before = np.concatenate([p.data.ravel() for p in model.parameters()])
        model.zero_grad()
        if clip_first:  # planted: there is no gradient yet, so nothing is clipped
            clip_grad_norm(model.parameters(), bound)
        (5 * model.loss(ids[:-1], ids[1:])[0].mean()).backward()
        norm = math.sqrt(sum(np.sum(p.grad**2) for p in model.parameters()))
        if not clip_first:
            measured(abs(clip_grad_norm(model.parameters(), bound) - norm), 1e-12 * norm)
            assert norm > bound
        optimizer.step()
        moved = np.linalg.norm(np.concatenate([p.data.ravel() for p in model.parameters()]) - before)
        if clip_first:
            assert moved > 1.01 * bound
        else:
            measured(np.maximum(0, moved - bound), 1e-9 * bound)


@pytest.mark.equation("rnn.clipping")
def test_the_claim_above_rejects_a_separate_norm_per_parameter(rng):
    model, bound = small("tanh"), 1e-3
    ids = rng.integers(0, 3, (21, 4))
    model.loss(ids[:-1], ids[1:])[0].mean().backward()
    for p in model.parameters():
        clip_grad_norm([p], bound)
    assert math.sqrt(sum(np.sum(p.grad**2) for p in model.parameters())) > 1.5 * bound


@pytest.mark.equation("rnn.clipping")
def test_training_clips_to_a_joint_norm_of_one_and_logs_the_norm_before():
    norms = []

    class Noting(Adam):
        def step(self, scale=1.0):
            norms.append(np.sqrt(sum(np.sum(p.grad**2) for p in self.parameters)))
            super().step(scale)

    model = LanguageModel(CharacterTokenizer("ab"), hidden=8, embedding=2, rng=Generator(0))
    model.W_hy.data *= 50  # gradients with a norm above 1
    run, text = History(), np.random.default_rng(0).integers(0, 2, 650)
    train(
        model,
        text[:600],
        text[600:],
        run,
        epochs=1,
        batch_size=4,
        bptt_steps=16,
        optimizer=Noting(model.parameters()),
    )
    assert max(norms) == pytest.approx(1, rel=1e-4)  # float32
    assert run.history["gradient_norm"][0] > 1


def steps_of_training(model, ids, **sizes):
    """The gradient of each step of an epoch without updates: (steps, parameters)."""
    found = []

    class Resting(Adam):
        def step(self, scale=1.0):
            found.append(np.concatenate([p.grad.ravel() for p in self.parameters]))

    train(model, ids, ids[:50], History(), epochs=1, optimizer=Resting(model.parameters()), **sizes)
    return np.array(found)


def steps_by_hand(model, ids, batch_size, bptt_steps, carried=True, cleared=True):
    """The training steps by hand: the gradient of each chunk given all chunks before it, clipped to norm 1."""
    found, state = [], None
    model.zero_grad()
    for inputs, targets in text_chunks(ids, batch_size, bptt_steps):
        if cleared:
            model.zero_grad()
        losses, after = model.loss(inputs, targets, state)
        losses.mean().backward()
        clip_grad_norm(model.parameters(), 1.0)
        found.append(np.concatenate([p.grad.ravel() for p in model.parameters()]))
        state = after if carried else None
    return np.array(found)


@cells
@pytest.mark.equation("rnn.truncation")
def test_a_step_of_training_has_the_gradient_of_its_own_chunk_after_all_those_before(cell, rng, measured):
    model, ids, sizes = small(cell), rng.integers(0, 3, 200), {"batch_size": 2, "bptt_steps": 9}
    expected = steps_by_hand(model, ids, **sizes)
    assert len(expected) > 3
    measured(np.abs(steps_of_training(model, ids, **sizes) - expected), 1e-12)  # roundings


@pytest.mark.equation("rnn.truncation")
@pytest.mark.parametrize("fault", ["carried", "cleared"])
def test_the_claim_above_rejects_a_lost_state_and_gradients_that_accumulate(fault, rng):
    model, ids, sizes = small("tanh"), rng.integers(0, 3, 200), {"batch_size": 2, "bptt_steps": 9}
    wrong = steps_by_hand(model, ids, **sizes, **{fault: False})
    assert np.abs(steps_of_training(model, ids, **sizes) - wrong).max() > 1e-3


# --- known sources ----------------------------------------------------------------------------------------


def surprisal(chain, text):
    """−log₂ of the chain's probability of each character but the first."""
    ids = np.array([chain.characters.index(c) for c in text])
    return -np.log2(chain.P[ids[:-1], ids[1:]])


@pytest.fixture(scope="module")
def fresh():
    """A Markov chain of 1.75 bits per character, and a held-out text of it."""
    chain = markov.source()
    return chain, chain.sample(60_000, Generator(77))


@pytest.fixture(scope="module", params=list(rnn.CELLS))
def trained(request, fresh):
    chain, _ = fresh
    text = CharacterTokenizer(chain.characters).encode(chain.sample(120_000, Generator(1)))
    model = LanguageModel(CharacterTokenizer(chain.characters), 24, 16, Generator(0), cell=request.param)
    train(
        model,
        text,
        text[:100],
        History(),
        epochs=3,
        batch_size=16,
        bptt_steps=32,
        optimizer=Adam(model.parameters(), 1e-2),
    )
    return model


def excess(bits, own):
    """The mean excess of a predictor over the source, and its standard error, in bits."""
    difference = bits - own
    return difference.mean(), difference.std() / math.sqrt(len(difference))


@pytest.mark.equation("rnn.cross_entropy")
def test_a_trained_model_comes_within_two_hundredths_of_a_bit_of_the_entropy_and_never_below(
    trained, fresh, measured
):
    """The excess on held-out text estimates the divergence of the model from the chain."""
    chain, text = fresh
    assert chain.entropy_rate == pytest.approx(1.75)
    bits = -log_prob(trained, trained.tokenizer.encode(text)) / math.log(2)
    mean, error = excess(bits, surprisal(chain, text))
    measured(np.maximum(0, mean), 0.02)
    measured(np.maximum(0, -mean), 3 * error)
    assert abs(bits.mean() - 1.75) < 0.02 + 3 * bits.std() / math.sqrt(len(bits))
    assert evaluate(trained, trained.tokenizer.encode(text)) == pytest.approx(bits.mean(), rel=1e-12)
    assert perplexity(trained, trained.tokenizer.encode(text)) == pytest.approx(2 ** bits.mean(), rel=1e-12)


@pytest.mark.equation("rnn.cross_entropy")
def test_the_claim_above_rejects_a_model_that_has_not_learned(fresh):
    chain, text = fresh
    untrained = LanguageModel(CharacterTokenizer(chain.characters), 24, 16, Generator(0))
    assert evaluate(untrained, untrained.tokenizer.encode(text)) > chain.entropy_rate + 1


@pytest.mark.equation("rnn.cross_entropy")
def test_the_claim_above_rejects_a_predictor_that_sees_its_target(fresh):
    """At one position in a hundred it is given the next character."""
    chain, text = fresh
    own = surprisal(chain, text)
    peeking = np.where(np.arange(len(own)) % 100 == 0, 0, own)
    mean, error = excess(peeking, own)
    assert mean < -3 * error


# A grammar with two rules, S → a S b (probability ½) | c: texts a…a c b…b. A model that counts the a's can
# predict the end. A sentence with n brackets has probability 2^−(n+1); the mean of n is 1, so a sentence has
# 2 bits and 2·1 + 1 = 3 characters on average.
GRAMMAR_BITS = 2 / 3


def grammar(sentences, rng):
    depths = rng.geometric(0.5, sentences) - 1
    return "".join("a" * n + "c" + "b" * n for n in depths)


@pytest.mark.equation("rnn.cross_entropy")
@pytest.mark.parametrize("cell", ["lstm"])
def test_a_model_learns_to_count_the_brackets_of_a_grammar_which_no_bigram_can(cell):
    rng = np.random.default_rng(0)
    vocabulary = CharacterTokenizer("abc")
    text, held_out = (vocabulary.encode(grammar(n, rng)) for n in (40_000, 10_000))
    model = LanguageModel(vocabulary, 16, 4, Generator(0), cell=cell)
    train(
        model,
        text,
        held_out[:100],
        History(),
        epochs=2,
        batch_size=16,
        bptt_steps=48,
        optimizer=Adam(model.parameters(), 2e-2),
    )
    error = 3 * 2 / math.sqrt(len(held_out))  # three standard errors; a character's bits vary by less than 2
    bigram = bits_per_character(NGram(1, 1e-3).fit(text, 3).log_prob(held_out)[1:])
    bits = evaluate(model, held_out)
    assert GRAMMAR_BITS - error < bits < GRAMMAR_BITS + 0.02 + error
    assert bigram > GRAMMAR_BITS + 0.1


# --- bigrams ----------------------------------------------------------------------------------------------


def conditional_entropy(ids, V):
    """H(next | now) of the pairs of a text, in nats: joint minus marginal entropy."""
    pairs = np.zeros((V, V))
    np.add.at(pairs, (ids[:-1], ids[1:]), 1 / (len(ids) - 1))
    entropy = lambda p: -np.sum(p[p > 0] * np.log(p[p > 0]))
    return entropy(pairs) - entropy(pairs.sum(axis=1)), pairs


@pytest.mark.equation("rnn.cross_entropy")
def test_bigrams_of_maximum_likelihood_have_the_conditional_entropy_as_loss(rng, measured):
    V = 5
    ids = rng.choice(V, 3000, p=[0.4, 0.3, 0.2, 0.05, 0.05])
    ids[1::2] = (ids[::2] + (rng.random(1500) < 0.3)) % V
    H, pairs = conditional_entropy(ids, V)
    W = Parameter(np.log(pairs + 1e-300))  # logits given the previous letter: softmax normalises each row
    loss = softmax_cross_entropy(W[ids[:-1]], ids[1:]).mean()
    measured(abs(loss.item() - H), 1e-12 * H)
    loss.backward()
    assert np.abs(W.grad).max() < 1e-12  # a minimum: the loss is convex in W
    assert -NGram(1, 1e-9).fit(ids, V).log_prob(ids)[1:].mean() == pytest.approx(H, rel=1e-6)


@pytest.mark.equation("rnn.cross_entropy")
def test_the_claim_above_rejects_counts_of_the_letter_after_next(rng):
    ids = rng.integers(0, 5, 3000)
    ids[1::2] = ids[::2]
    H, _ = conditional_entropy(ids, 5)
    _, wrong = conditional_entropy(ids[::2], 5)
    assert softmax_cross_entropy(np.log(wrong + 1e-300)[ids[:-1]], ids[1:]).mean() > H + 0.1


# --- one pass ---------------------------------------------------------------------------------------------


@cells
def test_bits_do_not_depend_on_how_many_characters_are_computed_at_once(cell, rng):
    model, ids = small(cell, layers=2), rng.integers(0, 3, 50)
    whole = log_prob(model, ids, segment_steps=1000)
    for chunk in (1, 7, 49):
        np.testing.assert_allclose(log_prob(model, ids, chunk), whole, rtol=1e-12)


def test_text_is_generated_with_the_state_of_everything_before():
    """Greedy continuation, one character at a time from the whole prefix, gives the same text."""
    for cell in rnn.CELLS:
        model = LanguageModel(CharacterTokenizer("abcd"), 16, 3, Generator(7), cell=cell)
        model.W_hy.data *= 5
        expected = "ab"
        for _ in range(12):
            expected = model.generate(expected, 1, 0, Generator(0))
        assert model.generate("ab", 12, 0, Generator(0)) == expected
