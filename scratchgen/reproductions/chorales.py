"""Recurrent networks on the chorales of Bach: independent notes as in Chung et al., and RNN-NADE."""

from __future__ import annotations

from functools import partial

from scratchgen import rnn
from scratchgen.data import load_sequences
from scratchgen.optim import Adam
from scratchgen.random import Generator
from scratchgen.reproductions.reproduction import Measured, Part, Reproduction
from scratchgen.runs.early_stopping import EarlyStopping
from scratchgen.tasks import music
from scratchgen.tasks.task import OpenRun, configuration

EPOCHS, PATIENCE = 60, 15
SEEDS = 3
WEIGHT_NOISE = 0.075
NETWORKS = {"tanh": "A tanh network", "gru": "A GRU network", "lstm": "An LSTM network"}
NADE_UNITS, NADE_DROPOUT = 50, 0.2


def measure(
    seed: int,
    open_run: OpenRun,
    cell: str,
    hidden: int,
    learning_rate: float,
    batch_size: int = 1,
    weight_noise: float = 0.0,
    dropout: float = 0.0,
    nade: int = 0,
) -> Measured:
    """Train with early stopping, and score all three parts with the best weights."""
    chorales, rng = load_sequences("jsb-chorales"), Generator(seed)
    model = rnn.FrameModel(chorales.D, hidden, rng, cell=cell, dropout=dropout, nade=nade)
    how = {"epochs": EPOCHS, "batch_size": batch_size, "weight_noise": weight_noise}
    settings = {**how, "learning_rate": learning_rate}
    info = music.DataInfo(unit=chorales.unit, first=chorales.first)
    run = open_run(configuration(music.TASK, "jsb-chorales", chorales, settings, seed, model, info))
    run.stop_early(EarlyStopping("validation_nats", PATIENCE, higher_is_better=False))
    rnn.train_frames(
        model,
        chorales.train,
        chorales.validation,
        run,
        epochs=EPOCHS,
        batch_size=batch_size,
        optimizer=Adam(model.parameters(), learning_rate),
        rng=rng,
        weight_noise=weight_noise,
    )
    numbers = {
        "test": rnn.nats_per_frame(model, chorales.test),
        "validation": rnn.nats_per_frame(model, chorales.validation),
        "training": rnn.nats_per_frame(model, chorales.train),
        "parameters": sum(p.size for p in model.parameters()),
    }
    return run, model, numbers


def independent(
    cell: str, hidden: int, published: tuple[str, int], target: float, learning_rate: float
) -> Reproduction:
    """A row of the table of Chung et al., whose network had `published` nats and units."""
    nats, units = published
    how = partial(measure, cell=cell, hidden=hidden, learning_rate=learning_rate, weight_noise=WEIGHT_NOISE)
    return Reproduction(
        name=f"jsb-{cell}",
        title=f"{NETWORKS[cell]} on JSB chorales, nats per step of the test part",
        source="Chung, Gulcehre, Cho & Bengio (2014), table 2; the data: Boulanger-Lewandowski et al. (2012)",
        unit="nats per step",
        setting=(
            f"Quarter-note piano rolls of 88 keys, 229 / 76 / 77 chorales; one layer of {hidden} units, "
            "independent notes, about 20,000 parameters; one chorale per step, gradients clipped to norm 1, "
            f"weight noise of σ = {WEIGHT_NOISE}, at most {EPOCHS} epochs, early stopping with a "
            f"patience of {PATIENCE} epochs, and the best weights. A baseline of independent note frequencies "
            "costs 11.06."
        ),
        deviations=(
            f"{hidden} units instead of {units}: with 88 keys this gives about the same number of parameters.",
            f"Adam, α = {learning_rate:g} to 0 by half a cosine; the paper uses RMSProp with the best of "
            "ten random learning rates.",
            "Not stated in the paper and chosen here: one chorale per step, and the initial weights.",
        ),
        seeds=SEEDS,
        parts=(Part(cell, f"{hidden} units", nats, target, how),),
    )


JSB_TANH = independent("tanh", 79, ("9.10", 100), 9.1, 1e-3)
JSB_GRU = independent("gru", 42, ("8.54", 46), 8.6, 4e-3)
JSB_LSTM = independent("lstm", 34, ("8.67", 36), 8.7, 4e-3)

with_nade = partial(measure, nade=NADE_UNITS, dropout=NADE_DROPOUT, batch_size=8)

JSB_NADE = Reproduction(
    name="jsb-nade",
    title="Recurrent networks with a NADE as output, on JSB chorales, nats per step of the test part",
    source=(
        "Boulanger-Lewandowski, Bengio & Vincent (2012), RNN-NADE, where NADE without a network has 7.19; "
        "Krishnan, Shalit & Sontag (2017) quote 5.19 for it"
    ),
    unit="nats per step",
    setting=(
        f"Quarter-note piano rolls of 88 keys, 229 / 76 / 77 chorales; one layer, which sets the biases of a "
        f"NADE of {NADE_UNITS} units; 8 chorales per step, gradients clipped to norm 1, dropout of "
        f"{NADE_DROPOUT} before the output, at most {EPOCHS} epochs, early stopping with a patience of "
        f"{PATIENCE} epochs, and the best weights. Independent notes, as in jsb-gru and jsb-lstm, "
        "stay above 8: the difference is the information that the notes of a chord have about one another."
    ),
    deviations=(
        "Sizes and training are chosen here: Adam, α = 3e-3 (tanh) and 1e-2 (GRU), to 0 by half a cosine.",
        "The published network has tanh units; the second row has a GRU.",
    ),
    seeds=SEEDS,
    parts=(
        Part(
            "tanh",
            "tanh, 100 units",
            "5.56",
            7.0,
            partial(with_nade, cell="tanh", hidden=100, learning_rate=3e-3),
        ),
        Part(
            "gru", "GRU, 42 units", "5.56", 7.0, partial(with_nade, cell="gru", hidden=42, learning_rate=1e-2)
        ),
    ),
)
