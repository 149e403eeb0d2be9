// The exercises as a reader works on them: an answer goes into the editor, and the button Check judges it.
import { watched } from "./browser.mjs";

const squeezed = (text) => text.replace(/\s+/g, ""); // a result is filled to the width of the page

// Of each exercise its solution, its explanation and a typical wrong answer with the property that must fail, as the
// library in the page has them.
async function answers(context, address) {
  const { page } = await watched(context, address);
  await page.goto(`${address}reference/vae.kl.html`);
  const cell = page.locator("div.run").first();
  await cell.getByRole("button", { name: "Edit" }).click();
  await cell.locator("textarea").fill(`
import json
from scratchgen import exercises
from scratchgen.exercises.exercise import statement

def answers(one):
    wrong = one.wrong_answers[0]
    return {"solution": one.solution, "explanation": one.explanation, "wrong": wrong.source,
            "fails": statement(wrong.fails)}

print(json.dumps({name: answers(exercises.get(name)) for name in exercises.names()}))`);
  await cell.getByRole("button", { name: "Run" }).click();
  await cell.locator(".run-status", { hasText: "done in your browser" }).waitFor({ timeout: 120000 });
  const found = JSON.parse(await cell.locator(".run-output").textContent());
  await page.close();
  return found;
}

// Press Check, with a new answer if one is given. Returns what the page says.
async function press(page, answer) {
  if (answer) {
    await page.locator("textarea").click();
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText(answer);
  }
  await page.getByRole("button", { name: "Check" }).click(); // which is called Stop until there is a result
  await page.getByRole("button", { name: "Check" }).waitFor({ timeout: 180000 });
  const text = await page.locator(".run-output").innerText();
  const [, held, all] = /(\d+) of (\d+) properties/.exec(text.split("\n")[0]) || [];
  return { status: await page.locator(".run-status").innerText(), text, all, holds: Boolean(all) && held === all };
}

// The first property of a result that does not hold, without its mark.
function firstThatFails(text) {
  const [, lines = ""] = text.split("\n\n");
  return lines.split(/\n(?! )/).find((line) => !line.startsWith("✓"))?.slice(1);
}

async function checkExercise(context, address, name, { solution, explanation, wrong, fails }, complain) {
  const file = `exercises/${name}.html`;
  const { page, faults } = await watched(context, address);
  await page.goto(address + file);
  for (const [what, answer] of [["the stub", null], ["a wrong answer", wrong]]) {
    const { status, text, all, holds } = await press(page, answer);
    if (!status.startsWith("failed") || !all || holds) complain(file, `${what} is answered by ${status}: ${text}`);
    if (answer && squeezed(firstThatFails(text) || "") !== squeezed(fails))
      complain(file, `names for a wrong answer not "${fails}" as the first property that fails: ${text}`);
  }
  const { status, text, holds } = await press(page, solution);
  if (!status.startsWith("done") || !holds) complain(file, `the solution is answered by ${status}: ${text}`);
  if (!squeezed(text).endsWith(squeezed(explanation))) complain(file, `does not explain the solution: ${text}`);
  for (const fault of faults) complain(file, fault);
  await page.close();
}

// Check the first exercises, or all. Returns how many.
export async function checkExercises(context, address, complain, count = Infinity) {
  const chosen = Object.entries(await answers(context, address)).slice(0, count);
  for (const [name, answer] of chosen) await checkExercise(context, address, name, answer, complain);
  return chosen.length;
}
