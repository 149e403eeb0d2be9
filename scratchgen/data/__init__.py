"""Data sets, vocabularies and batches."""

from scratchgen.data.batches import batches, text_chunks
from scratchgen.data.catalogue import CATALOGUE, DataSet
from scratchgen.data.checks import check_unit_interval
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
from scratchgen.data.mapped import map_images
from scratchgen.data.sets import AnyData, ImageData, PairData, PointData, SequenceData, SoundData, TextData
from scratchgen.data.text import Vocabulary

__all__ = [
    "CATALOGUE",
    "AnyData",
    "DataSet",
    "ImageData",
    "PairData",
    "PointData",
    "SequenceData",
    "SoundData",
    "TextData",
    "Vocabulary",
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
