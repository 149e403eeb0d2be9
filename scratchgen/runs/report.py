"""report.html of a run: scores, curves, samples, configuration, and the commands that lead on."""

from __future__ import annotations

import shlex
from pathlib import Path

from scratchgen.runs import html
from scratchgen.runs.files import write_text
from scratchgen.runs.progress import duration
from scratchgen.runs.record import Record, read_record

LINES = 200  # of the log; metrics.jsonl has them all
CAPTIONS = {
    "samples": "drawn from the model",
    "game": "the game, one player at a time: what D says, and where G is told to move its samples",
    "curves": "training, epoch by epoch",
    "judgements": "what D says of real and of generated examples, epoch by epoch",
    "gradients": "the norms of the gradients of both players, epoch by epoch",
    "diversity": "how far samples are apart, real examples being at 1, epoch by epoch",
    "reconstructions": "held-out images above, and what the model makes of them below",
    **{f"attention_{k}": "where the model looks as it translates, darkest at 1" for k in range(1, 5)},
    "terms": "the two terms of the bound, epoch by epoch",
    "roll": "drawn from the model: time to the right, high notes on top",
    "states": "units over held-out text: what goes with them there, and how closely",
    "gates": "the gates over held-out text: steps nearly closed and open, all values, and the first symbols",
    "gradient_norms": "how much the state k steps before moves the last h; the state of an LSTM is h and c",
    "eigenvalues": "the eigenvalues of the last layer's W_hh, epoch by epoch, and the unit circle",
    "sound": "drawn from the model, beside a real one: the waveform above, its frequencies below",
    "prior": "what the codes cost under their prior, epoch by epoch",
    "aggregated_posterior": "held-out images in the latent space, and the prior",
    "latent_plane": "where the images lie in the latent space, and what is decoded there",
    "interpolation": "from one held-out image to another",
}
# pictures that need the whole width
BROAD = ("latent_plane", "roll", "sound", "reconstructions", "interpolation", "gates")


def write_report(directory: Path) -> Path:
    """Write report.html from what else is in the run directory."""
    path = directory / "report.html"
    write_text(path, report(read_record(directory)))
    return path


def report(record: Record) -> str:
    """The page."""
    samples = record.directory / "samples"
    text = samples / "text.txt"
    parts = (
        html.section("Scores", _scores(record)),
        html.section(
            "Pictures" if not text.exists() else "Pictures and text",
            html.pictures(
                html.picture(file.read_bytes(), caption, name in BROAD, file.suffix[1:])
                for name, caption in CAPTIONS.items()
                for kind in ("png", "gif")
                if (file := samples / f"{name}.{kind}").exists()
            ),
            html.pictures(
                html.sound(file.read_bytes(), f"drawn from the model, to hear: {file.name}")
                for file in sorted(samples.glob("*.wav"))
            ),
            html.verbatim(text.read_text(encoding="utf-8")) if text.exists() else "",
        ),
        html.section("Commands", *_commands(record)),
        html.section("Configuration", html.table((), _configuration(record))),
        html.section("Made with", html.table((), _origin(record))),
        _log(record),
    )
    title = f"{record.kind.upper()} on {record.config['data']}"
    return html.page(title, _subtitle(record), parts)


def _subtitle(record: Record) -> str:
    done = len(record.epochs)
    words = [f"{done} epoch{'s' * (done != 1)}"]
    if record.timing:
        sittings = record.timing["sittings"]
        words.append(
            duration(record.timing["seconds"]) + (f" in {sittings} sittings" if sittings > 1 else "")
        )
    if record.epochs and (best := record.epochs[-1].get("best_epoch")):
        early = "stopped early: " if done < record.settings().get("epochs", done) else ""
        words.append(f"{early}weights of epoch {best}")
    return " · ".join([*words, f"seed {record.config.get('seed')}"])


def _scores(record: Record) -> str:
    if not record.scores:
        return ""
    names = ("measure", "ours", "baseline", "expected")
    rows = [
        [*(score[name] for name in names), html.verdict(score["reached"]) if score["expected"] else ""]
        for score in record.scores
    ]
    return html.table(("measure", "this run", "to compare with", "to expect", ""), rows)


def _commands(record: Record) -> list[str]:
    directory, kind = shlex.quote(str(record.directory)), record.kind
    n, file = (500, "sample.txt") if kind == "rnn" else (64, "samples.png")
    if "unit" in record.config:
        n, file = 64, "sample.mid"
    if "rate" in record.config:
        n, file = 200, "sample.wav"
    if "vocabularies" in record.config["model"]:
        draws = f"scratchgen sample {directory} --prompt TEXT --out attention.png"
    else:
        draws = f"scratchgen sample {directory} -n {n} --out {file}"
    commands = {
        "made it": record.config.get("command"),
        "draws from it": draws,
        "measures it again, and more closely": f"scratchgen evaluate {directory}",
        "goes on, if it was interrupted": f"scratchgen train {kind} --resume {directory}",
        "trains with the same settings again": f"scratchgen train {kind} --config {directory}",
    }
    return [f"<div>{what}</div>{html.verbatim(line)}" for what, line in commands.items() if line]


def _configuration(record: Record) -> list[tuple]:
    rows = [(name.replace("_", " "), value) for name, value in record.settings().items()]
    source, digest = record.config.get("source"), record.config.get("data_sha256")
    if source and source != record.config["data"]:
        rows.append(("data from", source))
    return [*rows, ("SHA-256 of the data", digest)] if digest else rows


def _origin(record: Record) -> list[tuple]:
    rows = list(record.config.get("versions", {}).items())
    if git := record.config.get("git"):
        changed = ", with changes that are not committed" if git["changed"] else ""
        rows.append(("git commit", git["commit"] + changed))
    return rows


def _log(record: Record) -> str:
    if not record.epochs:
        return ""
    names = list(dict.fromkeys(name for epoch in record.epochs for name in epoch))
    rows = [[_number(epoch.get(name, "")) for name in names] for epoch in record.epochs[-LINES:]]
    shown = f"the last {LINES} of {len(record.epochs)}" if len(record.epochs) > LINES else len(record.epochs)
    headings = [name.replace("_", " ") for name in names]
    return html.folded(f"Log: {shown} epochs", html.table(headings, rows))


def _number(value) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)
