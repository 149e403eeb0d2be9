"""The script of a text, and pairs whose sides are exchanged."""

import pytest

from scratchgen.data.scripts import common_script, script_of, swapped_pairs

pytestmark = pytest.mark.fast


@pytest.mark.parametrize(
    "text, script",
    [
        ("Où est-il ?", "LATIN"),
        ("你好, Tom", "LATIN"),
        ("你好吗，Tom", "CJK"),
        ("Привет", "CYRILLIC"),
        ("3 + 4!", None),
    ],
)
def test_the_script_of_a_text_is_that_of_most_of_its_letters(text, script):
    assert script_of(text) == script


def test_each_text_has_one_vote_however_long_it_is():
    texts = ["你好", "谢谢", "Good afternoon, ladies and gentlemen!", "3"]
    assert common_script(texts) == "CJK" and common_script(["", "3"]) is None


def test_pairs_in_the_other_direction_are_found_by_their_scripts():
    pairs = [
        ("你好", "hello"),
        ("谢谢", "thanks"),
        ("OK", "OK"),
        ("yes", "是"),
        ("12", "twelve"),
        ("Да", "oui"),
    ]
    assert swapped_pairs(pairs) == [3]
    assert swapped_pairs([("oui", "yes"), ("no", "non")]) == []  # one script
    assert swapped_pairs([("1", "one")]) == []
