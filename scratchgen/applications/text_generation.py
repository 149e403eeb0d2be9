"""Text generation: an LSTM writes text in the manner of a book, character by character."""

from __future__ import annotations

from typing import Any

from scratchgen.applications.application import Application, Job, Outcome, Result, Shown
from scratchgen.applications.ranks import best_median_worst
from scratchgen.evaluation import bits_per_character, distinct_n, longest_copied_run
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.rnn import LanguageModel, generate, log_prob
from scratchgen.runs.files import write_text
from scratchgen.tasks import text as text_task

MARGIN = 0.15  # bits per character below the best n-gram model
CHARACTERS, TEMPERATURE = 10_000, 0.7
SAMPLES, EXCERPT = 9, 600  # samples of the report, ranked by their likelihood, and their characters
FULL = {
    "cell": "lstm",
    "hidden": 384,
    "dropout": 0.4,
    "epochs": 12,
    "batch_size": 32,
    "bptt_steps": 100,
    "learning_rate": 3e-3,
}
QUICK: dict[str, Any] = {"cell": "lstm", "hidden": 96, "epochs": 1}


def carry_out(job: Job) -> Outcome:
    """Train on the text, and compare bits per character, distinct-n and copied runs with n-grams and held-out text."""
    model, text, settings = job.train("text", **(QUICK if job.quick else FULL))
    bits, *_, ngram = text_task.evaluate(model, text, settings, "test", Generator(HELD_OUT_SEED), None)
    held_out = "".join(text.test[:CHARACTERS])
    prompt = text_task.first_prompt(model.tokenizer)
    sample = model.generate(prompt, len(held_out), TEMPERATURE, Generator(HELD_OUT_SEED))[len(prompt) :]
    train = "".join(text.train[:])
    copied, copied_real = longest_copied_run(sample, train), longest_copied_run(held_out, train)

    best = ngram.number("baseline_value")
    results = [
        Result(
            measure=bits.measure,
            ours=bits.number(),
            baselines={"best n-gram model, order ≤ 5": best},
            target=best - MARGIN,
            rule=f"{MARGIN} below the n-gram model",
            higher_is_better=False,
            digits=3,
        ),
        *(
            Result(
                measure=f"distinct-{n} of words, in {len(sample):,} characters",
                ours=distinct_n(sample, n),
                real=distinct_n(held_out, n),
                digits=3,
            )
            for n in (1, 2, 3)
        ),
        Result(
            measure=f"longest run copied from the training text, of {len(sample):,} characters",
            ours=len(copied),
            real=len(copied_real),
            higher_is_better=False,
            digits=0,
        ),
    ]
    path, run_shown = job.show("copied.txt", "the longest run that the sample shares with the training text")
    write_text(path, copied)
    return Outcome(results=results, shown=[*_ranked(model, job), run_shown])


def _ranked(model: LanguageModel, job: Job) -> list[Shown]:
    """The most likely, the median and the least likely of some samples, by bits per character of the model itself."""
    prompt, rng = text_task.first_prompt(model.tokenizer), Generator(HELD_OUT_SEED)
    texts = generate(model, [prompt] * SAMPLES, EXCERPT, rng, temperature=TEMPERATURE)
    bits = [bits_per_character(log_prob(model, model.tokenizer.encode(text))) for text in texts]
    shown = []
    for name, i in best_median_worst([-bits_of_one for bits_of_one in bits]):
        caption = f"{name} of {SAMPLES} samples by likelihood: {bits[i]:.2f} bits per character"
        path, entry = job.show(f"{name}.txt", caption)
        write_text(path, texts[i][len(prompt) :])
        shown.append(entry)
    return shown


TEXT_GENERATION = Application(
    name="text-generation",
    title="An LSTM writes text in the manner of a book",
    about=(
        "An LSTM of 384 units reads the first 90 % of tiny Shakespeare (1,115,394 characters) and predicts each "
        "character from those before it. It is judged on the last 5 %, which no choice has seen, by bits per "
        "character, compared with the n-gram model of order ≤ 5 that is best on the validation part. Its samples, "
        f"at temperature {TEMPERATURE}, are judged by the share of distinct n-grams of words and by the longest run "
        "that they copy, compared with held-out text of the same length."
    ),
    data=("tinyshakespeare",),
    quick_data=("stdlib",),
    on="a text file or a folder of texts",
    carry_out=carry_out,
    seeds=3,
)
