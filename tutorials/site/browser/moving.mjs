// The pictures that move, in a real browser: what each shows after a slider, a button, the pointer and the keyboard.
import { watched } from "./browser.mjs";

const close = (a, b, tolerance) => Math.abs(a - b) <= tolerance;
const stateOf = (figure) => figure.evaluate((place) => place.state);

// Open a page, check its still, and start its picture at a width of 390 pixels.
async function started(context, address, file, name, check) {
  const { page, faults } = await watched(context, address);
  await page.setViewportSize({ width: 390, height: 900 });
  await page.goto(address + file);
  const figure = page.locator(`figure[data-moving=${name}]`);
  await figure.scrollIntoViewIfNeeded();
  await page.waitForFunction((one) => one.naturalWidth > 0, await figure.locator("img").elementHandle());
  check(!(await page.evaluate(() => document.documentElement.dataset.bootSeconds)), "Python starts before it is asked");
  const begin = figure.getByRole("button", { name: "Move this picture" });
  await begin.focus();
  await page.keyboard.press("Enter");
  await figure.locator(".stage").waitFor({ timeout: 120000 });
  return { page, faults, figure };
}

async function ended(page, faults, check) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(wide <= 0, `scrolls sideways by ${wide} pixels at 390`);
  for (const fault of faults) check(false, fault);
  await page.close();
}

export async function checkBound(context, address, complain) {
  const file = "tutorials/2.1_bound_by_quadrature.html";
  const check = (holds, what) => holds || complain(`the bound of ${file}`, what);
  const { page, faults, figure } = await started(context, address, file, "elbo", check);
  const status = figure.locator(".run-status");
  const [mu, sigma] = [figure.getByLabel("μ"), figure.getByLabel("σ")];
  const says = (text) => status.filter({ hasText: text }).waitFor({ timeout: 20000 }).catch(() =>
    status.textContent().then((found) => check(false, `says ${found}, and not ${text}`)));
  await says("evidence −1.7164 = ELBO −3.2324 + gap 1.5160"); // q is the prior: the page's numbers
  const before = await figure.locator("path.q").last().getAttribute("d");
  await mu.fill("1.1");
  await sigma.fill("0.7");
  await says("gap 0.0053");
  check((await figure.locator("path.q").last().getAttribute("d")) !== before, "the curve of q does not move");
  await mu.focus();
  await page.keyboard.press("Home");
  check((await mu.getAttribute("aria-valuetext")) === "−2.00", "the key Home does not move μ to its left end");
  for (let presses = 0; presses < 30; presses++) await page.keyboard.press("ArrowRight"); // faster than Python
  await figure.locator("output", { hasText: "−0.50" }).waitFor();
  await page.waitForFunction((place) => place.state.mu === -0.5, await figure.elementHandle(), { timeout: 20000 });
  const { elbo, gap } = await stateOf(figure);
  check(close(elbo + gap, -1.7163886538846946, 1e-10), `ELBO ${elbo} and gap ${gap} do not add up to the evidence`);
  await ended(page, faults, check);
}

// Returns the steps per second that the picture shows.
export async function checkRing(context, address, complain) {
  const file = "tutorials/03_gan.html";
  const check = (holds, what) => holds || complain(`the ring of ${file}`, what);
  const { page, faults, figure } = await started(context, address, file, "ring", check);
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const press = (name) => figure.getByRole("button", { name, exact: true }).click();
  const until = (test, about) =>
    page.waitForFunction(`(${test})(document.querySelector("figure[data-moving=ring]").state)`, null, { timeout: 20000 })
      .catch(() => check(false, about));

  const start = await stateOf(figure);
  await press("Step D");
  await until("(now) => now.steps.D === 1 && now.steps.G === 0", "Step D takes no step of D");
  const after = await stateOf(figure);
  check(same(start.samples, after.samples) && !same(start.surface, after.surface), "Step D moves G, or leaves D(x)");
  await press("Step G");
  await until("(now) => now.steps.D === 1 && now.steps.G === 1", "Step G takes no step of G");
  const last = await stateOf(figure);
  check(!same(last.samples, after.samples) && same(last.surface, after.surface), "Step G moves D, or leaves the samples");
  await figure.getByLabel("learning rate").fill("2");
  await press("Play");
  await until("(now) => now.steps.G > 40", "Play plays no 40 steps");
  const stepsPerSecond = await figure.locator(".counter div", { hasText: "steps per second" }).locator("dd").textContent();
  await press("Pause");
  const speed = await figure.locator(".run-status").textContent();
  check(/\d+ steps of D/.test(speed), `says ${speed} after Pause`);
  await page.waitForTimeout(300);
  const paused = await stateOf(figure);
  await page.waitForTimeout(300);
  check(same(paused.steps, (await stateOf(figure)).steps), "steps go on after Pause");
  await press("New networks");
  await until("(now) => now.steps.D === 0 && now.steps.G === 0", "New networks keep the steps");
  check(same((await stateOf(figure)).samples, start.samples), "New networks do not begin as the first ones");

  // Own data: a stroke of the pointer, and a point by the keyboard.
  await press("Clear data");
  check(await figure.getByRole("button", { name: "Play" }).isDisabled(), "plays without data");
  const canvas = figure.locator("canvas");
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  await page.mouse.move(box.x + box.width / 4, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + (3 * box.width) / 4, box.y + box.height / 2, { steps: 12 });
  await page.mouse.up();
  await until("(now) => now.centres?.length > 5", "a stroke of the pointer draws no points");
  const drawn = (await stateOf(figure)).centres;
  check(drawn?.every(([x, y]) => Math.abs(x) < 1.6 && close(y, 0, 0.05)), `the stroke draws ${drawn}`);
  await canvas.focus();
  for (const key of ["ArrowUp", "ArrowUp", "Enter"]) await page.keyboard.press(key);
  await until("(now) => now.centres.length > 6 && Math.abs(now.centres.at(-1)[1] - 0.4) < 1e-9", "Enter adds no point");
  await press("Step D");
  await until("(now) => now.steps.D === 1", "takes no step with drawn data");
  await press("Ring");
  await until("(now) => now.centres?.length === 8", "Ring does not bring the ring back");
  await ended(page, faults, check);
  return stepsPerSecond;
}
