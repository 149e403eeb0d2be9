"""The report of a run: one page that needs nothing but itself."""

import json
from html.parser import HTMLParser

import pytest

from scratchgen import BadInput
from scratchgen.runs.html import Raw, table
from scratchgen.runs.record import read_record
from scratchgen.runs.report import report, write_report

PNG = b"\x89PNG\r\n\x1a\n and the rest"
SCORE = {"measure": "ELBO", "ours": "-1", "baseline": "-2", "expected": "-1.5", "reached": True}
CONFIG = {
    **{"format": 2, "task": "vae", "family": "vae", "example": "-n 64 --out samples.png"},
    **{"data": "mine", "source": "/there/mine.npy", "seed": 7, "data_sha256": "abc123"},
    **{"settings": {"epochs": 2, "learning_rate": 0.5}},
    **{"command": "scratchgen train vae --data mine.npy", "backend": "numba"},
    **{"versions": {"numpy": "9.8.7"}, "git": {"commit": "c0ffee", "changed": True}},
}


def make_run(folder, config=CONFIG, finished=True):
    (folder / "samples").mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "metrics.jsonl").write_text('{"epoch": 1, "elbo": -3.25}\n{"epoch": 2, "elbo": -2.5}\n')
    (folder / "samples" / "curves.png").write_bytes(PNG)
    if finished:
        (folder / "scores.json").write_text(json.dumps([SCORE]))
        (folder / "timing.json").write_text('{"seconds": 125.0, "sessions": 2}')
    return folder


class Reader(HTMLParser):
    """Collects the resources that a browser would fetch or execute, and the text that it shows."""

    def __init__(self, page):
        super().__init__()
        self.fetched, self.tags, self.open, self.text = [], set(), [], ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.fetched += [value for name, value in attributes if name in ("src", "href", "srcset", "action")]
        if tag not in ("meta", "img", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if self.open[-1] == tag:
            self.open.pop()

    def handle_data(self, data):
        self.text += data


def needs_nothing(page):
    read = Reader(page)
    outside = [address for address in read.fetched if not address.startswith("data:")]
    return (
        not outside and not read.tags & {"script", "link", "iframe"} and "url(" not in page and not read.open
    )


def test_the_page_needs_no_network_and_no_script(tmp_path):
    page = write_report(make_run(tmp_path / "run")).read_text(encoding="utf-8")
    assert needs_nothing(page) and "data:image/png;base64," in page


@pytest.mark.parametrize(
    "planted", ['<img src="https://example.org/x.png">', "<script></script>", '<link href="x.css">', "<p>"]
)
def test_the_claim_above_rejects_a_page_that_does(planted, tmp_path):
    page = report(read_record(make_run(tmp_path / "run")))
    assert not needs_nothing(page.replace("</body>", planted + "</body>"))


def test_sounds_are_heard_within_the_page(tmp_path):
    run = make_run(tmp_path / "run")
    (run / "samples" / "sound-1.wav").write_bytes(b"RIFF and the rest")
    page = report(read_record(run))
    assert needs_nothing(page) and page.count("data:audio/wav;base64,") == 1 and "sound-1.wav" in page


@pytest.mark.parametrize(("asked", "early"), [(2, False), (9, True)])
def test_a_run_stopped_early_if_fewer_epochs_were_done_than_asked_for(asked, early, tmp_path):
    run = make_run(tmp_path / "run", {**CONFIG, "settings": {"epochs": asked}})
    (run / "metrics.jsonl").write_text('{"epoch": 1, "best_epoch": 1}\n{"epoch": 2, "best_epoch": 1}\n')
    text = Reader(report(read_record(run))).text
    assert "weights of epoch 1 ·" in text and ("stopped early" in text) is early


def test_the_page_says_what_was_made_how_and_how_to_go_on(tmp_path):
    text = Reader(report(read_record(make_run(tmp_path / "a run")))).text
    for words in (
        *("vae on mine", "2 epochs", "2:05 min in 2 sessions", "seed 7", "ELBO", "-1.5", "reached"),
        *("scratchgen train vae --data mine.npy", "9.8.7", "c0ffee", "uncommitted", "numba", "abc123"),
        *(f"scratchgen sample '{tmp_path}/a run'", f"train vae --resume '{tmp_path}/a run'", "-3.25", "0.5"),
    ):
        assert words in text, words


def test_what_comes_from_outside_is_shown_and_not_obeyed(tmp_path):
    evil = "<script>alert('$title')</script>"
    config = {**CONFIG, "data": evil, "command": evil}
    page = report(read_record(make_run(tmp_path / "run", config)))
    assert needs_nothing(page) and Reader(page).text.count(evil) >= 3


def test_a_cell_is_escaped_unless_it_is_made_here():
    assert "&lt;b&gt;" in table((), [("a", "<b>")]) and "<b>" in table((), [("a", Raw("<b>"))])


def test_an_unfinished_run_has_a_page_without_scores(tmp_path):
    text = Reader(report(read_record(make_run(tmp_path / "run", finished=False)))).text
    assert "Scores" not in text and "2 epochs" in text


@pytest.mark.parametrize(("lines", "words"), [(1, "Log: 1 epoch"), (2, "Log: 2 epochs")])
def test_the_log_counts_its_epochs_in_whole_numbers(lines, words, tmp_path):
    run = make_run(tmp_path / "run")
    log = (run / "metrics.jsonl").read_text().splitlines(keepends=True)
    (run / "metrics.jsonl").write_text("".join(log[:lines]))
    page = report(read_record(run))
    assert f"{words}</summary>" in page and f"<td>{lines}</td><td>" in page


def test_a_last_line_that_was_cut_short_is_passed_over(tmp_path):
    run = make_run(tmp_path / "run")
    with open(run / "metrics.jsonl", "a") as log:
        log.write('{"epoch": 3, "el')
    assert [line["epoch"] for line in read_record(run).epochs] == [1, 2]


@pytest.mark.parametrize(
    "file, content",
    [
        ("metrics.jsonl", '{"epoch": 1\n'),
        ("metrics.jsonl", '{"epoch": "one"}\n'),
        ("metrics.jsonl", "[1]\n"),
        ("scores.json", '[{"measure": "x"}]'),
        ("scores.json", "[" * 100_000),
        ("timing.json", '{"seconds": "long"}'),
        ("timing.json", "[1]"),
    ],
)
def test_a_damaged_record_is_refused_in_one_line(file, content, tmp_path):
    run = make_run(tmp_path / "run")
    (run / file).write_text(content)
    with pytest.raises(BadInput) as problem:
        read_record(run)
    assert "damaged" in str(problem.value) and "\n" not in str(problem.value)
