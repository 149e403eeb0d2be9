"""Applications of generative models, each with data, a training, baselines, and results to look at or listen to.

    application.py    an application, its results, and a run of it over one or more seeds
    catalogue.py      all applications by name
    report.py         report.html: results, examples, commands

`scratchgen app run NAME` runs one. Each application is one file, a short script over `scratchgen.tasks`.
"""
