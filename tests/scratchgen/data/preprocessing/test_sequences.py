"""Batches of sequences of different lengths, and byte-pair encoding."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scratchgen.data.preprocessing.by_length import batches_by_length, pad
from scratchgen.data.tokenizers.byte_pairs import BytePairTokenizer
from scratchgen.errors import BadInput
from scratchgen.random import Generator

some = lambda lengths: [np.full((n, 2), i + 1.0, np.float32) for i, n in enumerate(lengths)]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=60), st.integers(1, 9), st.integers(1, 4))
def test_every_step_of_every_sequence_is_seen_once(lengths, batch_size, pool):
    sequences, seen = some(lengths), []
    for x, mask, rows in batches_by_length(sequences, batch_size, Generator(0), pool):
        assert (
            x.shape[:2] == mask.shape and len(rows) <= batch_size and len(x) == max(lengths[i] for i in rows)
        )
        for b, i in enumerate(rows):
            assert np.array_equal(x[mask[:, b], b], sequences[i])
            assert not x[~mask[:, b], b].any() and not mask[lengths[i] :, b].any()
        seen += rows.tolist()
    assert sorted(seen) == list(range(len(lengths)))


def test_sorting_avoids_most_of_the_padding_and_the_order_stays_random():
    lengths = np.random.default_rng(0).integers(5, 500, 2000)
    sequences = some(lengths)

    def padding(pool):
        masks = [mask for _, mask, _ in batches_by_length(sequences, 20, Generator(1), pool)]
        return 1 - sum(mask.sum() for mask in masks) / sum(mask.size for mask in masks)

    assert padding(pool=20) < 0.06 < 0.4 < padding(pool=1)
    order = lambda rng: np.concatenate([rows for *_, rows in batches_by_length(sequences, 20, rng)])
    rng = Generator(2)
    first, second = order(rng), order(rng)
    assert not np.array_equal(first, second) and np.array_equal(first, order(Generator(2)))


def test_a_masked_sum_does_not_depend_on_the_other_sequences_of_the_batch():
    sequences = some([3, 9, 4])
    x, mask = pad(sequences)
    assert (x[..., 0] * mask).sum(axis=0).tolist() == [s[:, 0].sum() for s in sequences]


@pytest.mark.parametrize(("lengths", "batch_size"), [([], 2), ([3, 0, 2], 2), ([3], 0)])
def test_arguments_that_make_no_batch_are_refused_at_the_call(lengths, batch_size):
    with pytest.raises(BadInput):
        batches_by_length(some(lengths), batch_size, Generator(0))


# --- byte pairs --------------------------------------------------------------------------------------------

TEXT = "the cat sat on the mat; the cats sat there. " * 50


@pytest.fixture
def bpe():
    pytest.importorskip("tokenizers")
    return BytePairTokenizer.of([TEXT], vocabulary_size=300)


def test_any_text_is_decoded_to_itself(bpe):
    for text in (TEXT, "Déjà vu? 已经 \t\n🙂", "", " leading and trailing "):
        assert bpe.decode(bpe.encode(text)) == text


def test_frequent_sequences_become_one_token(bpe):
    assert 256 < bpe.vocabulary_size <= 300
    assert len(bpe.encode("the cat")) == 2 and len(bpe.encode("zqx")) == 3
    assert len(bpe.encode(TEXT)) < len(TEXT) / 3


def test_byte_pairs_are_learned_from_the_training_text_alone(bpe):
    assert "xylophone" not in TEXT
    again = BytePairTokenizer.of([TEXT], vocabulary_size=300)
    assert again.encode("xylophone the cat").tolist() == bpe.encode("xylophone the cat").tolist()
    leaky = BytePairTokenizer.of([TEXT + "xylophone " * 50], vocabulary_size=300)
    assert len(leaky.encode("xylophone")) < len(bpe.encode("xylophone"))


def test_a_tokenizer_is_saved_and_loaded_and_other_files_are_refused(bpe, tmp_path):
    bpe.save(tmp_path / "bpe.json")
    again = BytePairTokenizer.load(tmp_path / "bpe.json")
    assert again.vocabulary_size == bpe.vocabulary_size
    assert again.encode(TEXT).tolist() == bpe.encode(TEXT).tolist()
    (tmp_path / "other.json").write_text("[]")
    for path in ("other.json", "nowhere.json"):
        with pytest.raises(BadInput, match=path):
            BytePairTokenizer.load(tmp_path / path)


def test_integers_outside_the_vocabulary_and_too_small_vocabularies_are_refused(bpe):
    for wrong in ([-1], [bpe.vocabulary_size]):
        with pytest.raises(BadInput, match="numbered 0"):
            bpe.decode(wrong)
    with pytest.raises(BadInput, match="at least 256"):
        BytePairTokenizer.of([TEXT], vocabulary_size=255)


def test_without_tokenizers_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(BadInput, match="pip install tokenizers"):
        BytePairTokenizer.of([TEXT])
