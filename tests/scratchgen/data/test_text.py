"""Characters to numbers and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scratchgen.data import CharacterTokenizer
from scratchgen.errors import BadInput


@given(st.text(min_size=1))
def test_decoding_undoes_encoding(text):
    vocabulary = CharacterTokenizer.of(text)
    ids = vocabulary.encode(text)
    assert ids.dtype == np.int64 and ids.shape == (len(text),)
    assert vocabulary.decode(ids) == text
    assert set(ids.tolist()) == set(range(vocabulary.vocabulary_size))


def test_characters_are_numbered_in_the_order_of_their_code_points():
    vocabulary = CharacterTokenizer.of("hello é😀")
    assert vocabulary.characters == " ehloé😀" and vocabulary.vocabulary_size == 7
    assert vocabulary.encode("eé😀").tolist() == [1, 5, 6]


def test_a_vocabulary_is_rebuilt_from_its_characters():
    vocabulary = CharacterTokenizer.of("hello")
    assert (
        CharacterTokenizer(vocabulary.characters).encode("hole").tolist()
        == vocabulary.encode("hole").tolist()
    )


@pytest.mark.parametrize("unseen", ["z", "A", "😀", "\udcff"])
def test_an_unseen_character_is_named_with_some_that_are_known(unseen):
    with pytest.raises(BadInput) as caught:
        CharacterTokenizer.of("hello").encode("hell" + unseen)
    assert repr(unseen) in str(caught.value) and "'ehlo'" in str(caught.value)


def test_characters_that_only_held_out_text_has_count_as_one_that_training_lacks():
    vocabulary = CharacterTokenizer.of("hello", held_out="hölle äöü")
    assert vocabulary.characters == "ehlo\ufffd"
    assert vocabulary.decode(vocabulary.encode("hölle äö")) == "h\ufffdlle\ufffd\ufffd\ufffd"
    assert (
        CharacterTokenizer.of("hello", held_out="äß").characters == vocabulary.characters
    )  # whichever they are


def test_without_new_characters_held_out_text_changes_no_vocabulary():
    vocabulary = CharacterTokenizer.of("hello", held_out="hole")
    assert vocabulary.characters == "ehlo"
    with pytest.raises(BadInput, match="'ö'"):
        vocabulary.encode("hölle")


def test_the_empty_text_has_no_vocabulary_but_can_be_encoded():
    with pytest.raises(BadInput, match="at least one character"):
        CharacterTokenizer.of("")
    assert CharacterTokenizer.of("a").encode("").shape == (0,)
    assert CharacterTokenizer.of("a").decode([]) == ""


@pytest.mark.parametrize("characters", ["ba", "aa"])
def test_characters_out_of_order_or_repeated_are_refused(characters):
    with pytest.raises(BadInput, match=r"CharacterTokenizer\.of"):
        CharacterTokenizer(characters)


@pytest.mark.parametrize("ids", [[0, 4], [-1]])
def test_numbers_of_no_character_are_refused(ids):
    with pytest.raises(BadInput, match=r"0 … 3"):
        CharacterTokenizer.of("hello").decode(ids)
