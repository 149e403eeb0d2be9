"""A text that is translated or spoken as one sentence has a largest length."""

import pytest

from scratchgen import BadInput
from scratchgen.tasks.prompts import LONGEST_TEXT, check_length


def test_a_text_of_the_largest_length_is_accepted_and_a_longer_one_refused_with_both_lengths():
    assert check_length("é" * LONGEST_TEXT) is None
    with pytest.raises(BadInput, match="1,001 characters, and at most 1,000 are read"):
        check_length("é" * (LONGEST_TEXT + 1))


def test_the_claim_above_rejects_a_length_in_bytes():
    assert len(("é" * LONGEST_TEXT).encode()) > LONGEST_TEXT
