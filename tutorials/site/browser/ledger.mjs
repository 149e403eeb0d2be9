// The worked examples of all equations, computed by Pyodide under node from the files of a built site.
// node browser/ledger.mjs FOLDER
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadPyodide } from "pyodide";

const folder = resolve(process.argv[2]);
const pyodide = await loadPyodide({ indexURL: join(folder, "_static", "pyodide") });
await pyodide.loadPackage("numpy", { messageCallback: () => {} });
const library = readFileSync(join(folder, "_static", "library.zip"));
pyodide.unpackArchive(library, "zip", { extractDir: pyodide.runPython("import site; site.getsitepackages()[0]") });
const [count, wrong] = pyodide
  .runPython(`
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
  .toJs();
console.log(`${count} worked examples in Pyodide, ${wrong.length} with a problem`);
console.log(wrong.join("\n"));
process.exit(wrong.length ? 1 : 0);
