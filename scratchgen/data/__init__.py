"""Data sets, vocabularies and batches."""

from scratchgen.data.batches import batches, text_chunks
from scratchgen.data.checks import check_unit_interval
from scratchgen.data.load import load_images, load_text, names
from scratchgen.data.sets import ImageData, TextData
from scratchgen.data.text import Vocabulary

__all__ = [
    "ImageData",
    "TextData",
    "Vocabulary",
    "batches",
    "check_unit_interval",
    "load_images",
    "load_text",
    "names",
    "text_chunks",
]
