"""Run claims on a module in which a fault is planted; nothing on disk is changed.

    python planting.py < {"module": …, "text": …, "wrong": …, "claims": […], "only": …}

The module's own file is read when it is first imported, wherever it is installed, and the text is replaced on
its way into the interpreter. The last line of the output is
{"exit": pytest's status, "failed": [[claim, why], …]}.
"""

import json
import os
import sys
from importlib.machinery import PathFinder, SourceFileLoader

import pytest

request = json.load(sys.stdin)


class Planted(SourceFileLoader):
    """Loads a source file with one place of it changed, past the cache of compiled modules."""

    def get_code(self, fullname):
        source = self.get_source(fullname)
        if source.count(request["text"]) != 1:
            raise ImportError(
                f"{self.path} has {request['text']!r} not once, but {source.count(request['text'])} times"
            )
        return compile(
            source.replace(request["text"], request["wrong"]), self.path, "exec", dont_inherit=True
        )


class Finder:
    """Finds the one module that is to be changed, and leaves all others to Python."""

    def find_spec(self, name, path=None, target=None):
        if name != request["module"]:
            return None
        spec = PathFinder.find_spec(name, path)
        spec.loader = Planted(name, spec.origin)
        return spec


class Judge:
    """Keeps the claims, leaves out their planted counter-examples and what is slow, and notes what failed."""

    def __init__(self):
        self.failed = []

    def pytest_collection_modifyitems(self, config, items):
        from scratchgen.equations.locate import is_planted  # when the fault is in its place

        claims = [item for item in items if not is_planted(item.originalname)]
        items[:] = [item for item in claims if not item.get_closest_marker("slow")]

    def pytest_runtest_logreport(self, report):
        if report.failed and report.when == "call":
            crash = getattr(report.longrepr, "reprcrash", None)
            why = crash.message if crash else str(report.longrepr)
            self.failed.append((report.nodeid, why.partition("\n")[0]))


sys.meta_path.insert(0, Finder())
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # those that are installed take longer to load than we do
os.environ.pop("SCRATCHGEN_DATA", None)  # claims on real data take longer, and are not everywhere
judge = Judge()
options = ["-x", "-q", "-p", "no:cacheprovider", "-o", "addopts=", "--import-mode=importlib"]
options += ["-k", request["only"]] if request["only"] else []
status = pytest.main([*options, *request["claims"]], plugins=[judge])
print()
print(json.dumps({"exit": status, "failed": judge.failed}))
