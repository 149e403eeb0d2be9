"""ROUGE: by its definition on small texts, and by the package rouge-score as an independent oracle."""

from itertools import combinations

import numpy as np
import pytest

from scratchgen.data import load_pairs
from scratchgen.errors import BadInput
from scratchgen.evaluation import (
    Rouge,
    first_sentence,
    first_words,
    oracle_sentence,
    rouge,
    rouge_l,
    rouge_n,
    rouge_words,
    sentences,
    stemmed_rouge,
)

FOUR_WORDS = ("a", "b", "c", "d")


def random_texts(rng, n, longest=7):
    return [" ".join(rng.choice(FOUR_WORDS, rng.integers(0, longest + 1))) for _ in range(n)]


def shared_by_crossing_out(ours, theirs):
    """The number of elements of one list that can be crossed out together with an equal one of the other."""
    left = list(theirs)
    for element in ours:
        if element in left:
            left.remove(element)
    return len(theirs) - len(left)


def longest_of_all_subsequences(ours, theirs):
    """The longest of all 2^N subsequences that both texts have."""
    subsequences = lambda words: {c for n in range(len(words) + 1) for c in combinations(words, n)}
    return max(map(len, subsequences(ours) & subsequences(theirs)))


def of_counts(shared, ours, theirs):
    recall, precision = (shared / n if n else 0 for n in (theirs, ours))
    return recall, precision, 2 * shared / (ours + theirs) if ours + theirs else 0


def check_rouge_n(score, rng):
    for n in (1, 2, 3):
        for s, r in zip(random_texts(rng, 100), random_texts(rng, 100), strict=True):
            grams = [
                [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
                for words in (s.split(), r.split())
            ]
            expected = of_counts(shared_by_crossing_out(*grams), *map(len, grams))
            np.testing.assert_allclose(score(s, r, n), expected, rtol=1e-12)


def check_rouge_l(score, rng):
    for s, r in zip(random_texts(rng, 200), random_texts(rng, 200), strict=True):
        ours, theirs = s.split(), r.split()
        expected = of_counts(longest_of_all_subsequences(ours, theirs), len(ours), len(theirs))
        np.testing.assert_allclose(score(s, r), expected, rtol=1e-12)


@pytest.mark.equation("evaluation.rouge_n")
def test_rouge_n_counts_the_ngrams_that_can_be_crossed_out_in_both_texts(rng):
    check_rouge_n(rouge_n, rng)


@pytest.mark.equation("evaluation.rouge_n")
@pytest.mark.parametrize("planted", ["recall and precision exchanged", "each n-gram counted once"])
def test_the_claim_above_rejects(planted, rng):
    def exchanged(s, r, n):
        return rouge_n(r, s, n)

    def once(s, r, n):
        grams = [{tuple(w[i : i + n]) for i in range(len(w) - n + 1)} for w in (s.split(), r.split())]
        return of_counts(len(grams[0] & grams[1]), *map(len, grams))

    with pytest.raises(AssertionError):
        check_rouge_n({"recall and precision exchanged": exchanged}.get(planted, once), rng)


@pytest.mark.equation("evaluation.rouge_l")
def test_rouge_l_finds_the_longest_of_all_subsequences(rng):
    check_rouge_l(rouge_l, rng)


@pytest.mark.equation("evaluation.rouge_l")
def test_the_claim_above_rejects_a_common_sequence_without_gaps(rng):
    def without_gaps(s, r):
        runs = lambda w: {tuple(w[i:j]) for i in range(len(w) + 1) for j in range(i, len(w) + 1)}
        ours, theirs = s.split(), r.split()
        return of_counts(max(map(len, runs(ours) & runs(theirs))), len(ours), len(theirs))

    with pytest.raises(AssertionError):
        check_rouge_l(without_gaps, rng)


# --- the package rouge-score ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def their_scores():
    """Scores of a summary by the package rouge-score, without stemming: recall, precision, F₁ by measure."""
    scorer = pytest.importorskip("rouge_score.rouge_scorer", reason="rouge-score is not installed")
    theirs = scorer.RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=False)
    return lambda s, r: [
        (x.recall, x.precision, x.fmeasure) for x in theirs.score(target=r, prediction=s).values()
    ]


def assert_their_scores(their_scores, pairs):
    for s, r in pairs:
        ours = [rouge_n(s, r, 1), rouge_n(s, r, 2), rouge_l(s, r)]
        np.testing.assert_allclose(ours, their_scores(s, r), rtol=1e-12)


@pytest.mark.equation("evaluation.rouge_n")
@pytest.mark.equation("evaluation.rouge_l")
def test_rouge_of_random_texts_is_that_of_the_package_rouge_score(their_scores, rng):
    """With punctuation, digits, capitals and letters outside ASCII, which separate words."""
    letters = list("aAbB19 ..-¶é\n'  ")
    texts = ["".join(rng.choice(letters, rng.integers(0, 60))) for _ in range(400)]
    assert_their_scores(their_scores, zip(texts[:200], texts[200:], strict=True))


@pytest.mark.equation("evaluation.rouge_n")
@pytest.mark.equation("evaluation.rouge_l")
def test_rouge_of_docstrings_is_that_of_the_package_rouge_score(their_scores):
    pairs = load_pairs("stdlib-docstrings").test
    assert_their_scores(their_scores, [(first_sentence(body), summary) for body, summary in pairs])
    assert_their_scores(their_scores, [(body[:500], summary) for body, summary in pairs])


def test_the_claims_above_reject_words_that_keep_their_capitals(their_scores, monkeypatch):
    module = rouge_n.__globals__
    monkeypatch.setitem(module, "rouge_words", lambda text: text.split())
    with pytest.raises(AssertionError):
        assert_their_scores(their_scores, [("The cat.", "the cat")])


# --- edges, means, baselines ------------------------------------------------------------------------------


def test_rouge_is_0_of_an_empty_text_and_without_overlap_and_1_of_the_text_itself():
    for s, r in (("", ""), ("", "a b"), ("a b", ""), ("a b", "c d"), ("¶ é", "é")):
        assert [rouge_n(s, r, 1), rouge_n(s, r, 2), rouge_l(s, r)] == [Rouge(0, 0, 0)] * 3
    assert rouge_n("a", "a", 2) == Rouge(0, 0, 0)  # one word has no pairs
    assert [rouge_n("A b.", "a B", n) for n in (1, 2)] == [Rouge(1, 1, 1)] * 2 == [rouge_l("a b", "a, b")] * 2


def test_the_words_of_rouge_are_runs_of_ascii_letters_and_digits_in_lower_case():
    assert rouge_words("The X-window's 2nd café ¶") == ["the", "x", "window", "s", "2nd", "caf"]


def test_the_score_of_many_summaries_is_the_mean_f1_in_percent(rng):
    summaries, references = random_texts(rng, 20), random_texts(rng, 20)
    expected = [
        100 * np.mean([f(s, r).f1 for s, r in zip(summaries, references, strict=True)])
        for f in (lambda s, r: rouge_n(s, r, 1), lambda s, r: rouge_n(s, r, 2), rouge_l)
    ]
    np.testing.assert_allclose(rouge(summaries, references), expected, rtol=1e-12)
    for ours, theirs in (([], []), (["a"], ["a", "b"])):
        with pytest.raises(BadInput, match="one reference per summary"):
            rouge(ours, theirs)


def test_a_sentence_ends_with_its_mark_or_with_its_paragraph():
    text = "It reads 3.5 files. Does it? ¶ A list ¶ - one! Two"
    assert sentences(text) == ["It reads 3.5 files.", "Does it?", "A list", "- one!", "Two"]
    assert first_sentence(text) == "It reads 3.5 files." and first_sentence(" ¶ ") == ""
    assert first_words(text, 3) == "It reads 3.5" and first_words("") == ""


def test_the_oracle_chooses_the_sentence_of_the_largest_rouge_l(rng):
    for reference in random_texts(rng, 50):
        text = ". ".join(random_texts(rng, 5))
        chosen = oracle_sentence(text, reference)
        scores = {s: rouge_l(s, reference).f1 for s in sentences(text)}
        assert scores[chosen] == max(scores.values()) if scores else chosen == ""


# Of the test part: with Porter's stemmer the package gives 33.3/16.0/29.6, 33.8/17.0/29.6 and 38.3/20.5/34.5.
WITHOUT_STEMMING = {
    "first ten words": (30.96, 15.17, 27.97),
    "first sentence": (31.26, 16.08, 27.93),
    "oracle sentence": (35.84, 19.38, 32.85),
}
WITH_STEMMING = {
    "first ten words": (33.33, 15.97, 29.57),
    "first sentence": (33.75, 17.04, 29.59),
}


def baseline(name, text, reference):
    if name == "oracle sentence":
        return oracle_sentence(text, reference)
    return first_words(text) if name == "first ten words" else first_sentence(text)


@pytest.mark.parametrize("name", WITHOUT_STEMMING)
def test_the_baselines_of_debian_descriptions_have_the_known_scores(name, real_data):
    pairs = load_pairs("debian-descriptions").test
    found = rouge([baseline(name, *pair) for pair in pairs], [reference for _, reference in pairs])
    np.testing.assert_allclose(found, WITHOUT_STEMMING[name], atol=0.005)  # half of the last digit


@pytest.mark.parametrize("name", WITH_STEMMING)
def test_the_published_scores_of_the_baselines_are_those_with_stemming(name, real_data):
    """Porter's stemmer adds about 2 points."""
    pytest.importorskip("rouge_score", reason="rouge-score is not installed")
    pairs = load_pairs("debian-descriptions").test
    found = stemmed_rouge([baseline(name, t, r) for t, r in pairs], [reference for _, reference in pairs])
    np.testing.assert_allclose(found, WITH_STEMMING[name], atol=0.005)


def test_with_stemming_words_of_one_stem_are_equal():
    pytest.importorskip("rouge_score", reason="rouge-score is not installed")
    assert stemmed_rouge(["it reads the files"], ["it reads the file"]).rouge_1 == pytest.approx(100)
    assert rouge(["it reads the files"], ["it reads the file"]).rouge_1 == pytest.approx(75)
    with pytest.raises(BadInput, match="one reference per summary"):
        stemmed_rouge(["a"], [])
