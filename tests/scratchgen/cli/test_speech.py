"""scratchgen and speech: words and a voice are learned by formula, sentences are spoken, bad prompts refused."""

import json
import wave

import pytest

from scratchgen import cli

QUICK = ("app", "run", "speech-synthesis", "--quick", "--quiet", "--out", "apps")


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    """The folder of a quick run of the application."""
    here = tmp_path_factory.mktemp("speech")
    with pytest.raises(SystemExit) as ended:
        cli.main([*QUICK[:-1], str(here / "apps")])
    assert ended.value.code == 0
    return here


def seed_of(folder):
    return folder / "apps" / "speech-synthesis-quick" / "seed-0"


@pytest.mark.slow
def test_words_and_speech_are_compared_with_baselines_and_ranked(spoken):
    outcome = json.loads((seed_of(spoken) / "results.json").read_text(encoding="utf-8"))
    anything = [result for result in outcome["results"] if "held-out words" in result["measure"]]
    anything += [result for result in outcome["results"] if "held-out utterances" in result["measure"]]
    assert len(anything) == 7 and all(result["baselines"] for result in anything)
    assert any("recognised" in result["measure"] for result in outcome["results"])  # of the digits' part
    words = next(r for r in outcome["results"] if r["measure"].startswith("word error, %, without stress"))
    assert words["baselines"]["letter rules"] == 0  # the words were made by these rules
    captions = [shown["caption"] for shown in outcome["shown"] if " by distortion" in shown["caption"]]
    distances = [float(caption.split("distortion, ")[1].split(" dB")[0]) for caption in captions]
    assert distances == sorted(distances) and len(distances) == 6
    heard = next(r for r in outcome["results"] if "of the sounds" in r["measure"])
    assert heard["real"] < min(heard["ours"], *heard["baselines"].values())


@pytest.mark.slow
def test_a_typed_sentence_is_spoken(spoken, scratchgen_in):
    run = scratchgen_in(spoken)
    done = run("sample", seed_of(spoken) / "speech", "--prompt", "no ship, 2 boats", "--out", "a.wav")
    assert done.returncode == 0, done.stderr
    with wave.open(str(spoken / "a.wav")) as file:
        assert file.getframerate() == 22_050 and 0.3 < file.getnframes() / 22_050 < 5
    assert (spoken / "a.png").is_file() and " _ " in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments, message",
    [
        (("--prompt", "naïve", "--out", "b.wav"), "'ï'"),
        (("--prompt", "in 1999", "--out", "b.wav"), "1999 is above 99"),
        (("--prompt", "[QQ]", "--out", "b.wav"), "'QQ' is no phone"),
        (("--prompt", "no ship", "--out", "b.mp3"), "WAV"),
        (("--out", "b.wav"), "--prompt"),
        (("--prompt", "no ship", "-n", "3", "--out", "b.wav"), "-n"),
    ],
)
def test_a_prompt_that_cannot_be_spoken_is_refused_in_one_line(arguments, message, spoken, scratchgen_in):
    done = scratchgen_in(spoken)("sample", seed_of(spoken) / "speech", *arguments)
    assert done.returncode == 2 and message in done.stderr and len(done.stderr.strip().splitlines()) == 1
    assert not list(spoken.glob("b.*"))


def test_own_words_with_unknown_phones_are_refused_before_training(scratchgen_in, tmp_path):
    lines = [f"word{chr(97 + i)}\tW ER1 D X{i}" for i in range(20)]
    (tmp_path / "words.tsv").write_text("\n".join(lines), encoding="utf-8")
    done = scratchgen_in(tmp_path)(*QUICK, "--on", "words.tsv")
    assert done.returncode == 2 and "is no phone of ARPAbet" in done.stderr
    assert not list(tmp_path.glob("**/config.json"))


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("train", "rnn", "--task", "speech", "--data", "tones"), "does not say which phones"),
        ((*QUICK, "--on", "absent.tsv"), "absent.tsv"),
    ],
)
def test_sounds_without_phones_are_refused(arguments, message, scratchgen_in, tmp_path):
    done = scratchgen_in(tmp_path)(*arguments)
    assert done.returncode == 2 and message in done.stderr
    assert not list(tmp_path.glob("**/config.json"))
