"""Data sets, tokenizers and batches.

catalogue        the known data sets: kind, sizes, licence, origin, split
load             from a name or a path to a data set
types            the classes of data sets (`RowData`, `TextData`, …), also for your own arrays
batches          minibatches, and chunks of text for truncated back-propagation through time
table            tables: columns as rows that a model reads, and back
rows             any numeric data set as rows (N, D)
mel_rows         sounds as mel spectrograms of one size, and back
sound_frames     sounds as sequences of frames
short_pairs      only the short pairs of a set, for a small model
pairs_as_text    pairs of texts as one text, one pair per line
statistics       the numbers that `scratchgen data show` prints
checks           the check that arrays are usable images
pitches          names and range of musical pitches
rolls            what the columns of a piano roll mean, and the notes in it
sets/            one file per known data set
files/           one file per kind of user's own file: images, text, sound, MIDI
remote/          download, verification by SHA-256, cache
tokenizers/      text as integers: characters, bytes, byte pairs, words
preprocessing/   scaling, splitting, dequantisation, transforms of sound, …
"""

from scratchgen.data.batches import batches, text_chunks
from scratchgen.data.catalogue import CATALOGUE, DataSet
from scratchgen.data.checks import check_examples, check_unit_interval
from scratchgen.data.files.mapped_images import MappedRows, map_images
from scratchgen.data.load import (
    load_any,
    load_images,
    load_pairs,
    load_points,
    load_sequences,
    load_sound,
    load_table,
    load_text,
    names,
)
from scratchgen.data.preprocessing.by_length import batches_by_length, pad
from scratchgen.data.rolls import RollFormat
from scratchgen.data.rows import load_rows
from scratchgen.data.sound_frames import SoundFrames, load_sound_frames
from scratchgen.data.table import as_csv, as_table, table_from
from scratchgen.data.tokenizers.byte_pairs import BytePairTokenizer
from scratchgen.data.tokenizers.characters import CharacterTokenizer
from scratchgen.data.tokenizers.utf8 import ByteTokenizer
from scratchgen.data.tokenizers.words import WordTokenizer
from scratchgen.data.types import (
    AnyData,
    Attribute,
    Column,
    PairData,
    PointData,
    RowData,
    Rows,
    SequenceData,
    SoundData,
    TextData,
)

__all__ = [
    "CATALOGUE",
    "AnyData",
    "Attribute",
    "BytePairTokenizer",
    "ByteTokenizer",
    "CharacterTokenizer",
    "Column",
    "DataSet",
    "MappedRows",
    "PairData",
    "PointData",
    "RollFormat",
    "RowData",
    "Rows",
    "SequenceData",
    "SoundData",
    "SoundFrames",
    "TextData",
    "WordTokenizer",
    "as_csv",
    "as_table",
    "batches",
    "batches_by_length",
    "check_examples",
    "check_unit_interval",
    "load_any",
    "load_images",
    "load_pairs",
    "load_points",
    "load_rows",
    "load_sequences",
    "load_sound",
    "load_sound_frames",
    "load_table",
    "load_text",
    "map_images",
    "names",
    "pad",
    "table_from",
    "text_chunks",
]
