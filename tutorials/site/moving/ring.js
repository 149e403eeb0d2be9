// The GAN on a ring, played by the reader: single steps of D and G, sliders, and points drawn with the pointer.
movingPicture("ring", async ({ figure, stage, call, guarded, say }) => {
  const HALF = 3; // half the width of the picture, in units of the data
  const APART = 0.3; // between two centres that one stroke draws
  const RATES = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2];
  const GAMMAS = [0, 0.01, 0.1, 1, 10];
  const STEPS = matchMedia("(prefers-reduced-motion: reduce)").matches ? 200 : 10; // between two pictures
  let state, points, centres, ring, playing = false, speed = 0, cursor = [0, 0];

  const canvas = element("canvas", { tabIndex: 0 });
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", "Samples, data and D(x). Arrow keys move a cross, Enter adds a Gaussian there");
  const of = (values) => ({ text: (i) => `${values[i]}`, min: 0, max: values.length - 1, step: 1 });
  const rate = slider("learning rate", { ...of(RATES), value: 3 });
  const gamma = slider("γ of the R1 penalty", { ...of(GAMMAS), value: 2 });
  const press = (textContent, work) => element("button", { type: "button", textContent, onclick: guarded(work) });
  const play = press("Play", () => (playing ? pause() : run()));
  const steps = [press("Step D", () => take("D")), press("Step G", () => take("G"))];
  const reset = press("New networks", async () => show(await call("game.reset")));
  const clear = press("Clear data", () => {
    pause();
    canvas.classList.add("drawing");
    centres = [];
    show({ ...state, points: [], centres: [] });
  });
  const back = press("Ring", () => {
    canvas.classList.remove("drawing");
    centres = ring.slice();
    return send();
  });
  const row = (...children) => element("div", { className: "run-bar" }, ...children);
  const counter = element("dl", { className: "counter" });
  stage.append(canvas, element("div", { className: "panel" }, row(...steps, play), counter, rate.row, gamma.row,
    row(reset), row(clear, back)));
  const send = lastOnly(guarded(async () => show(await call("game.set_centres", centres))));

  const first = await call("game.reset");
  [centres, ring] = [first.centres, first.centres.slice()];
  show(first);
  drawAgain(canvas, draw);

  // --- steps ---------------------------------------------------------------------------------------------

  async function take(players) {
    pause();
    show(await call("game.step", players, 1, RATES[rate.value()], GAMMAS[gamma.value()]));
  }

  async function run() {
    playing = true;
    play.textContent = "Pause";
    say("plays");
    try {
      while (playing) {
        const started = performance.now();
        show(await call("game.step", "DG", STEPS, RATES[rate.value()], GAMMAS[gamma.value()]));
        await new Promise(requestAnimationFrame);
        const now = (1000 * STEPS) / (performance.now() - started);
        speed = speed ? 0.9 * speed + 0.1 * now : now;
      }
    } finally {
      pause();
    }
  }

  function pause() {
    [playing, speed] = [false, 0];
    play.textContent = "Play";
    if (state) show(state);
  }

  function show(next) {
    if (next !== state && next.points) points = next.points;
    state = figure.state = next;
    for (const button of [...steps, play, reset]) button.disabled = !centres.length;
    const { steps: count, near, reached } = state;
    const values = {
      "steps of D": count.D,
      "steps of G": count.G,
      "steps per second": speed ? speed.toFixed(0) : "–",
      "samples near a centre": centres.length ? `${(100 * near).toFixed(0)} %` : "–",
      "centres with a sample": centres.length ? `${reached} of ${centres.length}` : "–",
    };
    counter.replaceChildren(...Object.entries(values).map(([name, value]) =>
      element("div", {}, element("dt", { textContent: name }), element("dd", { textContent: value }))));
    if (!playing)
      say(centres.length ? `${count.D} steps of D, ${count.G} of G; ${values["samples near a centre"]} of the samples ` +
        "are near a centre" : "There are no data: draw some into the picture.");
    draw();
  }

  // --- the picture ----------------------------------------------------------------------------------------

  function draw() {
    const size = canvas.clientWidth;
    const ratio = devicePixelRatio || 1;
    canvas.width = canvas.height = size * ratio;
    const style = getComputedStyle(figure);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const x = (value) => ((value + HALF) / (2 * HALF)) * size;
    const y = (value) => size - x(value);
    const unit = size / (2 * HALF);

    surface(pen, size, ["fake", "undecided", "real"].map(colour));
    pen.fillStyle = colour("ink");
    pen.globalAlpha = 0.5;
    for (const [a, b] of points) pen.fillRect(x(a) - 1, y(b) - 1, 2, 2);
    pen.globalAlpha = 1;
    pen.strokeStyle = colour("ink");
    state.samples.forEach(([a, b], i) => arrow(pen, x(a), y(b), ...state.arrows[i].map((part) => 0.4 * part * unit)));
    pen.fillStyle = colour("accent");
    pen.strokeStyle = colour("edge");
    for (const [a, b] of state.samples) {
      pen.beginPath();
      pen.arc(x(a), y(b), 3.5, 0, 7);
      pen.fill();
      pen.stroke();
    }
    if (document.activeElement === canvas) {
      pen.strokeStyle = colour("ink");
      pen.strokeRect(x(cursor[0]) - 5, y(cursor[1]) - 5, 10, 10);
    }
  }

  // From (x, y) by u to the right and v upwards, with a head.
  function arrow(pen, x, y, u, v) {
    const [end, angle] = [[x + u, y - v], Math.atan2(-v, u)];
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(...end);
    for (const turn of [2.6, -2.6]) {
      pen.moveTo(...end);
      pen.lineTo(end[0] + 5 * Math.cos(angle + turn), end[1] + 5 * Math.sin(angle + turn));
    }
    pen.stroke();
  }

  // D(x) at the points of a grid, blended between them.
  function surface(pen, size, colours) {
    const side = Math.sqrt(state.surface.length);
    const small = element("canvas", { width: side, height: side });
    const brush = small.getContext("2d");
    const pixels = brush.createImageData(side, side);
    const [fake, undecided, real] = colours.map((one) => [1, 3, 5].map((at) => parseInt(one.slice(at, at + 2), 16)));
    state.surface.forEach((d, i) => {
      const [from, to, share] = d < 0.5 ? [fake, undecided, 2 * d] : [undecided, real, 2 * d - 1];
      const place = 4 * ((side - 1 - Math.floor(i / side)) * side + (i % side));
      for (const k of [0, 1, 2]) pixels.data[place + k] = from[k] + share * (to[k] - from[k]);
      pixels.data[place + 3] = 255;
    });
    brush.putImageData(pixels, 0, 0);
    const step = size / (side - 1);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(small, -step / 2, -step / 2, size + step, size + step);
  }

  // --- the reader's own data -------------------------------------------------------------------------------

  function add(place) {
    centres.push(place.map((value) => Math.max(-HALF, Math.min(HALF, value))));
    send();
  }

  canvas.onpointerdown = canvas.onpointermove = (event) => {
    if (!(event.buttons & 1)) return;
    const box = canvas.getBoundingClientRect();
    const place = [event.clientX - box.left, box.bottom - event.clientY].map((v) => (2 * HALF * v) / box.width - HALF);
    const last = centres.at(-1);
    if (event.type === "pointerdown" || !last || Math.hypot(place[0] - last[0], place[1] - last[1]) > APART) add(place);
  };
  canvas.onfocus = canvas.onblur = draw;
  canvas.onkeydown = (event) => {
    const move = { ArrowLeft: [-0.2, 0], ArrowRight: [0.2, 0], ArrowUp: [0, 0.2], ArrowDown: [0, -0.2] }[event.key];
    if (event.key === "Enter") add(cursor);
    else if (move) cursor = cursor.map((value, i) => Math.max(-HALF, Math.min(HALF, value + move[i])));
    else return;
    event.preventDefault();
    draw();
  };
});
