"""report.html of a run: scores, curves, samples, configuration, and the commands to use next."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from scratchgen.errors import BadInput
from scratchgen.runs import html
from scratchgen.runs.files import Unreadable, read_bytes, write_text
from scratchgen.runs.progress import duration
from scratchgen.runs.record import Record, read_record

LINES = 200  # of the log; metrics.jsonl has them all
CAPTIONS = {
    "samples": "samples of the model",
    "marginals": "columns of the table: training rows, and samples of the model (samples.csv)",
    "game": "the game, one player at a time: D(x), and the directions in which G must move its samples",
    "curves": "training, epoch by epoch",
    "judgements": "D of real and of generated examples, epoch by epoch",
    "gradients": "the norms of the gradients of both players, epoch by epoch",
    "diversity": "mean distance between samples, relative to that between real examples, epoch by epoch",
    "reconstructions": "held-out images (top) and their reconstructions (bottom)",
    **{f"attention_{k}": "attention weights of a translation, darkest at 1" for k in range(1, 5)},
    **{f"summary_attention_{k}": "attention weights of a summary, darkest at 1" for k in range(1, 5)},
    "terms": "the two terms of the bound, epoch by epoch",
    "networks": "the networks, with the shapes that an example of a few rows found; white boxes learn parameters",
    "forecast": "a forecast of held-out steps: the mean and 80 % of samples, and what came",
    "roll": "a sample of the model: time to the right, high notes on top",
    "states": "units over held-out text, and the feature of the text that each correlates with",
    "gates": "the gates over held-out text: shares nearly closed and nearly open, all values, and the first tokens",
    "gradient_norms": "norm of the derivative of the last h by the state k steps earlier (of an LSTM: h and c)",
    "eigenvalues": "the eigenvalues of the last layer's W_hh, epoch by epoch, and the unit circle",
    "sound": "samples of the model next to a real sound: waveform (top) and frequencies (bottom)",
    "prior": "code length under the prior, epoch by epoch",
    "aggregated_posterior": "held-out images in the latent space, and the prior",
    "latent_plane": "held-out images in the latent space, and images decoded from a grid of it",
    "interpolation": "interpolations between held-out images",
}
# of the VAEs, whose pictures show no draws of x
MEAN_CAPTIONS = {
    "samples": "samples of the model: means of p(x|z), no draws of x",
    "reconstructions": "held-out images (top) and their reconstructions, means of p(x|z) (bottom)",
    "latent_plane": "held-out images in the latent space, and means of p(x|z) for a grid of it",
    "interpolation": "interpolations between held-out images, means of p(x|z)",
}
# pictures that need the whole width
BROAD = ("networks", "latent_plane", "roll", "sound", "reconstructions", "interpolation", "gates")


def write_report(directory: Path) -> Path:
    """Write report.html from the other files of the run directory."""
    path = directory / "report.html"
    write_text(path, report(read_record(directory)))
    return path


def report(record: Record) -> str:
    """The page of a run, finished or not, as HTML."""
    samples = record.directory / "samples"
    text = samples / "text.txt"
    captions = CAPTIONS | (MEAN_CAPTIONS if record.config.family == "vae" else {})
    parts = (
        html.section("Scores", _scores(record)),
        html.section(
            "Pictures" if not text.exists() else "Pictures and text",
            html.pictures(
                html.picture(_content(file), caption, name in BROAD, file.suffix[1:])
                for name, caption in captions.items()
                for kind in ("png", "gif")
                if (file := samples / f"{name}.{kind}").exists()
            ),
            html.pictures(
                html.sound(_content(file), f"a sample of the model to listen to: {file.name}")
                for file in sorted(samples.glob("*.wav"))
            ),
            html.verbatim(_content(text).decode("utf-8", "replace")) if text.exists() else "",
        ),
        html.section("Commands", *_commands(record)),
        html.section("Data", html.table((), _loading(record))) if record.config.loading else "",
        html.section("Configuration", html.table((), _configuration(record))),
        html.section("Versions", html.table((), _origin(record))),
        _log(record),
    )
    config = record.config
    title = f"{config.task} on {config.data}" if config.data else "A run"
    return html.render_page(title, _subtitle(record), parts)


def _content(file: Path) -> bytes:
    try:
        return read_bytes(file)
    except Unreadable as problem:
        raise BadInput(f"{problem}; remove it") from None


def _subtitle(record: Record) -> str:
    done = len(record.epochs)
    words = [_epochs(done)]
    if record.timing:
        n = record.timing.sessions
        words.append(duration(record.timing.seconds) + (f" in {n} sessions" if n > 1 else ""))
    if record.epochs and (best := record.epochs[-1].get("best_epoch")):
        wanted = record.settings().get("epochs")
        early = "stopped early: " if isinstance(wanted, int) and done < wanted else ""
        words.append(f"{early}weights of epoch {best}")
    return " · ".join([*words, f"seed {record.config.seed}"])


def _scores(record: Record) -> str:
    if not record.scores:
        return ""
    rows = [
        (s.measure, s.ours, s.baseline, s.expected, html.outcome(s.reached) if s.expected else "")
        for s in record.scores
    ]
    notes = [html.note(s.advice) for s in record.scores if s.advice]
    return "\n".join([html.table(("measure", "this run", "baseline", "expected", ""), rows), *notes])


def _commands(record: Record) -> list[str]:
    directory, family = shlex.quote(str(record.directory)), record.config.family
    commands = {"made this run": record.config.command}
    if family:
        commands["samples from it"] = f"scratchgen sample {directory} {record.config.example}"
    if (
        family and not record.config.reproduction
    ):  # `scratchgen reproduce` alone has the data and all settings
        commands |= {
            "evaluates it in more detail": f"scratchgen evaluate {directory}",
            "resumes it, if it was interrupted": f"scratchgen train {family} --resume {directory}",
            "trains it further": f"scratchgen train {family} --resume {directory} --epochs +10",
            "trains again with the same settings": f"scratchgen train {family} --config {directory}",
        }
    return [f"<div>{what}</div>{html.verbatim(line)}" for what, line in commands.items() if line]


def _configuration(record: Record) -> list[tuple]:
    rows = [(name.replace("_", " "), value) for name, value in record.settings().items()]
    config = record.config
    if config.source and config.source != config.data:
        rows.append(("data from", config.source))
    if config.init_from:
        rows.append(("begun with the weights of", config.init_from))
    return [*rows, ("SHA-256 of the data", config.data_sha256)] if config.data_sha256 else rows


def _loading(record: Record) -> list[tuple]:
    """The rows of the report about the loaded data: their content, and changes."""
    try:
        return [(name, _found(value)) for name, value in record.config.loading.items()]
    except (TypeError, ValueError, KeyError) as error:  # a file that was edited may hold anything here
        config = record.directory / "config.json"
        raise BadInput(f"{config} is damaged (loading: {error!r}); restore it, or train again") from None


def _found(value: Any) -> Any:
    """One entry of the loading report in words."""
    if isinstance(value, dict) and "names" in value:
        return _names(value)
    if isinstance(value, dict):
        counts = value.items()
        return "; ".join(
            f"{n:,} {what}" if isinstance(n, int) else f"{what}: {_names(n)}" for what, n in counts
        )
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _names(found: dict[str, Any]) -> str:
    more = found["number"] - len(found["names"])
    return ", ".join(found["names"]) + (f" and {more:,} more" if more else "")


def _origin(record: Record) -> list[tuple]:
    rows: list[tuple] = list(record.config.versions.items())
    if git := record.config.git:
        changed = ", with uncommitted changes" if git.get("changed") else ""
        rows.append(("git commit", f"{git.get('commit')}{changed}"))
    return rows


def _log(record: Record) -> str:
    if not record.epochs:
        return ""
    names = list(dict.fromkeys(name for epoch in record.epochs for name in epoch))
    rows = [[_number(epoch.get(name, "")) for name in names] for epoch in record.epochs[-LINES:]]
    shown = f"the last {LINES} of " * (len(record.epochs) > LINES) + _epochs(len(record.epochs))
    headings = [name.replace("_", " ") for name in names]
    return html.folded(f"Log: {shown}", html.table(headings, rows))


def _epochs(count: int) -> str:
    return f"{count} epoch{'s' * (count != 1)}"


def _number(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)
