// The worked examples of all equations, computed by Pyodide under node from the files of a built site.
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
from scratchgen.equations import EQUATIONS, TOLERANCE

wrong = []
for equation in EQUATIONS:
    try:
        error = equation.example.error(equation.example.live())
        if not error <= TOLERANCE:
            wrong.append(f"{equation.id} is {error:.3g} off")
    except Exception as problem:
        wrong.append(f"{equation.id}: {problem!r} at {traceback.extract_tb(problem.__traceback__)[-1]}")
[len(EQUATIONS), wrong]
`)
  .then(
    (found) => found.toJs(),
    (problem) => [0, [problem.message]],
  );
console.log(`${count} worked examples in Pyodide, ${wrong.length} with a problem`);
console.log(wrong.join("\n"));
process.exit(wrong.length ? 1 : 0);
