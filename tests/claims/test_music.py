"""Statistics of piano rolls by enumeration of their notes, total variation by its dual, and notes as Markov chains."""

import itertools
import math

import numpy as np
import pytest

from scratchgen.errors import BadInput
from scratchgen.evaluation import (
    MarkovNotes,
    harmonic_intervals,
    melodic_intervals,
    pitch_classes,
    total_variation,
)
from scratchgen.evaluation.per_step import marginal_nats
from scratchgen.random import Generator


def random_rolls(rng, pieces=6, D=30, density=0.15):
    return [(rng.random((rng.integers(1, 9), D)) < density).astype(np.float32) for _ in range(pieces)]


def pitches_by_step(rolls):
    return [[[d for d, sounds in enumerate(step) if sounds] for step in roll] for roll in rolls]


# --- histograms ------------------------------------------------------------------------------------------


def check_pitch_classes(count, rng):
    rolls = random_rolls(rng)
    expected = [0] * 12
    for d in itertools.chain(*itertools.chain(*pitches_by_step(rolls))):
        expected[(47 + d) % 12] += 1
    assert count(rolls, 47).tolist() == expected


def check_harmonic_intervals(count, rng):
    rolls = random_rolls(rng)
    expected = [0] * 12
    for chord in itertools.chain(*pitches_by_step(rolls)):
        for low, high in itertools.combinations(chord, 2):
            expected[(high - low) % 12] += 1
    assert count(rolls).tolist() == expected


def check_melodic_intervals(count, rng):
    rolls = random_rolls(rng)
    expected = [0] * 25
    for piece in pitches_by_step(rolls):
        for before, after in itertools.pairwise(piece):
            if before and after and max(after) != max(before):
                expected[min(12, max(-12, max(after) - max(before))) + 12] += 1
    assert count(rolls).tolist() == expected


@pytest.mark.equation("evaluation.pitch_classes")
def test_pitch_classes_are_counted_note_by_note(rng):
    check_pitch_classes(pitch_classes, rng)


@pytest.mark.equation("evaluation.pitch_classes")
def test_the_claim_on_pitch_classes_rejects_columns_in_place_of_pitches(rng):
    with pytest.raises(AssertionError):
        check_pitch_classes(lambda rolls, first: pitch_classes(rolls, 0), rng)


@pytest.mark.equation("evaluation.pitch_classes")
def test_a_transposition_rotates_the_pitch_classes(rng):
    rolls = random_rolls(rng)
    assert np.array_equal(pitch_classes(rolls, 65), np.roll(pitch_classes(rolls, 60), 5))


@pytest.mark.equation("evaluation.harmonic_intervals")
def test_intervals_are_counted_pair_by_pair(rng):
    check_harmonic_intervals(harmonic_intervals, rng)


@pytest.mark.equation("evaluation.harmonic_intervals")
def test_the_claim_on_intervals_rejects_pairs_of_neighbouring_notes_alone(rng):
    def neighbours(rolls):
        counts = np.zeros(12, np.int64)
        for chord in itertools.chain(*pitches_by_step(rolls)):
            for low, high in itertools.pairwise(chord):
                counts[(high - low) % 12] += 1
        return counts

    with pytest.raises(AssertionError):
        check_harmonic_intervals(neighbours, rng)


@pytest.mark.equation("evaluation.melodic_intervals")
def test_moves_of_the_top_voice_are_counted_step_by_step(rng):
    check_melodic_intervals(melodic_intervals, rng)


@pytest.mark.equation("evaluation.melodic_intervals")
@pytest.mark.parametrize("planted", ["the bass", "pieces joined"])
def test_the_claim_on_moves_rejects(planted, rng):
    def wrong(rolls):
        if planted == "the bass":
            return melodic_intervals([roll[:, ::-1] for roll in rolls])[::-1]
        return melodic_intervals([np.concatenate(rolls)])

    with pytest.raises(AssertionError):
        check_melodic_intervals(wrong, rng)


# --- total variation -------------------------------------------------------------------------------------


def check_total_variation(distance, rng):
    """The largest difference of the probabilities of an event, over all 2^K events."""
    for K in (1, 2, 5):
        for _ in range(20):
            a, b = rng.integers(0, 6, K), rng.integers(0, 6, K)
            a[0] += 1
            b[-1] += 1
            p, q = a / a.sum(), b / b.sum()
            events = itertools.product((0, 1), repeat=K)
            largest = max(float(np.dot(event, p - q)) for event in events)
            assert distance(a, b) == pytest.approx(largest, abs=1e-12)


@pytest.mark.equation("evaluation.total_variation")
def test_total_variation_is_the_largest_difference_over_all_events(rng):
    check_total_variation(total_variation, rng)


@pytest.mark.equation("evaluation.total_variation")
@pytest.mark.parametrize(
    "planted",
    [
        lambda a, b: 2 * total_variation(a, b),
        lambda a, b: np.abs(a - b).sum() / (a.sum() + b.sum()),
        lambda a, b: float(np.linalg.norm(a / a.sum() - b / b.sum())),
    ],
    ids=["no half", "counts in place of shares", "Euclidean distance"],
)
def test_the_claim_on_total_variation_rejects(planted, rng):
    with pytest.raises(AssertionError):
        check_total_variation(planted, rng)


def test_a_histogram_of_nothing_is_as_far_from_others_as_can_be():
    assert total_variation([0, 0], [3, 4]) == total_variation([1, 0], [0, 2]) == 1
    assert total_variation([0, 0], [0, 0]) == total_variation([1, 2], [2, 4]) == 0


@pytest.mark.parametrize(
    "a, b, message",
    [
        ([1, 2], [1, 2, 3], "the same K classes"),
        ([[1]], [[1]], "the same K classes"),
        ([1, -1], [1, 2], "not negative"),
        ([1, math.nan], [1, 2], "finite"),
    ],
)
def test_other_histograms_are_refused(a, b, message):
    with pytest.raises(BadInput, match=message):
        total_variation(a, b)


# --- notes as Markov chains ------------------------------------------------------------------------------


def check_markov_notes(fit, rng):
    """Transitions of each note counted one by one, from silence before the piece."""
    train = random_rolls(rng, pieces=20, D=3, density=0.5)
    p = fit(train).p
    for d in range(3):
        for a in (0, 1):
            moves = [
                step
                for roll in train
                for before, step in itertools.pairwise([0, *roll[:, d].tolist()])
                if before == a
            ]
            assert p[a, d] == pytest.approx((sum(moves) + 0.5) / (len(moves) + 1), rel=1e-12)


@pytest.mark.equation("rnn.markov_notes")
def test_notes_are_counted_by_their_state_before(rng):
    check_markov_notes(MarkovNotes.fit, rng)


@pytest.mark.equation("rnn.markov_notes")
@pytest.mark.parametrize("planted", ["pieces joined", "independent notes"])
def test_the_claim_on_markov_notes_rejects(planted, rng):
    wrong = {
        "pieces joined": lambda train: MarkovNotes.fit([np.concatenate(train)]),
        "independent notes": lambda train: MarkovNotes.fit(train, order=0),
    }
    with pytest.raises(AssertionError):
        check_markov_notes(wrong[planted], rng)


@pytest.mark.equation("rnn.markov_notes")
def test_the_probabilities_of_all_pieces_of_a_length_sum_to_one(rng):
    notes = MarkovNotes.fit(random_rolls(rng, pieces=9, D=2, density=0.5))
    pieces = [np.reshape(bits, (3, 2)) for bits in itertools.product((0.0, 1.0), repeat=6)]
    assert np.exp(-notes.nats_by_piece(pieces)).sum() == pytest.approx(1, rel=1e-12)


@pytest.mark.equation("rnn.markov_notes")
def test_without_a_state_the_notes_cost_what_the_marginals_do(rng):
    train, held_out = random_rolls(rng), random_rolls(rng)
    nats = MarkovNotes.fit(train, order=0).nats_by_piece(held_out).sum() / sum(map(len, held_out))
    assert nats == pytest.approx(marginal_nats(train, held_out), rel=1e-12)


@pytest.mark.equation("rnn.markov_notes")
def test_samples_have_the_fitted_probabilities(rng, measured):
    notes = MarkovNotes(np.array([[0.2, 0.5], [0.9, 0.1]]))
    x = notes.sample(400, 100, Generator(3))
    again = MarkovNotes.fit([x[:, i] for i in range(100)])
    measured(np.abs(again.p - notes.p).max(), 5 * 0.5 / math.sqrt(8_000))  # each state has ≥ 8,000 steps


def test_an_unknown_order_and_no_pieces_are_refused():
    with pytest.raises(BadInput, match="order"):
        MarkovNotes.fit([np.zeros((2, 2))], order=2)
    with pytest.raises(BadInput, match="no pieces"):
        MarkovNotes.fit([])
