"""distinct-n by pairwise comparison, and the longest copied run by difflib as an independent oracle."""

from difflib import SequenceMatcher

import pytest

from scratchgen.errors import BadInput
from scratchgen.evaluation import distinct_n, longest_copied_run


def random_text(rng, length, alphabet="ab "):
    return "".join(rng.choice(list(alphabet), length))


def check_distinct_n(measure, rng):
    """An n-gram counts if no earlier one is equal to it."""
    for n in (1, 2, 3):
        for _ in range(50):
            words = rng.choice(["a", "b", "c"], rng.integers(n, 12)).tolist()
            ngrams = [words[i : i + n] for i in range(len(words) - n + 1)]
            new = sum(all(earlier != g for earlier in ngrams[:i]) for i, g in enumerate(ngrams))
            assert measure(" ".join(words), n) == pytest.approx(new / len(ngrams), rel=1e-12)


def check_copied_run(find, rng):
    for _ in range(200):
        text, source = random_text(rng, rng.integers(0, 30)), random_text(rng, rng.integers(0, 30))
        found = find(text, source)
        longest = SequenceMatcher(None, text, source, autojunk=False).find_longest_match().size
        assert found in text and found in source and len(found) == longest


@pytest.mark.equation("evaluation.distinct_n")
def test_distinct_n_counts_the_ngrams_that_equal_no_earlier_one(rng):
    check_distinct_n(distinct_n, rng)


@pytest.mark.equation("evaluation.distinct_n")
@pytest.mark.parametrize("planted", ["ngrams that occur once", "divided by the number of words"])
def test_the_claim_on_distinct_n_rejects(planted, rng):
    def once(text, n):
        words = text.split()
        ngrams = [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
        return sum(ngrams.count(g) == 1 for g in ngrams) / len(ngrams)

    def by_words(text, n):
        words = text.split()
        return distinct_n(text, n) * (len(words) - n + 1) / len(words)

    with pytest.raises(AssertionError):
        check_distinct_n({"ngrams that occur once": once}.get(planted, by_words), rng)


@pytest.mark.equation("evaluation.copied_run")
def test_the_longest_copied_run_is_that_of_difflib(rng):
    check_copied_run(longest_copied_run, rng)


@pytest.mark.equation("evaluation.copied_run")
def test_the_claim_on_copied_runs_rejects_a_common_beginning(rng):
    def common_beginning(text, source):
        end = next((i for i, (a, b) in enumerate(zip(text, source, strict=False)) if a != b), None)
        return text[: len(source) if end is None else end]

    with pytest.raises(AssertionError):
        check_copied_run(common_beginning, rng)


@pytest.mark.equation("evaluation.copied_run")
def test_the_first_of_equally_long_runs_is_returned():
    assert longest_copied_run("ab-cd", "cd+ab") == "ab"


def test_a_text_shorter_than_an_ngram_is_refused():
    with pytest.raises(BadInput, match="2 words has no n-gram of 3 words"):
        distinct_n("two words", 3)


def test_nothing_is_copied_from_or_into_an_empty_text():
    assert (
        longest_copied_run("", "abc") == longest_copied_run("abc", "") == longest_copied_run("a", "b") == ""
    )
