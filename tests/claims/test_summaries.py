"""Copied and repeated n-grams of summaries, by comparison of every n-gram with every other."""

import pytest

from scratchgen.errors import BadInput
from scratchgen.evaluation import copied_share, repeated_share


def random_texts(rng, n, longest):
    return [" ".join(rng.choice(["a", "b", "c", "d"], rng.integers(0, longest + 1))) for _ in range(n)]


def ngrams(text, n):
    words = text.split()
    return [words[i : i + n] for i in range(len(words) - n + 1)]


def check_copied(measure, rng):
    for n in (1, 2, 3):
        for _ in range(50):
            summaries, texts = random_texts(rng, 4, 6), random_texts(rng, 4, 12)
            hits = [
                any(g == other for other in ngrams(x, n))
                for s, x in zip(summaries, texts, strict=True)
                for g in ngrams(s, n)
            ]
            assert measure(summaries, texts, n) == pytest.approx(sum(hits) / len(hits) if hits else 0)


def check_repeated(measure, rng):
    for n in (1, 2, 3):
        for _ in range(50):
            summaries = random_texts(rng, 4, 8)
            repeats = [
                any(g == earlier for earlier in found[:i])
                for found in (ngrams(s, n) for s in summaries)
                for i, g in enumerate(found)
            ]
            assert measure(summaries, n) == pytest.approx(sum(repeats) / len(repeats) if repeats else 0)


@pytest.mark.equation("evaluation.copied_share")
def test_the_copied_share_counts_the_ngrams_that_occur_in_the_text_of_the_summary(rng):
    check_copied(copied_share, rng)


@pytest.mark.equation("evaluation.copied_share")
@pytest.mark.parametrize("planted", ["distinct n-grams", "any text"])
def test_the_claim_on_copies_rejects(planted, rng):
    def wrong(summaries, texts, n):
        if planted == "any text":
            return copied_share(summaries, [" ".join(texts)] * len(texts), n)
        return sum(copied_share([s], [x], n) for s, x in zip(summaries, texts, strict=True)) / len(texts)

    with pytest.raises(AssertionError):
        check_copied(wrong, rng)


@pytest.mark.equation("evaluation.repeated_share")
def test_the_repeated_share_counts_the_ngrams_that_equal_an_earlier_one_of_the_summary(rng):
    check_repeated(repeated_share, rng)


@pytest.mark.equation("evaluation.repeated_share")
def test_the_claim_on_repeats_rejects_ngrams_of_other_summaries(rng):
    with pytest.raises(AssertionError):
        check_repeated(lambda summaries, n: repeated_share([" ".join(summaries)], n), rng)


def test_shares_of_summaries_without_ngrams_are_0_and_other_numbers_of_texts_are_refused():
    assert copied_share(["a"], ["a b"], 2) == repeated_share([""], 1) == 0
    for wrong in (
        lambda: copied_share([], [], 1),
        lambda: copied_share(["a"], [], 1),
        lambda: repeated_share([], 1),
    ):
        with pytest.raises(BadInput):
            wrong()
