"""pytest plug-in: write what became of each test as a line of JSON into the file that HIPS_OUTCOMES names."""

import json
import os
import traceback

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call" or report.outcome != "passed":
        error = call.excinfo.value if call.excinfo else None
        outcome = {
            "test": item.nodeid,
            "outcome": report.outcome,
            "error": type(error).__name__,
            "message": str(error),
            "files": [frame.filename for frame in traceback.extract_tb(error.__traceback__)] if error else [],
        }
        with open(os.environ["HIPS_OUTCOMES"], "a", encoding="utf-8") as file:
            print(json.dumps(outcome), file=file)
    return report
