// Check a built site in a real browser: node browser/check.mjs FOLDER [--quick] [PART …]
// The parts, all by default: pages (written by hand), pages/reference (and each other generated folder), search,
// exercises, cells, bound, ring.
import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { createRequire } from "node:module";
import { launch, serve, watched } from "./browser.mjs";
import { checkExercises } from "./exercises.mjs";
import { checkBound, checkRing } from "./moving.mjs";

const VIEWS = [[390, "light"], [1400, "dark"]];
const WEIGHT = 500_000; // bytes of a page before Run, as they are sent
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const GENERATED = ["reference", "bugs", "api", "exercises", "source"];
const BATCH = 60; // pages of one browser
const quick = process.argv.includes("--quick");
const [folder, ...wanted] = process.argv.slice(2).filter((argument) => argument !== "--quick");
const problems = [];
const measured = {};

function complain(where, what) {
  problems.push(`${where}: ${what}`);
  console.log(problems.at(-1)); // at once: a check that is ended early has said what it found
}

function htmlFiles(place) {
  return readdirSync(place, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.name.endsWith(".html"))
    .map((entry) => relative(folder, join(entry.parentPath || entry.path, entry.name)));
}

// The pages of a generated folder, with --quick each fiftieth; without a folder those that are written by hand.
function chosen(generated) {
  const files = htmlFiles(folder).filter((file) => !file.startsWith("_static")).sort();
  const kind = (file) => GENERATED.find((name) => file.startsWith(`${name}/`));
  return files.filter((file) => kind(file) === generated).filter((_, number) => !quick || !generated || number % 50 === 0);
}

async function checkPage(context, address, file) {
  const { page, faults, weight } = await watched(context, address);
  await page.goto(address + file);
  for (const [width, colorScheme] of VIEWS) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) complain(file, `scrolls sideways by ${wide} pixels at ${width}`);
    const tiny = await page.evaluate(() => [...document.querySelectorAll("article img[width]")].filter((image) =>
      image.getAttribute("width") >= 1.8 * image.getAttribute("height") &&
      image.clientWidth < Math.min(500, image.getAttribute("width"))).length);
    if (tiny) complain(file, `${tiny} pictures of several panels are too small to read at ${width}`);
    await page.addScriptTag({ path: AXE });
    const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
    for (const { id, impact, nodes } of violations)
      if (["serious", "critical"].includes(impact))
        complain(file, `axe (${width}, ${colorScheme}) ${id}, ${nodes.length} times, such as ${nodes[0].html.slice(0, 160)}`);
  }
  const [formulas, wrong] = await page.evaluate(() =>
    [".katex, math:not(.katex *)", ".katex-error"].map((kind) => document.querySelectorAll(kind).length));
  measured.formulas = (measured.formulas || 0) + formulas;
  if (wrong) complain(file, `${wrong} formulas are not rendered`);
  const empty = await page.evaluate(() =>
    [...document.querySelectorAll("article :is(h1, h2, h3, h4)")].filter((one) => !one.textContent.replace("¶", "").trim()).length);
  if (empty) complain(file, `${empty} headings are empty`);
  const raw = await page.evaluate(() => {
    const copy = document.querySelector("article").cloneNode(true);
    copy.querySelectorAll("code, pre, .katex, textarea").forEach((place) => place.remove());
    return /\$\$|\\(frac|mathbb|tag)\b/.test(copy.textContent);
  });
  if (raw) complain(file, "shows LaTeX as text");
  if (weight() > (measured["bytes of the heaviest page"] || 0))
    Object.assign(measured, { "bytes of the heaviest page": weight(), "heaviest page": file });
  if (weight() > WEIGHT) complain(file, `weighs ${weight()} bytes`);
  for (const fault of faults) complain(file, fault);
  await page.close();
}

// Axe tires a browser out within hundreds of pages: each batch gets a new one.
async function checkPages(address, generated) {
  const files = chosen(generated);
  for (let first = 0; first < files.length; first += BATCH) {
    const context = await launch();
    for (const file of files.slice(first, first + BATCH))
      await checkPage(context, address, file).catch((problem) => complain(file, `is not checked: ${problem.message}`));
    await context.close();
    console.log(`  ${Math.min(first + BATCH, files.length)} of ${files.length} pages`);
  }
  measured.pages = (measured.pages || 0) + files.length;
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
    const summaries = await page.locator("#search-results").innerText();
    if (/\\[a-z]{2}/.test(summaries)) complain(`search for ${query}`, "shows LaTeX as text");
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

// The parts of the check, each with a browser of its own.
const parts = {
  pages: (_, address) => checkPages(address),
  ...Object.fromEntries(GENERATED.map((name) => [`pages/${name}`, (_, address) => checkPages(address, name)])),
  search: checkSearch,
  async exercises(context, address) {
    measured.exercises = await checkExercises(context, address, complain, quick ? 2 : Infinity);
  },
  async cells(context, address) {
    await checkRun(context, address, "tutorials/02_vae.html", 4);
    await checkRun(context, address, "reference/vae.kl.html", 0);
    await checkStop(context, address, "reference/vae.kl.html");
  },
  bound: (context, address) => checkBound(context, address, complain),
  async ring(context, address) {
    measured["steps per second of the ring"] = await checkRing(context, address, complain);
  },
};
const WITHOUT_PYTHON = /^(pages|search)/;

const unknown = wanted.filter((name) => !(name in parts));
if (unknown.length) {
  console.error(`check.mjs: no part is named ${unknown}; the parts are ${Object.keys(parts).join(", ")}`);
  process.exit(2);
}
const { address, close } = await serve(folder);
const python = existsSync(join(folder, "_static", "pyodide"));
for (const name of wanted.length ? wanted : Object.keys(parts)) {
  if (!python && !WITHOUT_PYTHON.test(name)) continue;
  const started = performance.now();
  const context = await launch();
  await parts[name](context, address).catch((problem) => complain(name, `ends early: ${problem.message}`));
  await context.close();
  measured[`${name}, s`] = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${name}: ${measured[`${name}, s`]} s`);
}
close();
console.log(measured);
console.log(problems.length ? `${problems.length} problems` : "no problems");
process.exit(problems.length ? 1 : 0);
