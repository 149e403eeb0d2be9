"""The pages of the applications: one each, with the numbers of the committed results and their examples."""

import re
from pathlib import Path

import pytest

import scratchgen
from scratchgen.applications.application import Outcome, Result, Shown
from scratchgen.applications.catalogue import ALL, APPLICATIONS
from scratchgen.applications.table import COMMITTED, Entry, Model, read_table

ROOT = Path(__file__).parents[2]

if Path(scratchgen.__file__).parent != ROOT / "scratchgen":
    pytest.skip("the site shows a checkout; this installation is elsewhere", allow_module_level=True)

NAME = "text-generation"
FILES = {"a.txt": b"one\n\n<two>", "b.png": b"\x89PNG", "c.wav": b"RIFF"}


@pytest.fixture(autouse=True)
def modules_of_the_site(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tutorials" / "site"))


@pytest.fixture
def entry(tmp_path):
    """Results of two seeds, with a text, a picture and a sound in the folder of the examples."""
    (tmp_path / NAME).mkdir()
    for name, content in FILES.items():
        (tmp_path / NAME / name).write_bytes(content)
    shown = [Shown(file=f"examples/{name}", caption=f'the "{name}" | of it') for name in FILES]
    results = [
        Result(
            measure="bits|character",
            ours=ours,
            baselines={"n-gram": 2.5},
            real=1.25,
            target=2.0,
            higher_is_better=False,
        )
        for ours in (1.0, 2.0)
    ]
    outcomes = [Outcome(results=[r], shown=shown, minutes=3.0, versions={"numpy": "2.0"}) for r in results]
    model = Model(task="text", data="tinyshakespeare", settings={"hidden": 384, "cell": "lstm"})
    return Entry(
        data=("tinyshakespeare",),
        models={"text": model},
        outcomes=outcomes,
        examples=[shown.file for shown in shown],
    )


def test_every_application_has_a_page_with_its_commands_data_and_licence():
    import applications

    from scratchgen.data.catalogue import CATALOGUE

    for application in ALL:
        page = applications.page(application, None)
        assert f"scratchgen app run {application.name}\n" in page and application.on in page
        assert all(f"`{name}`" in page and CATALOGUE[name].origin in page for name in application.data)
        assert applications.NOT_RUN in page
        assert page.startswith(f"# {applications.heading(application)}\n")


def test_every_data_set_that_a_page_fetches_is_hosted_and_fetched_by_a_command_of_its_own(monkeypatch):
    import applications

    from scratchgen.data.catalogue import CATALOGUE

    monkeypatch.delenv("SCRATCHGEN_DATA", raising=False)
    fetched = set()
    for application in ALL:
        words = [line.split() for line in applications.page(application, None).splitlines()]
        names = {line[-1] for line in words if line[:3] == ["scratchgen", "data", "fetch"]}
        assert all(len(line) == 4 for line in words if line[:3] == ["scratchgen", "data", "fetch"])
        files = {name: CATALOGUE[name].remote for name in application.data if CATALOGUE[name].remote}
        assert names == {name for name, remote in files.items() if all(map(is_hosted, remote))}
        assert set(files) - names == set(application.where_present)
        fetched |= names
    assert "mnist" in fetched and "debian-descriptions" not in fetched


def is_hosted(remote):
    return getattr(remote, "base_url", None) is not None or getattr(remote, "archive", None) is not None


def test_the_pages_are_written_and_listed(tmp_path):
    import applications

    documents = applications.write(tmp_path)
    assert documents == ["applications/index", *(f"applications/{name}" for name in APPLICATIONS)]
    assert all((tmp_path / f"{document}.md").is_file() for document in documents)
    text = (tmp_path / "applications" / "index.md").read_text("utf-8")
    assert all(f"({name}.md)" in text for name in APPLICATIONS)
    assert all(
        (name in read_table()) == (f"## [{applications.heading(APPLICATIONS[name])}]" in text)
        for name in APPLICATIONS
    )


def numbers_on(page):
    """The row of results of a page."""
    (row,) = re.findall(r"^\| bits.*$", page, re.M)
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]


def test_the_page_has_the_numbers_of_the_results(entry, tmp_path):
    import applications

    page = applications.page(APPLICATIONS[NAME], entry, tmp_path)
    assert numbers_on(page) == [
        "bits\\|character",
        "1.50 ± 0.50",
        "2.50 (n-gram)",
        "1.25",
        "≤ 2.00",
        "✓ reached",
    ]
    assert (
        "hidden 384, cell lstm" in page
        and "All trainings of a seed took 3.0 minutes" in page
        and "numpy 2.0" in page
    )
    assert applications.NOT_RUN not in page


def test_the_list_has_the_same_numbers_and_names_what_was_not_run(entry):
    import applications

    text = applications.index({NAME: entry})
    assert numbers_on(text)[1] == "1.50 ± 0.50"
    missing = text.partition("No full run yet: ")[2]
    assert "Text generation" not in missing
    assert all(applications.heading(app) in missing for app in ALL if app.name != NAME)


def test_examples_are_pictures_players_and_texts_with_their_captions(entry, tmp_path):
    import applications

    page = applications.page(APPLICATIONS[NAME], entry, tmp_path)
    place = f"../_static/applications/{NAME}"
    assert f'<img src="{place}/b.png" alt="the &quot;b.png&quot; | of it">' in page
    assert f'<audio controls preload="none" src="{place}/c.wav"' in page
    assert '<pre class="doc" tabindex="0">one&#10;&#10;&lt;two&gt;</pre>' in page


def test_the_page_works_without_its_examples(entry, tmp_path):
    import applications

    page = applications.page(APPLICATIONS[NAME], entry, tmp_path / "nowhere")
    assert "## Examples" not in page and numbers_on(page)


def test_a_link_of_a_guide_to_the_results_leads_to_the_list_of_applications():
    from guides import turned

    text = turned("[applications](applications/README.md)", "tutorials/commands.md")
    assert text == "[applications](../applications/index.md)"


def test_the_front_page_links_to_the_applications_and_the_contents_have_them(monkeypatch):
    import content

    monkeypatch.setenv("SITE_RUN", "")
    text = content._index([], False, ["applications/index", "applications/a"])
    assert "(applications/index.md)" in text
    assert ":caption: Applications\n\napplications/index\napplications/a\n" in text


def missed_targets(table):
    """Application in words → the number of results below their target, in the first seed."""
    missed = {
        name.replace("-", " "): sum(not result.reached for result in entry.outcomes[0].results)
        for name, entry in table.items()
    }
    return {name: n for name, n in missed.items() if n}


def explained(text):
    """Application in words → its rows in the list of missed targets."""
    rows = [line.split("|")[1].strip().partition(",")[0] for line in text.splitlines()[2:]]
    return {name: rows.count(name) for name in rows}


def test_every_target_that_is_missed_is_explained():
    text = (COMMITTED / "missed.md").read_text(encoding="utf-8")
    assert explained(text) == missed_targets(read_table())


def test_the_claim_above_rejects_a_row_that_is_missing():
    text = (COMMITTED / "missed.md").read_text(encoding="utf-8")
    assert explained(text.rstrip().rpartition("\n")[0]) != missed_targets(read_table())
