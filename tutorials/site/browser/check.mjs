// Check a built site in a real browser: node browser/check.mjs FOLDER [--quick]
import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { createRequire } from "node:module";
import { launch, serve, watched } from "./browser.mjs";
import { checkBound, checkRing } from "./moving.mjs";

const VIEWS = [[390, "light"], [1400, "dark"]];
const WEIGHT = 500_000; // bytes of a page before Run, as they are sent
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const [folder, quick] = [process.argv[2], process.argv.includes("--quick")];
const problems = [];
const measured = {};

function complain(where, what) {
  problems.push(`${where}: ${what}`);
}

function htmlFiles(place) {
  return readdirSync(place, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.name.endsWith(".html"))
    .map((entry) => relative(folder, join(entry.parentPath || entry.path, entry.name)));
}

// All pages that are written by hand, and of the generated ones each fiftieth, or all of them without --quick.
function chosen() {
  const files = htmlFiles(folder).filter((file) => !file.startsWith("_static")).sort();
  const generated = files.filter((file) => /^(source|reference|bugs|api|exercises)\//.test(file));
  const written = files.filter((file) => !generated.includes(file));
  return [...written, ...(quick ? generated.filter((_, number) => number % 50 === 0) : generated)];
}

async function checkPage(context, address, file) {
  const { page, faults, weight } = await watched(context, address);
  await page.goto(address + file);
  for (const [width, colorScheme] of VIEWS) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) complain(file, `scrolls sideways by ${wide} pixels at ${width}`);
    await page.addScriptTag({ path: AXE });
    const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
    for (const { id, impact, nodes } of violations)
      if (["serious", "critical"].includes(impact))
        complain(file, `axe (${width}, ${colorScheme}) ${id}, ${nodes.length} times, such as ${nodes[0].html.slice(0, 160)}`);
  }
  const wrong = await page.evaluate(() => document.querySelectorAll(".katex-error").length);
  if (wrong) complain(file, `${wrong} formulas are not rendered`);
  const raw = await page.evaluate(() => {
    const copy = document.querySelector("article").cloneNode(true);
    copy.querySelectorAll("code, pre, .katex, textarea").forEach((place) => place.remove());
    return /\$\$|\\(frac|mathbb|tag)\b/.test(copy.textContent);
  });
  if (raw) complain(file, "shows LaTeX as text");
  measured.largest = Math.max(measured.largest || 0, weight());
  if (weight() > WEIGHT) complain(file, `weighs ${weight()} bytes`);
  for (const fault of faults) complain(file, fault);
  await page.close();
}

async function checkSearch(context, address) {
  for (const [query, wanted] of [
    ["reparameterization trick", "reparameterisation"],
    ["reparameterisation trick", "reparameterisation"],
    ["vanishing gradient", "4. "],
  ]) {
    const { page, faults } = await watched(context, address);
    await page.goto(`${address}search.html?q=${encodeURIComponent(query)}`);
    await page.waitForFunction(() => /found|matching/.test(document.querySelector("#search-results")?.innerText || ""), null, { timeout: 15000 }).catch(() => {});
    const titles = await page.$$eval("#search-results li a", (links) => links.map((link) => link.textContent));
    if (!titles.slice(0, 3).some((title) => title.toLowerCase().includes(wanted)))
      complain(`search for ${query}`, `no title of the first three has "${wanted}": ${titles.slice(0, 3)}`);
    measured[`search ${query}`] = titles.slice(0, 3);
    for (const fault of faults) complain(`search for ${query}`, fault);
    await page.close();
  }
}

// Run the first cells of a page, and compare what they print with the output that the page has.
async function checkRun(context, address, file, upTo) {
  const { page, faults } = await watched(context, address);
  await page.goto(address + file);
  const cells = page.locator(".cell:has(.cell_input), div.run");
  const cell = cells.nth(upTo);
  await cell.locator(".run-bar button").first().click();
  await cell.locator(".run-status", { hasText: /in your browser|failed/ }).waitFor({ timeout: 120000 });
  measured[`boot, s (${file})`] = await page.evaluate(() => document.documentElement.dataset.bootSeconds);
  for (let number = 0; number <= upTo; number++) {
    const one = cells.nth(number);
    const expected = (await one.locator(".cell_output pre").allTextContents()).join("");
    const found = (await one.locator(".run-output pre").allTextContents()).join("");
    if (expected.trim() && expected.trim() !== found.trim())
      complain(file, `cell ${number + 1} prints in the browser\n${found}\nand not\n${expected}`);
  }
  if (!(await cell.locator(".run-output").innerText()).trim() && !(await cell.locator(".run-output img").count()))
    complain(file, `cell ${upTo + 1} shows nothing`);
  for (const fault of faults) complain(file, fault);
  await page.close();
}

async function checkStop(context, address, file) {
  const { page } = await watched(context, address);
  await page.goto(address + file);
  const cell = page.locator("div.run").first();
  await cell.getByRole("button", { name: "Edit" }).click();
  await cell.locator("textarea").fill("while True:\n    pass");
  await cell.getByRole("button", { name: "Run" }).click();
  await cell.locator(".run-status", { hasText: "runs" }).waitFor({ timeout: 60000 });
  await cell.getByRole("button", { name: "Stop" }).click();
  await cell.locator("textarea").fill("print(6 * 7)");
  await cell.getByRole("button", { name: "Run" }).click();
  await cell.locator(".run-output", { hasText: "42" }).waitFor({ timeout: 60000 });
  await page.close();
}

// The solutions, {name: source}, as the library in the page has them.
async function solutions(context, address) {
  const { page } = await watched(context, address);
  await page.goto(`${address}reference/vae.kl.html`);
  const cell = page.locator("div.run").first();
  await cell.getByRole("button", { name: "Edit" }).click();
  await cell.locator("textarea").fill(
    "import json\nfrom scratchgen import exercises\n" +
    "print(json.dumps({name: exercises.get(name).solution for name in exercises.names()}))");
  await cell.getByRole("button", { name: "Run" }).click();
  await cell.locator(".run-status", { hasText: "done in your browser" }).waitFor({ timeout: 120000 });
  const found = JSON.parse(await cell.locator(".run-output").textContent());
  await page.close();
  return found;
}

// The stub must fail, and the solution, typed into the page, must pass.
async function checkExercise(context, address, name, solution) {
  const file = `exercises/${name}.html`;
  const { page, faults } = await watched(context, address);
  await page.goto(address + file);
  for (const [answer, verdict] of [[null, "failed"], [solution, "done"]]) {
    if (answer) await page.locator("textarea").fill(answer);
    await page.getByRole("button", { name: "Check" }).click();
    const ended = page.locator(".run-status", { hasText: "in your browser" });
    await ended.filter({ hasText: verdict }).waitFor({ timeout: 120000 }).catch(() => {});
    const status = await page.locator(".run-status").innerText();
    const [first] = (await page.locator(".run-output").innerText()).split("\n");
    const [, held, all] = /(\d+) of (\d+) properties/.exec(first) || [];
    if (!status.startsWith(verdict) || !all || (held === all) !== (verdict === "done"))
      complain(file, `${answer ? "the solution" : "the stub"} is answered by ${status}: ${first}`);
  }
  for (const fault of faults) complain(file, fault);
  await page.close();
}

const { address, close } = await serve(folder);
const context = await launch();
const files = chosen();
for (const file of files) await checkPage(context, address, file);
await checkSearch(context, address);
if (existsSync(join(folder, "_static", "pyodide"))) {
  const solved = Object.entries(await solutions(context, address));
  for (const [name, solution] of quick ? solved.slice(0, 2) : solved) await checkExercise(context, address, name, solution);
  measured.exercises = solved.length;
  await checkRun(context, address, "tutorials/02_vae.html", 4);
  await checkRun(context, address, "reference/vae.kl.html", 0);
  await checkStop(context, address, "reference/vae.kl.html");
  for (const check of [checkBound, checkRing]) {
    const started = performance.now();
    await check(context, address, complain);
    measured[`${check.name}, s`] = ((performance.now() - started) / 1000).toFixed(1);
  }
}
await context.close();
close();
console.log(`${files.length} pages`, measured);
console.log(problems.length ? problems.join("\n") : "no problems");
process.exit(problems.length ? 1 : 0);
