// All cells of pages, run by Pyodide under node from a built site: node browser/pages.mjs FOLDER [PAGE …]
// A page's assertions are its checks; a cell that fails is named with its error.
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadPyodide } from "pyodide";

const folder = join(resolve(process.argv[2]), "_static");
const all = readdirSync(join(folder, "notebooks")).filter((name) => name.endsWith(".ipynb"));
const wanted = process.argv.slice(3);
let failed = 0;
for (const name of all.filter((one) => !wanted.length || wanted.includes(one.replace(".ipynb", "")))) {
  const pyodide = await loadPyodide({ indexURL: join(folder, "pyodide"), env: { MPLBACKEND: "agg", HOME: "/home/pyodide" },
    stdout: () => {}, stderr: () => {} });
  await pyodide.loadPackage(["numpy", "matplotlib", "scikit-learn"], { messageCallback: () => {} });
  pyodide.FS.writeFile("library.zip", new Uint8Array(readFileSync(join(folder, "library.zip"))));
  pyodide.FS.writeFile("runner.py", readFileSync(join(folder, "runner.py"), "utf8"));
  pyodide.runPython('import site, sys, zipfile; zipfile.ZipFile("library.zip").extractall(site.getsitepackages()[0])');
  pyodide.runPython("sys.path.insert(0, '.')");
  const runner = pyodide.pyimport("runner");
  const { cells } = JSON.parse(readFileSync(join(folder, "notebooks", name), "utf8"));
  const sources = cells.filter((cell) => cell.cell_type === "code").map((cell) => [].concat(cell.source).join(""));
  const started = performance.now();
  let pictures = 0;
  for (const [number, source] of sources.entries()) {
    let error = "";
    const show = (kind, text) => {
      if (kind === "error") error = text;
      if (kind === "png" || kind === "html") pictures += 1;
    };
    if (!runner.run(source, show)) {
      console.log(`${name}, cell ${number + 1} of ${sources.length}:\n${error}`);
      failed += 1;
      break;
    }
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`${name}: ${sources.length} cells, ${pictures} pictures, ${seconds} s`);
}
process.exit(failed ? 1 : 0);
