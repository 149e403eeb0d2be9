"""Run claims on a module in which a fault is planted; nothing on disk is changed.

    python planting.py < requests    one per line:
    {"module": …, "text": …, "wrong": …, "claims": […], "only": …, "output": file}

The text is replaced while the module's own file is imported, wherever it is installed. Each request runs in a new
process, forked from this one, which has imported what claims need of other packages, but nothing of ours. The last
line of a request's output is {"exit": pytest's status, "failed": [[claim, why], …]}; then this process prints a line.
"""

import gc
import json
import os
import signal
import sys
import tempfile

# imported once for all requests
import hypothesis  # noqa: F401
import numpy  # noqa: F401
import pytest
import rich.console  # noqa: F401
import scipy.special
import scipy.stats  # noqa: F401
from finder import Finder  # of this folder, which the script is in

TIME_LIMIT = 300  # seconds per request


class Judge:
    """Keeps the claims, leaves out planted counter-examples and slow tests, and records the failures."""

    def __init__(self):
        self.failed = []

    def pytest_collection_modifyitems(self, config, items):
        from scratchgen.equations.locate import is_planted  # only after the fault is planted

        claims = [item for item in items if not is_planted(item.originalname)]
        items[:] = [item for item in claims if not item.get_closest_marker("slow")]

    def pytest_runtest_logreport(self, report):
        if report.failed and report.when == "call":
            crash = getattr(report.longrepr, "reprcrash", None)
            why = crash.message if crash else str(report.longrepr)
            self.failed.append((report.nodeid, why.partition("\n")[0]))


def judge(request):
    """The verdict of the claims on a fault, in a process that has imported nothing of ours so far."""
    ours = [name for name in sys.modules if name.startswith("scratchgen")]
    assert not ours, f"imported before the fault was planted: {ours}"
    sys.meta_path.insert(0, Finder(request["module"], request["text"], request["wrong"]))
    judge = Judge()
    options = ["-x", "-q", "-p", "no:cacheprovider", "-o", "addopts=", "--import-mode=importlib"]
    options += ["-k", request["only"]] if request["only"] else []
    status = pytest.main([*options, *request["claims"]], plugins=[judge])
    return {"exit": status, "failed": judge.failed}


if __name__ == "__main__":
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = (
        "1"  # installed plugins take longer to load than the claims
    )
    os.environ.pop("SCRATCHGEN_DATA", None)  # claims on real data take longer, and are not everywhere
    gc.freeze()  # a new process need not search what is imported here for garbage
    with tempfile.TemporaryDirectory() as folder:
        sys.pycache_prefix = sys.pycache_prefix or folder  # a module is compiled once for all requests
        sys.dont_write_bytecode = False
        for line in sys.stdin:
            request = json.loads(line)
            child = os.fork()
            if not child:
                signal.alarm(TIME_LIMIT)
                output = os.open(request["output"], os.O_WRONLY | os.O_TRUNC)
                os.dup2(output, 1)
                os.dup2(output, 2)
                print("\n" + json.dumps(judge(request)), flush=True)
                os._exit(0)
            os.waitpid(child, 0)
            print("done", flush=True)
