// Python in a web worker: Pyodide, the library's own source, and runner.py. Everything comes from this site.
let runner;

async function boot({ root, packages }) {
  const started = performance.now();
  importScripts(root + "_static/pyodide/pyodide.js");
  const pyodide = await loadPyodide({
    indexURL: root + "_static/pyodide/",
    env: { MPLBACKEND: "agg", HOME: "/home/pyodide" },
    stdout: (line) => postMessage({ kind: "text", text: line + "\n" }),
    stderr: (line) => postMessage({ kind: "text", text: line + "\n" }),
  });
  await pyodide.loadPackage(packages, { messageCallback: () => {} }); // compares the hashes with its lock file
  const library = await fetch(root + "_static/library.zip");
  pyodide.FS.writeFile("library.zip", new Uint8Array(await library.arrayBuffer()));
  pyodide.runPython('import site, zipfile; zipfile.ZipFile("library.zip").extractall(site.getsitepackages()[0])');
  const code = await (await fetch(root + "_static/runner.py")).text();
  pyodide.FS.writeFile("runner.py", code);
  pyodide.runPython("import sys; sys.path.insert(0, '.')");
  runner = pyodide.pyimport("runner");
  postMessage({ kind: "ready", seconds: (performance.now() - started) / 1000 });
}

const show = (kind, text) => postMessage({ kind, text });

onmessage = async ({ data }) => {
  try {
    if (data.kind === "boot") await boot(data);
    else if (data.kind === "run") postMessage({ kind: "done", passed: runner.run(data.source, show) });
    else if (data.kind === "check") postMessage({ kind: "done", passed: runner.check(data.name, data.source, show) });
  } catch (problem) {
    postMessage({ kind: "failed", text: String(problem) });
  }
};
