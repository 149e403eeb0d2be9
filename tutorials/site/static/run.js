// "Run here": buttons at the cells of a page. Python starts in a worker at the first click, and Stop ends it.
const cells = [...document.querySelectorAll("div.cell:has(.cell_input), div.run")].map(makeCell);
let running = null; // the cell that runs

function makeCell(place) {
  const pre = place.querySelector("pre");
  const cell = { place, pre, area: null, ran: false, exercise: place.dataset.exercise };
  cell.button = element("button", { type: "button", textContent: cell.exercise ? "Check" : "Run", onclick: () => press(cell) });
  cell.edit = element("button", { type: "button", textContent: "Edit", onclick: () => edit(cell) });
  cell.status = element("span", { className: "run-status" });
  cell.status.setAttribute("role", "status");
  cell.output = element("div", { className: "run-output" });
  const bar = element("div", { className: "run-bar" }, cell.button, cell.edit, cell.status);
  (place.querySelector(".cell_input") || pre.parentElement).after(bar, cell.output);
  if (cell.exercise) edit(cell);
  return cell;
}

function source(cell) {
  return cell.area ? cell.area.value : cell.pre.textContent;
}

// The code becomes a text field, once; Tab keeps its meaning for those who use the keyboard alone.
function edit(cell) {
  const text = cell.pre.textContent.replace(/\n$/, "");
  cell.area = element("textarea", { value: text, rows: text.split("\n").length + 1, spellcheck: false });
  cell.area.setAttribute("aria-label", "Python code of this cell");
  cell.area.oninput = () => (cell.ran = false);
  cell.pre.replaceWith(cell.area);
  cell.edit.remove();
  cell.area.focus({ preventScroll: true });
}

// Run a cell and those above it that have not run yet, or stop what runs.
async function press(cell) {
  if (running) return stop();
  cell.ran = false;
  const upTo = cell.exercise ? [cell] : cells.slice(0, cells.indexOf(cell) + 1);
  for (const next of upTo.filter((one) => !one.ran)) if (!(await run(next))) break;
}

async function run(cell) {
  running = cell;
  cell.output.replaceChildren();
  cell.button.textContent = "Stop";
  try {
    if (!python.ready) cell.status.textContent = "Python starts …";
    await python.start();
    cell.status.textContent = "runs …";
    const started = performance.now();
    const message = cell.exercise ? { kind: "check", name: cell.exercise } : { kind: "run" };
    const done = await python.ask({ ...message, source: source(cell) }, (data) => show(cell, data));
    cell.ran = done.passed;
    cell.place.classList.add("ran");
    const seconds = ((performance.now() - started) / 1000).toFixed(2);
    cell.status.textContent = `${done.passed ? "done" : "failed"} in your browser, ${seconds} s`;
    return done.passed;
  } catch (problem) {
    cell.status.textContent = problem.message;
    return false;
  } finally {
    running = null;
    cell.button.textContent = cell.exercise ? "Check" : "Run";
  }
}

function stop() {
  for (const cell of cells) cell.ran = false;
  python.stop("stopped; the next run begins at the first cell");
}

function show(cell, { kind, text }) {
  if (kind === "png") {
    cell.output.append(element("img", { src: `data:image/png;base64,${text}`, alt: "Picture drawn by this cell" }));
  } else if (kind === "html") {
    cell.output.append(element("div", { innerHTML: text }));
  } else {
    const end = cell.output.lastElementChild;
    const pre = end && end.matches(`pre.${kind}`) ? end : element("pre", { className: kind, tabIndex: 0 });
    if (pre !== end) cell.output.append(pre);
    pre.append(text);
  }
}
