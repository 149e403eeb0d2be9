"""Readers and writers of a user's own files, one kind per file.

image_arrays     images in a file of numbers, in memory
mapped_images    images in an .npy file, left on disk
image_folder     a folder of pictures
table            a table of numbers and categories: CSV, or an array
text             a text file, gzip of one, or JSON lines
text_folder      a folder of texts
pairs            pairs of texts, as TSV or CSV
decoding         the characters of a file: gzip, encoding, line ends
decoding_pieces  the characters of a large file, which stay on disk
picture_store    the pictures of a folder as one array, on disk if they are many
recording        one sound file
sound            a folder of recordings, or one long recording
midi_events      the notes and tempos in the bytes of a MIDI file
midi_pieces      the pieces of music in a MIDI file
midi             a folder of MIDI files
performance      piano rolls written as MIDI files and as sound
idx, pcm         the file formats of MNIST and of 16-bit WAV
folders          what the folders have in common: search, classes, split
"""

from scratchgen.data.files.image_arrays import read_images
from scratchgen.data.files.image_folder import read_image_folder
from scratchgen.data.files.mapped_images import MappedRows, map_images
from scratchgen.data.files.midi import read_midi_folder
from scratchgen.data.files.pairs import read_pairs
from scratchgen.data.files.performance import perform, write_midi, write_wav
from scratchgen.data.files.sound import read_sound_file, read_sound_folder
from scratchgen.data.files.table import read_table
from scratchgen.data.files.text import read_text
from scratchgen.data.files.text_folder import read_text_folder

__all__ = [
    "MappedRows",
    "map_images",
    "perform",
    "read_image_folder",
    "read_images",
    "read_midi_folder",
    "read_pairs",
    "read_sound_file",
    "read_sound_folder",
    "read_table",
    "read_text",
    "read_text_folder",
    "write_midi",
    "write_wav",
]
