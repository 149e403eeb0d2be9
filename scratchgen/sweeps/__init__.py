"""Sweeps: many trainings of one task, over settings and seeds.

    file.py         a sweep file: the settings that vary, and the score that decides
    draws.py        random settings from ranges
    plan.py         the trials of a file, all checked before the first begins
    process.py      a training that ends with the process that started it
    trial.py        one trial: a training in a process of its own, retried once
    local.py        trials in processes of this machine
    dask.py         trials on the workers of a Dask cluster
    dask_processes.py    a Dask cluster in processes of this machine
    directory.py    the directory of a sweep: its trials, each a run directory, and which are finished
    results.py      scores by settings, mean ± standard error over seeds
    progress.py     the state of the trials, on the screen
    report.py       report.html: best settings, scores, curves

`scratchgen sweep FILE.toml` runs one.
"""
