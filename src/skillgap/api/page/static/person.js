// The tab of a person's own levels: stored in this browser, sent only when Compare is pressed.

import { answerOnPage, percentOf } from "./answer.js";
import { elementsOf, enableCsv, enableJson, enablePrint } from "./download.js";
import { fetchJson } from "./fetch-json.js";
import { occupationForm } from "./form.js";
import { chartRow, tableRow } from "./rows.js";

const STORED = "skillgap.levels";

const form = document.getElementById("compare");
const section = document.getElementById("answer");
const compareButton = document.getElementById("compare-levels");
const status = document.getElementById("levels-status");
const fields = [...document.querySelectorAll("[data-element]")];
const domain = new URLSearchParams(location.search).get("domain") ?? "skills";
const { to } = section.dataset;
const { release } = occupationForm(form, () => form.requestSubmit());
const view = answerOnPage(section);
const stored = JSON.parse(localStorage.getItem(STORED) ?? "{}"); // of every domain, by element
let answer = null;

for (const field of fields) {
  field.value = stored[field.dataset.element] ?? "";
  field.addEventListener("change", () => {
    if (field.value === "") delete stored[field.dataset.element];
    else stored[field.dataset.element] = Number(field.value);
    localStorage.setItem(STORED, JSON.stringify(stored));
    showStatus();
  });
}
showStatus();

document.getElementById("delete-levels").addEventListener("click", () => {
  localStorage.removeItem(STORED);
  for (const element of Object.keys(stored)) delete stored[element];
  for (const field of fields) field.value = "";
  section.hidden = true;
  showStatus();
});

compareButton.addEventListener("click", async () => {
  const request = { to, levels: answeredLevels(), domain, include: "all", explain: "anchors" };
  if (release) request.release = release;
  try {
    answer = await fetchJson("skill-gap", {}, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(request),
    });
  } catch (error) {
    status.textContent = error.message;
    return;
  }
  showAnswer();
});

const fileName = () => `my-levels-${to}`;
enablePrint();
enableCsv(() => answer, fileName);
enableJson(() => answer, fileName);

function answeredLevels() {
  const answered = fields.filter((field) => field.value !== "");
  return Object.fromEntries(answered.map((field) => [field.dataset.element, Number(field.value)]));
}

function showStatus() {
  const count = Object.keys(answeredLevels()).length;
  compareButton.disabled = !(to && count);
  status.textContent = `${count} of ${fields.length} answered${to ? "" : "; choose an occupation above"}.`;
}

function showAnswer() {
  const elements = elementsOf(answer);
  section.querySelector("#chart").replaceChildren(...elements.map(chartRow));
  section.querySelector("#table tbody").replaceChildren(...elements.map(tableRow));
  const percent = percentOf(answer.summary.coverage);
  const toTitle = answer.to_occupation.title;
  Object.assign(section.dataset, { percent, toTitle });
  section.querySelector("#target-title").textContent = toTitle;
  section.querySelector(".coverage").setAttribute("aria-label", `coverage ${percent} %`);
  section.querySelector(".coverage .filled").setAttribute("width", `${percent}%`);
  section.querySelector("#answered").textContent = answeredShare(answer);
  section.hidden = false;
  view.filter();
  view.sort();
  section.querySelector("#headline").focus();
}

function answeredShare({ person, to_occupation, notes }) {
  const { noun, nouns } = section.dataset;
  const count = `${person.answered} ${person.answered === 1 ? noun : nouns}`;
  const weight = Math.round(person.weight_answered * 100);
  const share = `Compared on the ${count} you answered: ${weight}\u00a0% of the importance to ${to_occupation.title}.`;
  const others = notes.filter((note) => !note.startsWith("THE ILLUSTRATIVE")); // in the banner
  return [share, ...others].join(" ");
}
