"""Tokenizers: text as integers, and back.

A tokenizer has `vocabulary_size` (V), `encode(text)` → (N,) int64 in 0 … V−1, and `decode(ids)` → text.

characters    one token per character
utf8          one token per byte
byte_pairs    one token per frequent sequence of bytes (BPE)
words         one token per frequent word
ids           the tokens of a whole text, in the smallest type
"""

from scratchgen.data.tokenizers.byte_pairs import BytePairTokenizer
from scratchgen.data.tokenizers.characters import CharacterTokenizer
from scratchgen.data.tokenizers.ids import encode_text
from scratchgen.data.tokenizers.utf8 import ByteTokenizer
from scratchgen.data.tokenizers.words import WordTokenizer

__all__ = ["BytePairTokenizer", "ByteTokenizer", "CharacterTokenizer", "WordTokenizer", "encode_text"]
