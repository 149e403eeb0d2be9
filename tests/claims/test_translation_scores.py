"""chrF by sacrebleu as an independent oracle, and IBM model 1 by loops over words, on pairs with a known dictionary."""

from itertools import pairwise, product

import numpy as np
import pytest

from scratchgen.errors import BadInput
from scratchgen.evaluation import WordTranslations, alignment_words, chrf, nearest_texts
from scratchgen.evaluation.word_alignment import NULL, em_step


def random_texts(rng, n, longest=12):
    return ["".join(rng.choice(list("ab c"), rng.integers(0, longest + 1))) for _ in range(n)]


def check_chrf(score, rng):
    """Against sacrebleu, with one to three references, short texts without long n-grams, and empty ones."""
    CHRF = pytest.importorskip("sacrebleu").CHRF
    for order, beta in ((6, 2), (2, 1), (3, 3)):
        theirs = CHRF(char_order=order, beta=beta)
        for _ in range(30):
            n, known = rng.integers(1, 5), rng.integers(1, 4)
            texts, streams = random_texts(rng, n), [random_texts(rng, n) for _ in range(known)]
            expected = theirs.corpus_score(texts, streams).score
            found = score(texts, [list(references) for references in zip(*streams, strict=True)], order, beta)
            np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.equation("evaluation.chrf")
def test_chrf_of_random_texts_is_that_of_sacrebleu(rng):
    check_chrf(chrf, rng)


@pytest.mark.equation("evaluation.chrf")
@pytest.mark.parametrize("planted", ["the mean of sentences", "precision for recall", "the first reference"])
def test_the_claim_on_chrf_rejects(planted, rng):
    def wrong(texts, references, order, beta):
        if planted == "precision for recall":
            return chrf(texts, references, order, 1 / beta)
        if planted == "the first reference":
            return chrf(texts, [known[:1] for known in references], order, beta)
        return np.mean([chrf([t], [r], order, beta) for t, r in zip(texts, references, strict=True)])

    with pytest.raises(AssertionError):
        check_chrf(wrong, rng)


def test_chrf_is_100_of_a_reference_and_0_without_a_common_character():
    assert (
        chrf(["a b"], [["x", "ab"]]) == pytest.approx(100) and chrf(["a"], [["b"]]) == chrf([""], [[""]]) == 0
    )
    with pytest.raises(BadInput, match="one reference per translation"):
        chrf(["a"], [[]])


# --- IBM model 1 ------------------------------------------------------------------------------------------


DICTIONARY = {"le": "the", "chat": "cat", "chien": "dog", "noir": "black", "dort": "sleeps", "court": "runs"}


def sentences_of(rng, n):
    """Pairs that are translated word by word, the target in random order."""
    found = []
    for _ in range(n):
        words = rng.choice(list(DICTIONARY), rng.integers(1, 5), replace=False)
        found.append((" ".join(words), " ".join(DICTIONARY[w] for w in rng.permutation(words))))
    return found


def em_by_loops(pairs, iterations):
    """t(y|x) as a dictionary, by the definition."""
    pairs = [([NULL, *x.split()], y.split()) for x, y in pairs]
    t = {link: 1.0 for x, y in pairs for link in product(x, y)}
    for _ in range(iterations):
        counts = dict.fromkeys(t, 0.0)
        for x, y in pairs:
            for word in y:
                total = sum(t[other, word] for other in x)
                for other in x:
                    counts[other, word] += t[other, word] / total
        t = {(x, y): c / sum(d for (z, _), d in counts.items() if z == x) for (x, y), c in counts.items()}
    return t


def check_probabilities(model, rng):
    for iterations in (1, 2, 5):
        pairs = sentences_of(rng, 15)
        dictionary = model(pairs, iterations)
        for (x, y), expected in em_by_loops(pairs, iterations).items():
            assert dictionary.probability(y, x) == pytest.approx(expected, abs=1e-12)


@pytest.mark.equation("evaluation.ibm_model_1")
def test_the_translation_probabilities_are_those_of_em_by_loops(rng):
    check_probabilities(WordTranslations, rng)


@pytest.mark.equation("evaluation.ibm_model_1")
@pytest.mark.parametrize("planted", ["normalised over sources", "counts without posteriors"])
def test_the_claim_above_rejects(planted, rng, monkeypatch):
    def over_sources(t, pair, place, x):
        p = t[pair]
        c = np.bincount(pair, p / np.bincount(place, p)[place], minlength=len(t))
        return c / c.sum()

    def plain_counts(t, pair, place, x):
        c = np.bincount(pair, minlength=len(t))
        return c / np.bincount(x, c)[x]

    wrong = over_sources if planted == "normalised over sources" else plain_counts
    monkeypatch.setitem(WordTranslations.__init__.__globals__, "em_step", wrong)
    with pytest.raises(AssertionError):
        check_probabilities(WordTranslations, rng)


@pytest.mark.equation("evaluation.ibm_model_1")
def test_each_step_raises_the_likelihood_and_keeps_distributions(rng):
    pairs = sentences_of(rng, 40)
    nats = [WordTranslations(pairs, n).nats_per_word() for n in range(1, 9)]
    assert all(after < before for before, after in pairwise(nats))
    x, pair = np.array([0, 0, 1]), np.array([0, 1, 2, 0])
    t = em_step(np.full(3, 0.5), pair, np.array([0, 1, 1, 2]), x)
    np.testing.assert_allclose(np.bincount(x, t), 1)


def test_a_dictionary_is_learned_from_sentences_in_another_order(rng):
    dictionary = WordTranslations(sentences_of(rng, 200))
    assert dictionary.translate("le chien noir dort") == "the dog black sleeps"
    assert dictionary.translate("Félix dort") == "Félix sleeps"


def test_chinese_characters_and_words_with_apostrophes_are_words():
    assert alignment_words("你好, Tom!") == ["你", "好", ",", "Tom", "!"]
    assert alignment_words("J'ai demi-mal.") == ["J'ai", "demi-mal", "."]


@pytest.mark.parametrize("pairs", [[], [("", "a")], [("a", " ")]])
def test_pairs_without_words_on_both_sides_are_refused(pairs):
    with pytest.raises(BadInput, match="words on both sides"):
        WordTranslations(pairs)


# --- the nearest text -------------------------------------------------------------------------------------


def test_the_nearest_text_is_the_text_itself_or_one_with_a_few_other_letters():
    pytest.importorskip("sklearn")
    known = ["The cat sleeps.", "A dog barks at night.", "Open the door!"]
    assert nearest_texts([*known, "the dogs bark at nights", "open a door"], known) == [0, 1, 2, 1, 2]
    assert nearest_texts(["zzz"], known) == [0]
    for none in ([], [""]):
        with pytest.raises(BadInput, match="at least one text"):
            nearest_texts(["a"], none)
