"""Data sets, vocabularies and batches."""

from scratchgen.data.batches import batches, text_chunks
from scratchgen.data.catalogue import CATALOGUE, DataSet
from scratchgen.data.checks import check_unit_interval
from scratchgen.data.files.mapped_images import map_images
from scratchgen.data.load import (
    load_any,
    load_images,
    load_pairs,
    load_points,
    load_sequences,
    load_sound,
    load_text,
    names,
)
from scratchgen.data.tokenizers.characters import CharacterTokenizer
from scratchgen.data.types import AnyData, PairData, PointData, RowData, SequenceData, SoundData, TextData

__all__ = [
    "CATALOGUE",
    "AnyData",
    "CharacterTokenizer",
    "DataSet",
    "PairData",
    "PointData",
    "RowData",
    "SequenceData",
    "SoundData",
    "TextData",
    "batches",
    "check_unit_interval",
    "load_any",
    "load_images",
    "load_pairs",
    "load_points",
    "load_sequences",
    "load_sound",
    "load_text",
    "map_images",
    "names",
    "text_chunks",
]
