// The evidence lower bound for a q of the reader's: two sliders, the densities, and the bound next to the evidence.
movingPicture("elbo", async ({ figure, stage, call, guarded, say }) => {
  const LEFT = -8; // nats at the left end of the bar
  const minus = (number, digits) => number.toFixed(digits).replace("-", "−");
  const model = await call("model");
  let state;

  const update = lastOnly(guarded(async () => {
    const q = { mu: mu.value(), sigma: sigma.value() };
    state = figure.state = { ...q, ...(await call("bound", q.mu, q.sigma)) };
    draw();
    say(`evidence ${minus(model.evidence, 4)} = ELBO ${minus(state.elbo, 4)} + gap ${minus(state.gap, 4)} nats`);
  }));
  const text = (value) => minus(value, 2);
  const mu = slider("μ, the mean of q", { min: -2, max: 3, step: 0.05, value: 0, text, onchange: update });
  const sigma = slider("σ, its standard deviation", { min: 0.3, max: 2, step: 0.05, value: 1, text, onchange: update });
  const drawing = element("div", { className: "drawing" });
  stage.append(drawing, mu.row, sigma.row);
  await update();
  drawAgain(drawing, draw);

  function draw() {
    const width = Math.max(drawing.clientWidth, 300);
    drawing.innerHTML =
      `<svg width="${width}" height="358" role="img" aria-label="The densities of the prior, the posterior and q; ` +
      `the bound and its gap to the evidence">${legend()}${densities(width)}${bar(width)}</svg>`;
  }

  function legend() {
    const items = [["posterior", 8], ["prior", 118], ["q", 198]];
    return items.map(([name, x]) =>
      (name === "posterior"
        ? `<rect class="posterior" x="${x}" y="8" width="22" height="12"/>`
        : `<path class="${name}" d="M${x} 14h22"/>`) + `<text x="${x + 28}" y="18">${name}</text>`).join("");
  }

  function densities(width) {
    const x = (z) => 8 + ((z + 4) / 8) * (width - 16);
    const y = (density) => 232 - (density / 1.4) * 200;
    const line = (curve) => "M" + curve.map((d, i) => `${x(model.z[i]).toFixed(1)} ${y(d).toFixed(1)}`).join("L");
    const ticks = [-4, -2, 0, 2, 4].map((z) =>
      `<path class="axis" d="M${x(z)} 232v5"/><text class="tick" x="${Math.min(Math.max(x(z), 16), width - 12)}" y="252">` +
      `${minus(z, 0)}</text>`).join("");
    return `<path class="posterior" d="${line(model.posterior)}Z"/><path class="q" d="${line(state.q)}"/>` +
      `<path class="prior" d="${line(model.prior)}"/><path class="axis" d="M8 232H${width - 8}"/>${ticks}` +
      `<text class="tick" x="${x(1)}" y="252">z</text>`;
  }

  // The bar ends at the ELBO; the gap reaches from there to the evidence.
  function bar(width) {
    const x = (nats) => 8 + ((Math.max(nats, LEFT) - LEFT) / (-1 - LEFT)) * (width - 16);
    const [end, top] = [x(state.elbo), x(model.evidence)];
    const ticks = [-8, -6, -4, -2].map((n) =>
      `<path class="axis" d="M${x(n)} 328v5"/><text class="tick" x="${Math.max(x(n), 16)}" y="348">${minus(n, 0)}</text>`);
    const beyond = state.elbo < LEFT ? `<text x="12" y="314">◂ ELBO ${minus(state.elbo, 1)}</text>` : "";
    return `<rect class="elbo" x="8" y="294" width="${end - 8}" height="30"/>` +
      `<rect class="gap" x="${end}" y="294" width="${top - end}" height="30"/>` +
      `<path class="evidence" d="M${top} 284V328"/><text class="tick" x="${top}" y="279">evidence</text>` +
      (end > 70 ? `<text class="inside" x="${end - 8}" y="314">ELBO</text>` : beyond) +
      (top - end > 50 ? `<text class="tick" x="${(end + top) / 2}" y="314">gap</text>` : "") +
      `<path class="axis" d="M8 328H${width - 8}"/>${ticks.join("")}<text class="tick" x="${width - 24}" y="348">nats</text>`;
  }
});
