// Python in a web worker: Pyodide, the library's own source, and runner.py. Everything comes from this site.
let runner;
let number; // of the request that Python works on

const reply = (message) => postMessage({ ...message, number });
const show = (kind, text) => reply({ kind, text });

async function boot({ root, packages }) {
  const started = performance.now();
  importScripts(root + "_static/pyodide/pyodide.js");
  const pyodide = await loadPyodide({
    indexURL: root + "_static/pyodide/",
    env: { MPLBACKEND: "agg", HOME: "/home/pyodide" },
    stdout: (line) => show("text", line + "\n"),
    stderr: (line) => show("text", line + "\n"),
  });
  await pyodide.loadPackage(packages, { messageCallback: () => {} }); // compares the hashes with its lock file
  const library = await fetch(root + "_static/library.zip");
  pyodide.FS.writeFile("library.zip", new Uint8Array(await library.arrayBuffer()));
  pyodide.runPython('import site, zipfile; zipfile.ZipFile("library.zip").extractall(site.getsitepackages()[0])');
  const code = await (await fetch(root + "_static/runner.py")).text();
  pyodide.FS.writeFile("runner.py", code);
  pyodide.runPython("import sys; sys.path.insert(0, '.')");
  runner = pyodide.pyimport("runner");
  return { seconds: (performance.now() - started) / 1000 };
}

const answers = {
  boot,
  run: ({ source }) => ({ passed: runner.run(source, show) }),
  check: ({ name, source }) => ({ passed: runner.check(name, source, show) }),
  call: ({ place, values }) => ({ result: runner.call(place, values) }),
};

onmessage = async ({ data }) => {
  number = data.number;
  try {
    reply({ kind: "done", ...(await answers[data.kind](data)) });
  } catch (problem) {
    reply({ kind: "failed", text: String(problem) });
  }
};
