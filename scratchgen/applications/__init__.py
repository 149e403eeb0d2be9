"""Applications of generative models, each with data, a training, baselines, and results to look at or listen to.

    application.py    an application, its results, and a run of it over one or more seeds
    catalogue.py      all applications by name
    report.py         report.html: results, examples, commands
    conditions.py     training images of a condition: baselines, and checks before a training
    table.py          the committed results of full runs, from which the site makes a page per application

`scratchgen app run NAME` runs one. Each application is one file, a short script over `scratchgen.tasks`.
"""
