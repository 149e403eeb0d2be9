// The common part of the moving pictures: a button that starts one, its controls, and a line for its message.
// A picture calls movingPicture(name, begin). Until its button is pressed, its still is shown.
function movingPicture(name, begin) {
  const figure = document.querySelector(`figure[data-moving="${name}"]`);
  const still = figure.firstElementChild;
  let worker; // the Python that holds the state of the picture

  const button = element("button", { type: "button", textContent: "Move this picture", onclick: start });
  const status = element("span", { className: "run-status" });
  status.setAttribute("role", "status");
  const bar = element("div", { className: "run-bar" }, button, status);
  figure.append(bar);

  async function start() {
    status.textContent = python.ready ? "" : "Python starts …";
    try {
      await python.start();
      worker = python.worker;
      const stage = element("div", { className: "stage" });
      await begin({ figure, stage, call, guarded, say });
      still.replaceWith(stage);
      button.remove();
      stage.querySelector("input, button").focus({ preventScroll: true });
    } catch (problem) {
      say(problem);
    }
  }

  // Call a function of the picture's module with numbers and lists.
  async function call(place, ...values) {
    if (python.worker !== worker) throw new Error("Python was stopped.");
    const message = { kind: "call", place: `${name}.${place}`, values: JSON.stringify(values) };
    return JSON.parse((await python.ask(message)).result);
  }

  // An error of Python ends with its kind and its message.
  function say(problem) {
    const line = problem.message ? problem.message.trim().split("\n").pop().replace(/^[\w.]+: /, "") : problem;
    if (status.textContent !== line) status.textContent = line;
  }

  // A function that shows its error. If Python was stopped, the still returns, with its button.
  function guarded(work) {
    return async (...values) => {
      try {
        return await work(...values);
      } catch (problem) {
        if (python.worker === worker) return say(problem);
        bar.prepend(button);
        figure.replaceChildren(still, bar);
        say("Python was stopped; the picture begins anew.");
      }
    };
  }
}

// A labelled slider. text(value) is how its value is shown, and read aloud.
function slider(label, { min, max, step, value, text, onchange }) {
  const input = element("input", { type: "range", min, max, step });
  input.value = value;
  const shown = element("output");
  shown.setAttribute("aria-live", "off"); // the slider reads its value aloud itself
  const show = () => {
    shown.textContent = text(Number(input.value));
    input.setAttribute("aria-valuetext", shown.textContent);
  };
  input.oninput = () => {
    show();
    onchange?.();
  };
  show();
  const row = element("label", { className: "slider" }, element("span", { textContent: label }), input, shown);
  return { row, value: () => Number(input.value) };
}

// A function that works for the last call alone if several come while it works.
function lastOnly(work) {
  let busy = false;
  let again = false;
  return async () => {
    again = true;
    if (busy) return;
    busy = true;
    while (again) {
      again = false;
      await work();
    }
    busy = false;
  };
}

// Draw again when the width or the colours of the page change.
function drawAgain(place, draw) {
  new ResizeObserver(draw).observe(place);
  new MutationObserver(draw).observe(document.body, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}
