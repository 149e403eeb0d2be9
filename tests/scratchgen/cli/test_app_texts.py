"""Translation and summarisation on one's own pairs: scored, shown by rank, and refused before any training."""

import json

import pytest

from scratchgen.applications.translation import refuse_mixed_directions
from scratchgen.data.sets.number_words import english, french
from scratchgen.errors import BadInput

pytest.importorskip("tokenizers")
pytest.importorskip("sacrebleu")
pytest.importorskip("rouge_score")
pytest.importorskip("sklearn")


def run_quick(run, name, *options):
    return run("app", "run", name, "--quick", "--quiet", "--out", "apps", *options)


def results_of(folder, name):
    seed = folder / "apps" / f"{name}-quick" / "seed-0"
    found = json.loads((seed / "results.json").read_text(encoding="utf-8"))["results"]
    page = (seed.parent / "report.html").read_text(encoding="utf-8")
    return {result["measure"]: result for result in found}, page


@pytest.mark.slow
def test_numbers_of_ones_own_file_are_translated_from_the_first_column_to_the_second(scratchgen_in, tmp_path):
    lines = [f"{french(n)}\t{english(n)}" for n in range(0, 3000, 3)]
    (tmp_path / "mine.tsv").write_text("French\tEnglish\n" + "\n".join(lines) + "\n", encoding="utf-8")
    done = run_quick(scratchgen_in(tmp_path), "translation", "--on", "mine.tsv")
    assert done.returncode == 0, done.stderr
    results, page = results_of(tmp_path, "translation")
    bleu = results["French → English: BLEU of 100 translations"]
    assert bleu["ours"] > bleu["target"] == max(bleu["baselines"].values())
    assert all(f"{name} of 100 translations by chrF" in page for name in ("best", "median", "worst"))
    assert page.count("attention weights") >= 3 and "French: " in page and "English, reference: " in page


@pytest.mark.slow
def test_the_quick_summaries_are_compared_with_every_baseline_and_with_the_references(
    scratchgen_in, tmp_path
):
    done = run_quick(scratchgen_in(tmp_path), "summarisation")
    assert done.returncode == 0, done.stderr
    results, page = results_of(tmp_path, "summarisation")
    for measure in ("ROUGE-1", "ROUGE-2", "ROUGE-L"):
        for how in ("", ", with Porter's stemmer"):
            found = results[f"{measure} of 50 summaries{how}"]
            words, sentence, oracle = found["baselines"].values()
            assert found["target"] == max(words, sentence)
            assert measure != "ROUGE-L" or oracle >= sentence or how
    copied = [
        results[f"share of the {n} of a summary that its text has"]["real"]
        for n in ("words", "runs of 2 words")
    ]
    assert 1 > copied[0] > copied[1] > 0
    assert all(f"{name} of 50 summaries by ROUGE-L" in page for name in ("best", "median", "worst"))


FORTY = [(french(n), english(n)) for n in range(40)]
WRONG = {
    "a pair in the other direction": (
        [*(("你好" * (k + 1), "hello " * (k + 1)) for k in range(30)), ("thank you", "谢谢")],
        "the sides of 1 of 31 pairs are exchanged, the first is ('thank you', '谢谢')",
    ),
    "an empty text": ([*FORTY, ("onze", "")], "an empty text"),
    "too few": (FORTY[:5], "at least"),
}


@pytest.mark.parametrize("case", WRONG)
def test_pairs_that_do_not_fit_are_refused_in_one_line_before_a_training(case, scratchgen_in, tmp_path):
    pairs, message = WRONG[case]
    (tmp_path / "mine.tsv").write_text("".join(f"{x}\t{y}\n" for x, y in pairs), encoding="utf-8")
    done = run_quick(scratchgen_in(tmp_path), "translation", "--on", "mine.tsv")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1 and message in done.stderr, done.stderr
    assert not list(tmp_path.glob("**/config.json"))


@pytest.mark.parametrize("name", ["translation", "summarisation"])
@pytest.mark.parametrize("data, message", [("digits", "digits"), ("absent.tsv", "absent.tsv")])
def test_data_that_are_no_pairs_are_refused(name, data, message, scratchgen_in, tmp_path):
    done = run_quick(scratchgen_in(tmp_path), name, "--on", data)
    assert done.returncode == 2 and message in done.stderr and not list(tmp_path.glob("**/config.json"))


def test_pairs_of_one_script_have_no_direction_that_letters_show(tmp_path):
    path = tmp_path / "mine.tsv"
    path.write_text("".join(f"{x}\t{y}\n" for x, y in [*FORTY, ("forty", "quarante")]), encoding="utf-8")
    refuse_mixed_directions(str(path))
    path.write_text(
        "".join(f"{x}\t{y}\n" for x, y in [("да" * k, "yes" * k) for k in range(1, 41)]), encoding="utf-8"
    )
    refuse_mixed_directions(str(path))
    with open(path, "a", encoding="utf-8") as file:
        file.write("no\tнет\n")
    with pytest.raises(BadInput, match="the sides of 1 of 41 pairs are exchanged"):
        refuse_mixed_directions(str(path))
