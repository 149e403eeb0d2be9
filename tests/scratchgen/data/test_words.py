"""The tokenizer of words: which words are known, words outside the vocabulary, and the way back."""

import numpy as np
import pytest

import scratchgen as sg
from scratchgen.data import WordTokenizer
from scratchgen.errors import BadInput

pytestmark = pytest.mark.fast


def test_the_most_frequent_words_are_known_and_words_of_equal_frequency_by_the_alphabet():
    texts = ["b b b a.", "a, c"]  # b 3, a 2, then ",", ".", "c" once each
    assert WordTokenizer.of(texts, 4).words == ["<unk>", ",", "a", "b"]
    assert WordTokenizer.of(texts).words == ["<unk>", ",", ".", "a", "b", "c"]
    assert WordTokenizer.of(texts, 1).words == ["<unk>"]


def test_an_unknown_word_is_0_or_has_a_number_beyond_the_boundary():
    tokenizer = WordTokenizer(["<unk>", "a", "b"])
    text = "a lion, a tiger b lion"
    outside = tokenizer.outside(text)
    assert outside == ["lion", ",", "tiger"]
    assert tokenizer.encode(text).tolist() == [1, 0, 0, 1, 0, 2, 0]
    assert tokenizer.encode(text, outside).tolist() == [1, 4, 5, 1, 6, 2, 4]
    assert tokenizer.encode("tiger puma", outside).tolist() == [6, 0]
    assert tokenizer.decode([1, 4, 0, 6], outside) == "a lion <unk> tiger"
    assert tokenizer.encode("").dtype == np.int64 and tokenizer.decode([]) == ""
    assert tokenizer.outside("<unk>") == ["<", "unk", ">"]  # a text cannot name the unknown word


@pytest.mark.parametrize("wrong", [3, 4, 7, -1])
def test_the_boundary_and_other_numbers_of_no_word_are_refused(wrong):
    tokenizer = WordTokenizer(["<unk>", "a", "b"])
    with pytest.raises(BadInput, match=f"no word has the number {wrong}"):
        tokenizer.decode([1, wrong])


@pytest.mark.parametrize("words", [[], ["a"], ["<unk>", "a", "a"], ["a", "<unk>"]])
def test_words_that_repeat_or_lack_the_unknown_word_are_refused(words):
    with pytest.raises(BadInput, match=r"WordTokenizer\.of"):
        WordTokenizer(words)
    with pytest.raises(BadInput):
        WordTokenizer.of(["a"], 0)


def test_a_model_that_copies_is_saved_and_loaded_with_its_words(tmp_path):
    tokenizer = WordTokenizer(["<unk>", "a", "b"])
    model = sg.rnn.Translator(
        tokenizer, tokenizer, 4, 3, sg.random.default_rng(0), copying=True, coverage=True
    )
    sg.save(model, tmp_path / "model.safetensors")
    loaded = sg.load(tmp_path / "model.safetensors")
    assert loaded.tokenizers[0].words == tokenizer.words
    text = "a lion b"
    ours, theirs = (m.translations(text, n=5)[0] for m in (model, loaded))
    assert ours.text == theirs.text and ours.log_prob == theirs.log_prob
