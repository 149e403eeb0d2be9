// The worked examples of all equations and the checks of all exercises, by Pyodide under node from a built site.
// node browser/ledger.mjs FOLDER
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadPyodide } from "pyodide";

const folder = resolve(process.argv[2]);
const pyodide = await loadPyodide({ indexURL: join(folder, "_static", "pyodide") });
await pyodide.loadPackage(["numpy", "scikit-learn"], { messageCallback: () => {} });
pyodide.FS.writeFile("library.zip", new Uint8Array(readFileSync(join(folder, "_static", "library.zip"))));
pyodide.runPython('import site, zipfile; zipfile.ZipFile("library.zip").extractall(site.getsitepackages()[0])');
const [count, wrong] = await pyodide
  .runPythonAsync(`
import traceback
from importlib.util import find_spec
from scratchgen.equations import EQUATIONS, TOLERANCE

wrong = []
for equation in EQUATIONS:
    try:
        error = equation.example.error(equation.example.live())
        if not error <= TOLERANCE:
            wrong.append(f"{equation.id} is {error:.3g} off")
    except Exception as problem:
        wrong.append(f"{equation.id}: {problem!r} at {traceback.extract_tb(problem.__traceback__)[-1]}")
if find_spec("scratchgen.exercises"):
    from scratchgen import exercises

    for name in exercises.names():
        one = exercises.get(name)
        wrong += [f"the stub of {name} passes"] if exercises.check(name, one.stub).passed else []
        solved = exercises.check(name, one.solution)
        wrong += [] if solved.passed else [f"the solution of {name}: {solved.message}"]
[len(EQUATIONS), wrong]
`)
  .then(
    (found) => found.toJs(),
    (problem) => [0, [problem.message]],
  );
console.log(`${count} worked examples in Pyodide, ${wrong.length} with a problem`);
console.log(wrong.join("\n"));
process.exit(wrong.length ? 1 : 0);
