"""The tokenizer of characters: encoding and decoding."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scratchgen.data import CharacterTokenizer
from scratchgen.errors import BadInput


@given(st.text(min_size=1))
def test_decoding_inverts_encoding(text):
    tokenizer = CharacterTokenizer.of(text)
    ids = tokenizer.encode(text)
    assert ids.dtype == np.int64 and ids.shape == (len(text),)
    assert tokenizer.decode(ids) == text
    assert set(ids.tolist()) == set(range(tokenizer.vocabulary_size))


def test_characters_are_numbered_in_the_order_of_their_code_points():
    tokenizer = CharacterTokenizer.of("hello é😀")
    assert tokenizer.characters == " ehloé😀" and tokenizer.vocabulary_size == 7
    assert tokenizer.encode("eé😀").tolist() == [1, 5, 6]


def test_a_tokenizer_is_rebuilt_from_its_characters():
    tokenizer = CharacterTokenizer.of("hello")
    assert (
        CharacterTokenizer(tokenizer.characters).encode("hole").tolist() == tokenizer.encode("hole").tolist()
    )


@pytest.mark.parametrize("unseen", ["z", "A", "😀", "\udcff"])
def test_the_error_for_an_unknown_character_lists_known_ones(unseen):
    with pytest.raises(BadInput) as caught:
        CharacterTokenizer.of("hello").encode("hell" + unseen)
    assert repr(unseen) in str(caught.value) and "'ehlo'" in str(caught.value)


def test_characters_of_held_out_text_alone_are_one_unknown_token():
    tokenizer = CharacterTokenizer.of("hello", held_out="hölle äöü")
    assert tokenizer.characters == "ehlo\ufffd"
    assert tokenizer.decode(tokenizer.encode("hölle äö")) == "h\ufffdlle\ufffd\ufffd\ufffd"
    assert (
        CharacterTokenizer.of("hello", held_out="äß").characters == tokenizer.characters
    )  # whichever they are


def test_held_out_text_without_new_characters_does_not_change_the_tokenizer():
    tokenizer = CharacterTokenizer.of("hello", held_out="hole")
    assert tokenizer.characters == "ehlo"
    with pytest.raises(BadInput, match="'ö'"):
        tokenizer.encode("hölle")


def test_an_empty_text_makes_no_tokenizer_but_can_be_encoded():
    with pytest.raises(BadInput, match="at least one character"):
        CharacterTokenizer.of("")
    assert CharacterTokenizer.of("a").encode("").shape == (0,)
    assert CharacterTokenizer.of("a").decode([]) == ""


@pytest.mark.parametrize("characters", ["ba", "aa"])
def test_characters_out_of_order_or_repeated_are_refused(characters):
    with pytest.raises(BadInput, match=r"CharacterTokenizer\.of"):
        CharacterTokenizer(characters)


@pytest.mark.parametrize("ids", [[0, 4], [-1]])
def test_integers_outside_the_vocabulary_are_refused(ids):
    with pytest.raises(BadInput, match=r"0 … 3"):
        CharacterTokenizer.of("hello").decode(ids)
