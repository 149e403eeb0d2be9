"""The report of a loading: its lines in words, and its content for config.json."""

import json

import numpy as np

from scratchgen.data import RowData, load_images
from scratchgen.data.report import LoadingReport, by_reason, some


def full():
    report = LoadingReport()
    report.find("PNG", 1_200)
    report.find("WebP")
    report.find("WebP", 2)
    report.read = "1,203 pictures of 8 × 8, grey"
    report.change("turned upright")
    report.change("turned upright", 1_000)
    report.change("made of nothing", 0)
    for name in ("a.txt", "b.txt"):
        report.ignore("text, no pictures", name)
    report.ignore("next to the class folders", "stray.png")
    report.bad = {"x.png": "truncated", "y.png": "empty", "z.png": "truncated"}
    report.classes, report.split = ("cat", "dog"), "80/10/10 at random"
    report.before, report.after = (0, 255), (0.0, 1.0)
    return report


def test_lines_count_and_name_everything_with_the_most_frequent_kind_first():
    assert full().lines() == [
        ("found", "1,200 PNG, 3 WebP"),
        ("read", "1,203 pictures of 8 × 8, grey"),
        ("changed", "1,001 turned upright"),
        ("ignored", "2 (text, no pictures): a.txt, b.txt"),
        ("ignored", "1 (next to the class folders): stray.png"),
        ("left out", "3 (cannot be read): x.png, z.png (truncated); y.png (empty)"),
        ("classes", "cat, dog"),
        ("split", "80/10/10 at random"),
        ("values", "0 … 255 → 0 … 1"),
    ]


def test_what_is_not_known_has_no_line():
    assert LoadingReport().lines() == [] and LoadingReport().as_dict() == {}
    report = LoadingReport(before=(0.25, 0.75), after=(0.25, 0.75))
    assert report.lines() == [("values", "0.25 … 0.75")]  # unchanged


def test_long_lists_are_cut_in_lines_and_in_the_configuration_with_their_number():
    report = LoadingReport(classes=tuple(f"class {k}" for k in range(1_500)))
    for i in range(1_500):
        report.ignore("text", f"{i}.txt")
    report.bad = {f"{i}.png": "truncated" for i in range(30)}
    lines = dict(report.lines())
    assert lines["ignored"] == "1,500 (text): 0.txt, 1.txt, 2.txt, 3.txt, 4.txt and 1,495 more"
    assert lines["classes"].endswith("class 11 and 1,488 more")
    assert lines["left out"].endswith("19.png and 10 more (truncated)")
    content = report.as_dict()
    assert content["ignored"]["text"] == {"number": 1_500, "names": [f"{i}.txt" for i in range(20)]}
    assert content["bad"]["number"] == 30 and len(content["bad"]["names"]) == 20


def test_the_content_is_json_and_holds_what_the_lines_say():
    content = json.loads(json.dumps(full().as_dict()))
    assert content["found"] == {"PNG": 1_200, "WebP": 3} and content["changed"] == {"turned upright": 1_001}
    assert content["ignored"]["text, no pictures"] == {"number": 2, "names": ["a.txt", "b.txt"]}
    assert content["bad"] == {"number": 3, "names": ["x.png: truncated", "y.png: empty", "z.png: truncated"]}
    assert (
        content["classes"] == ["cat", "dog"] and content["before"] == [0, 255] and content["after"] == [0, 1]
    )


def test_names_are_joined_and_cut():
    assert some([]) == "" and some(["a"]) == "a" and some("abcde") == "a, b, c, d, e"
    assert some("abcdef") == "a, b, c, d, e and 1 more" and some("abc", 2) == "a, b and 1 more"
    assert by_reason({"a": "x", "b": "y", "c": "x"}) == "a, c (x); b (y)"


def test_known_sets_and_own_arrays_have_an_empty_report():
    x = np.zeros((4, 4), np.float32)
    assert load_images("digits").report.lines() == [] == RowData("mine", (2, 2), x, x, x).report.lines()
