"""A text that stays on disk has the characters, the tokens, the chunks and the scores of one in memory."""

import codecs
import gzip

import numpy as np
import pytest

from scratchgen.data import load_text, stored, text_chunks
from scratchgen.data.files import decoding_pieces
from scratchgen.data.files.decoding import characters_of, content_of
from scratchgen.data.files.decoding_pieces import stored_text
from scratchgen.data.report import LoadingReport
from scratchgen.data.statistics import describe
from scratchgen.data.stored import StoredArray
from scratchgen.data.stored_text import StoredText, as_utf8, characters_in, pieces, store
from scratchgen.data.tokenizers import BytePairTokenizer, ByteTokenizer, CharacterTokenizer, encode_text, ids
from scratchgen.data.tokenizers.utf8 import bytes_of
from scratchgen.errors import BadInput
from scratchgen.evaluation import NGram, best_ngram, ngram

TEXT = "Die Äpfel sind süß.\nПривет, мир!\n日本語 𝄞 ẞ\n\tplain ASCII, and more of it\n" * 3


def leave_on_disk(monkeypatch, at_once):
    """Every text is left on disk, and read this many bytes and characters at a time."""
    monkeypatch.setattr(decoding_pieces, "LARGE", 0)
    monkeypatch.setattr(decoding_pieces, "AT_ONCE", at_once)
    monkeypatch.setattr("scratchgen.data.stored_text.PIECE", at_once)
    for module in (stored, ids):
        monkeypatch.setattr(module, "IN_MEMORY", 1)


@pytest.fixture(params=[1, 3, 2**20])
def on_disk(monkeypatch, request):
    leave_on_disk(monkeypatch, request.param)


FILES = {
    "plain": (b"abc\ndef\n" * 5, "utf-8"),
    "beyond ASCII": (TEXT.encode(), "utf-8"),
    "with a mark": (codecs.BOM_UTF8 + TEXT.encode(), "utf-8"),
    "with \\r\\n": (TEXT.replace("\n", "\r\n").encode(), "utf-8"),
    "with all line ends": (b"\r\n\n\r\r\n\r\r\n\n\r\na\r\n\r\n\nb\r" * 4, "utf-8"),
    "latin-1": ("süß\x85 \x92\n".encode("latin-1") * 9, "latin-1"),
    "utf-16": (TEXT.encode("utf-16"), "utf-16"),
    "utf-16-le": (TEXT.encode("utf-16-le"), "utf-16-le"),
    "utf-32": (TEXT.encode("utf-32"), "utf-32"),
    "gb18030": ("日本語\n".encode("gb18030") * 9, "gb18030"),
    "bytes": (bytes(range(256)) * 2 + b"\r\n" + TEXT.encode(), "bytes"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_read_in_pieces_has_the_characters_and_the_report_of_the_whole(name, tmp_path, on_disk):
    content, encoding = FILES[name]
    path = tmp_path / "own.txt"
    path.write_bytes(content)
    whole, in_pieces = LoadingReport(), LoadingReport()
    expected = characters_of(content_of(path, whole), encoding, whole)
    text = stored_text(path, encoding, in_pieces)
    assert isinstance(text, StoredText) and str(text) == expected and len(text) == len(expected)
    assert in_pieces.as_dict() == whole.as_dict()
    assert "".join(pieces(text)) == expected and characters_in(text) == set(expected)
    for part in (slice(3, 9), slice(-4, None), slice(5, 2), slice(0, 10**9)):
        assert text[part] == expected[part]
        assert str(text.part(2, 12)) == expected[2:12]
    assert text[4] == expected[4] and text[-1] == expected[-1]
    utf8 = np.asarray(as_utf8(text))
    assert utf8.tobytes() == expected.encode("utf-8", "surrogatepass") and utf8.dtype == np.uint8


def test_the_claim_above_rejects_line_ends_that_were_cut_in_two(tmp_path, monkeypatch):
    """Pieces whose line ends are replaced one by one have a \\n too many."""
    path = tmp_path / "own.txt"
    path.write_bytes(b"a\r\nb")
    monkeypatch.setattr(decoding_pieces, "LARGE", 0)
    assert str(stored_text(path, "utf-8", LoadingReport())) == "a\nb"
    in_pieces = [piece.replace("\r\n", "\n").replace("\r", "\n") for piece in ("a\r", "\nb")]
    assert "".join(in_pieces) != "a\nb"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (gzip.compress(b"text" * 20), "utf-8"),
        (b"no UTF-8 \xe4" + b"a" * 50, "utf-8"),
        (b"cut in two \xc3", "utf-8"),
        (b"a zero\0byte" * 5, "utf-8"),
        ("no mark".encode("utf-16-le") * 9, "utf-16"),
        ("ÄÖÜ is UTF-8, ".encode() * 9, "latin-1"),
        (b'{"text": "a"}\n{"text": "b"}\n' * 5000, "utf-8"),
        (b'{"text": "a"}\n{"text": "b"}\n' * 5, "utf-8"),
    ],
    ids=[
        "gzip",
        "no UTF-8",
        "cut in two",
        "zero bytes",
        "no mark",
        "UTF-8 as latin-1",
        "JSON lines",
        "few JSON lines",
    ],
)
def test_what_must_be_read_whole_is_left_to_the_reader_of_the_whole(content, encoding, tmp_path, on_disk):
    path = tmp_path / "own.txt"
    path.write_bytes(content)
    report = LoadingReport()
    assert stored_text(path, encoding, report) is None and report.as_dict() == {}


def test_a_small_file_is_read_whole(tmp_path):
    path = tmp_path / "own.txt"
    path.write_text("a text\n" * 9)
    assert stored_text(path, "utf-8", LoadingReport()) is None
    assert type(load_text(path, streamed=True).train) is str


def test_the_parts_and_the_statistics_of_a_stored_text_are_those_of_a_text(tmp_path, monkeypatch):
    path = tmp_path / "own.txt"
    path.write_text(TEXT)
    whole = load_text(path)
    leave_on_disk(monkeypatch, 7)
    data = load_text(path, streamed=True)
    for part in ("train", "validation", "test"):
        assert isinstance(getattr(data, part), StoredText) and str(getattr(data, part)) == getattr(
            whole, part
        )
    assert describe(data) == describe(whole) and data.report.as_dict() == whole.report.as_dict()
    assert load_text(path) == whole
    path.write_text(TEXT + "x" * 100)
    assert describe(load_text(path, streamed=True)) != describe(whole)


@pytest.mark.parametrize("content", [" \n" * 50, "short"], ids=["blank", "short"])
def test_the_refusals_are_the_same(content, tmp_path, monkeypatch):
    path = tmp_path / "own.txt"
    path.write_text(content)
    with pytest.raises(BadInput) as expected:
        load_text(path)
    leave_on_disk(monkeypatch, 7)
    with pytest.raises(BadInput) as found:
        load_text(path, streamed=True)
    assert str(found.value) == str(expected.value)


@pytest.mark.parametrize(
    ("tokenizer", "dtype"),
    [
        (CharacterTokenizer.of(TEXT), np.uint8),
        (CharacterTokenizer.of(TEXT + "".join(map(chr, range(0x4E00, 0x4E00 + 300)))), np.uint16),
        (ByteTokenizer(), np.uint8),
        (BytePairTokenizer.of([TEXT], 300), np.uint16),
    ],
)
def test_the_tokens_of_a_text_are_those_of_the_tokenizer_in_the_smallest_type(tokenizer, dtype, on_disk):
    expected = tokenizer.encode(TEXT)
    for text in (TEXT, store(pieces(TEXT))):
        found = encode_text(tokenizer, text)
        assert found.dtype == dtype and np.array_equal(found[:], expected)
        assert ids.token_count(tokenizer, text) == len(expected)


def test_the_claim_above_rejects_a_type_that_is_too_small():
    tokenizer = CharacterTokenizer("".join(map(chr, range(0x4E00, 0x4E00 + 300))))
    tokens = tokenizer.encode(tokenizer.characters)
    assert not np.array_equal(tokens.astype(np.uint8), tokens)


def test_few_tokens_are_in_memory_and_any_lone_surrogate_is_encoded():
    text = "a\udce4\ud800b"
    assert type(encode_text(CharacterTokenizer.of(TEXT), TEXT)) is np.ndarray
    assert encode_text(ByteTokenizer(), text).tobytes() == bytes_of(text)
    with pytest.raises(BadInput, match="'x' is not known"):
        encode_text(CharacterTokenizer("ab"), "abx")


@pytest.mark.parametrize(("N", "B", "T"), [(13, 3, 4), (100, 3, 7), (100, 1, 99), (100, 99, 1)])
def test_chunks_of_stored_tokens_are_the_streams_of_the_text(N, B, T, on_disk):
    tokens = np.random.default_rng(0).integers(0, 200, N)
    writer = stored.ArrayWriter((), np.uint8)
    writer.append(tokens)
    steps = (N - 1) // (B * T) * T
    streams = [tokens[b * steps : (b + 1) * steps + 1] for b in range(B)]
    for ids_ in (tokens, tokens.astype(np.uint8), writer.stored()):
        chunks = list(text_chunks(ids_, B, T))
        inputs, targets = (np.concatenate([chunk[k] for chunk in chunks]) for k in (0, 1))
        assert np.array_equal(inputs.T, [stream[:-1] for stream in streams]) and inputs.dtype == np.int64
        assert np.array_equal(targets.T, [stream[1:] for stream in streams])
        assert not np.array_equal(inputs, targets)
        assert not any(np.shares_memory(*chunk) or np.shares_memory(chunk[0], ids_) for chunk in chunks
                       if isinstance(ids_, np.ndarray))  # fmt: skip


@pytest.mark.parametrize("at_once", [1, 7, 50])
def test_an_ngram_model_counts_and_scores_a_text_in_pieces_as_it_does_the_whole(
    at_once, monkeypatch, on_disk
):
    tokens = np.random.default_rng(0).integers(0, 4, 300)
    train, held_out = tokens[:200], tokens[200:]
    whole = NGram(3, 0.7).fit(train, 4)
    expected, best = whole.log_prob(held_out), best_ngram(train, held_out, 4, 3)
    monkeypatch.setattr(ngram, "TOKENS", at_once)
    writer = stored.ArrayWriter((), np.uint8)
    writer.append(train)
    for text in (train, writer.stored()):
        in_pieces = NGram(3, 0.7).fit(text, 4)
        for a, b in zip(whole.tables, in_pieces.tables, strict=True):
            assert np.array_equal(a.windows, b.windows) and np.array_equal(a.window_counts, b.window_counts)
        assert np.array_equal(in_pieces.log_prob(held_out), expected)
        found = best_ngram(text, held_out, 4, 3)
        assert (found.order, found.concentration) == (best.order, best.concentration)
    assert isinstance(writer.stored(), StoredArray)
    assert not np.array_equal(np.concatenate([whole.log_prob(x) for x in np.split(held_out, 2)]), expected)
