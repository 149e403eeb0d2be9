"""A safetensors file with an altered header or body is refused in one line, or holds the same weights."""

import json
import struct

import numpy as np
import pytest

import scratchgen as sg
from scratchgen import BadInput

from .limits import limited_memory, limited_time
from .mutations import DAMAGES, json_altered

SEED = 20261130


def altered(data, rng, trap):
    """(description, content): the header's JSON, its length, its own bytes, or any bytes altered."""
    length = int.from_bytes(data[:8], "little")
    header, body, kind = json.loads(data[8 : 8 + length]), data[8 + length :], rng.integers(5)
    if kind == 0:
        text = json.dumps(json_altered(header, rng)).encode()
        return "header altered", struct.pack("<Q", len(text)) + text + body
    if kind == 1:
        name = rng.choice(sorted(header.keys() - {"__metadata__"}))
        header[name] = json_altered(header[name], rng)
        text = json.dumps(header).encode()
        return f"{name} altered", struct.pack("<Q", len(text)) + text + body
    if kind == 2:
        described = json.loads(header["__metadata__"]["scratchgen"])
        header["__metadata__"]["scratchgen"] = json.dumps(json_altered(described, rng))
        text = json.dumps(header).encode()
        return "metadata altered", struct.pack("<Q", len(text)) + text + body
    if kind == 3:
        wrong = int(rng.choice([0, 1, length - 1, length + 1, length + len(body), 2**31, 2**63]))
        return "length altered", struct.pack("<Q", wrong) + data[8:]
    damage = DAMAGES[rng.integers(len(DAMAGES))]
    return damage.__name__, damage(data, rng, trap)


def test_altered_weights_are_refused_or_the_same(tmp_path, count, figure):
    rng, path, trap = np.random.default_rng(SEED), tmp_path / "vae.safetensors", tmp_path / "trap"
    sg.save(sg.vae.VAE(4, 2, 3), path)
    whole, refused, n = path.read_bytes(), 0, count(500, 20_000)
    expected = sg.load(path).state_dict()
    for i in range(n):
        done, content = altered(whole, rng, trap)
        path.write_bytes(content)
        try:
            with limited_time(), limited_memory():
                found = sg.load(path).state_dict()
        except BadInput as problem:
            assert "\n" not in str(problem), f"input {i}, {done}"
            refused += 1
        except BaseException as error:
            raise AssertionError(f"input {i}, {done}: {error!r}") from error
        else:
            assert found.keys() == expected.keys(), f"input {i}, {done}"
            for name, array in found.items():
                np.testing.assert_array_equal(array, expected[name], err_msg=f"input {i}, {done}")
        assert not trap.exists() and path.read_bytes() == content
    assert refused > n / 2
    figure(f"safetensors: {n} altered, {refused} refused, the others with the same weights (seed {SEED})")


def test_the_claim_above_rejects_a_reader_without_a_checksum(tmp_path):
    """Weights whose checksum is computed anew are other weights: the comparison would notice them."""
    from scratchgen.runs.weights import read_with_facts, write_weights

    path = tmp_path / "vae.safetensors"
    sg.save(sg.vae.VAE(4, 2, 3), path)
    weights, facts = read_with_facts(path)
    name = sorted(weights)[0]
    expected = sg.load(path).state_dict()[name]
    write_weights(path, {**weights, name: weights[name] + 1}, **facts)
    with pytest.raises(AssertionError):
        np.testing.assert_array_equal(sg.load(path).state_dict()[name], expected)
