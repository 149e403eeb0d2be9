"""Run HIPS autograd's own tests on scratchgen: a process in which `import autograd` imports the shim."""

import json
import os
import subprocess
import sys
from pathlib import Path

import scratchgen
import scratchgen_kernels

SHIM = Path(__file__).with_name("hips_shim")
TIMEOUT = 300  # seconds


def run(source, output, tests=("tests",), plugins=()):
    """Run tests of the unpacked release, and return one outcome per test, as `outcomes` writes them to `output`.

    plugins    pytest plug-ins for the process: files of Python
    """
    packages = [Path(package.__file__).parents[1] for package in (scratchgen, scratchgen_kernels)]
    path = [SHIM, *(plugin.parent for plugin in plugins), *packages]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment |= {
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "AUTOGRAD_SOURCE": str(source / "autograd"),
        "HIPS_OUTCOMES": str(output),
    }
    command = [
        sys.executable,
        "-P",
        "-m",
        "pytest",
        "-c",
        os.devnull,
        f"--rootdir={source}",
        "-q",
        "--tb=short",
    ]
    for plugin in ("no:cacheprovider", "outcomes", *(plugin.stem for plugin in plugins)):
        command += ["-p", plugin]
    process = subprocess.run(
        [*command, *tests], cwd=source, env=environment, capture_output=True, text=True, timeout=TIMEOUT
    )
    assert process.returncode in (0, 1), f"the tests could not be run: {process.stdout}{process.stderr}"
    with open(output, encoding="utf-8") as file:
        return [json.loads(line) for line in file]
