"""A user's own texts on the command line: bytes of any file, encodings, pairs; refusals leave no directory."""

import json

import numpy as np
import pytest

TINY = ("--hidden", 8, "--epochs", 1, "--batch-size", 4, "--quiet")
FRENCH = "un élève naïf dort près du café\n" * 60


def test_a_model_of_bytes_reads_any_file_and_writes_exactly_the_bytes_that_it_samples(
    scratchgen_in, tmp_path
):
    content = np.random.default_rng(0).integers(128, 256, 3000, np.uint8).tobytes()
    (tmp_path / "noise.dat").write_bytes(content)
    run = scratchgen_in(tmp_path)
    done = run("train", "rnn", "--data", "noise.dat", "--tokenizer", "bytes", *TINY, "--out", "run")
    assert done.returncode == 0, done.stderr
    scores = json.loads((tmp_path / "run" / "scores.json").read_text())
    assert scores[0]["measure"] == "held-out bits per byte"
    assert scores[0]["value"] == pytest.approx(
        8, abs=0.9
    )  # of 128 equally likely bytes 7, and of an untrained model 8
    assert run("sample", "run", "-n", 500, "--out", "sample.bin").returncode == 0
    sampled = (tmp_path / "sample.bin").read_bytes()
    assert len(sampled) == 501 and sampled[:1] == b"\n" and max(sampled) > 127
    printed = run("sample", "run", "-n", 500)
    assert printed.returncode == 0 and "\ufffd" in printed.stdout
    assert run("evaluate", "run").returncode == 0


@pytest.mark.unrendered
def test_a_text_in_another_encoding_is_refused_or_read_with_it(scratchgen_in, tmp_path):
    (tmp_path / "own.txt").write_bytes(FRENCH.encode("latin-1"))
    run = scratchgen_in(tmp_path)
    done = run("train", "rnn", "--data", "own.txt", *TINY, "--out", "run")
    assert done.returncode == 2 and "--encoding latin-1" in done.stderr.replace("\n", " ")
    assert not (tmp_path / "run").exists()
    done = run("train", "rnn", "--data", "own.txt", "--encoding", "latin-1", *TINY, "--out", "run")
    assert done.returncode == 0, done.stderr
    assert run("sample", "run", "--prompt", "élève").stdout.startswith("élève")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--encoding", "lattin-1"), "did you mean latin-1?"),
        (("--encoding", "bytes"), "--encoding bytes is for --tokenizer bytes"),
    ],
)
def test_an_encoding_that_is_none_is_refused(options, why, scratchgen_in, tmp_path):
    (tmp_path / "own.txt").write_text(FRENCH, encoding="utf-8")
    done = scratchgen_in(tmp_path)("train", "rnn", "--data", "own.txt", *options, *TINY, "--out", "run")
    assert done.returncode == 2 and why in done.stderr and not (tmp_path / "run").exists()


@pytest.mark.unrendered
def test_own_pairs_are_translated_and_bad_lines_are_named_before_a_run_is_opened(scratchgen_in, tmp_path):
    lines = [f"hello {i}\tbonjour {i}" for i in range(200)]
    (tmp_path / "pairs.tsv").write_text("\n".join([*lines, "alone"]))
    run = scratchgen_in(tmp_path)
    train = ("train", "rnn", "--task", "translation", "--data", "pairs.tsv", *TINY, "--out", "run")
    done = run(*train)
    assert done.returncode == 2 and "201 (one column)" in done.stderr and not (tmp_path / "run").exists()
    done = run(*train, "--skip-bad")
    assert done.returncode == 0, done.stderr
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["data_info"]["sides"] == ["column 1", "column 2"] and "line 201" in str(config["loading"])
    assert run("sample", "run", "--prompt", "hello 5").returncode == 0
    assert run("evaluate", "run").returncode == 0


def test_a_recurrent_network_is_not_trained_on_a_text_beside_pictures(scratchgen_in, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "README").write_text(FRENCH, encoding="utf-8")
    for i in range(12):
        (tmp_path / "photos" / f"{i}.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    done = scratchgen_in(tmp_path)("train", "rnn", "--data", "photos", *TINY, "--out", "run")
    assert done.returncode == 2 and "holds images" in done.stderr and not (tmp_path / "run").exists()
