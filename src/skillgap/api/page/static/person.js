// A person's own levels: kept in this browser, sent only when Compare is pressed.

import { answerOnPage } from "./answer.js";
import { occupationFields } from "./form.js";
import { offerCsv, offerPaperAndLink, save } from "./keep.js";

const KEPT = "skillgap.levels";
const KINDS = { gap: "gap", possible_gap: "possible_gap", negligible: "negligible" };

const form = document.getElementById("compare");
const section = document.getElementById("answer");
const ask = document.getElementById("ask");
const said = document.getElementById("said");
const fields = [...document.querySelectorAll("[data-element]")];
const { to, release } = section.dataset;
const domain = new URLSearchParams(location.search).get("domain") ?? "skills";
const names = Object.fromEntries(
  [...document.querySelectorAll(".legend li")].map((item) => [
    item.className,
    item.textContent.trim().split(":")[0],
  ]),
);
const onPage = answerOnPage(section);
let answer = null;

occupationFields(form, release, () => form.requestSubmit());
form.addEventListener("change", (event) => {
  if (event.target.name === "domain") form.requestSubmit();
});

const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
for (const field of fields) field.value = kept[field.dataset.element] ?? "";
tell();

for (const field of fields) {
  field.addEventListener("change", () => {
    if (field.value === "") delete kept[field.dataset.element];
    else kept[field.dataset.element] = Number(field.value);
    localStorage.setItem(KEPT, JSON.stringify(kept));
    tell();
  });
}

document.getElementById("forget").addEventListener("click", () => {
  localStorage.removeItem(KEPT);
  for (const field of fields) {
    field.value = "";
    delete kept[field.dataset.element];
  }
  section.hidden = true;
  tell();
});

ask.addEventListener("click", async () => {
  const response = await fetch("skill-gap", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      to,
      levels: stated(),
      domain,
      include: "all",
      explain: "anchors",
      ...(release && { release }),
    }),
  });
  const body = await response.json();
  if (!response.ok) {
    said.textContent = body.detail;
    return;
  }
  answer = body;
  draw();
});

offerPaperAndLink();
offerCsv(
  () => answer,
  () => `my-levels-${to}`,
);
const json = document.querySelector("[data-download=json]");
json.hidden = false;
json.addEventListener("click", (event) => {
  event.preventDefault();
  save(JSON.stringify(answer, null, 2), "application/json", `my-levels-${to}.json`);
});

function stated() {
  const asked = fields.filter((field) => field.value !== "");
  return Object.fromEntries(asked.map((field) => [field.dataset.element, Number(field.value)]));
}

function tell() {
  const count = Object.keys(stated()).length;
  ask.disabled = !(to && count);
  said.textContent = `${count} of ${fields.length} said${to ? "" : "; choose an occupation above"}.`;
}

function draw() {
  const elements = [...answer.skill_gaps, ...(answer.met ?? []), ...(answer.surplus ?? [])];
  const kinds = elements.map(kindOf);
  section.querySelector("#picture").replaceChildren(
    ...elements.map((element, i) => barOf(element, kinds[i])),
  );
  section.querySelector("#table tbody").replaceChildren(
    ...elements.map((element, i) => lineOf(element, kinds[i])),
  );
  const { coverage } = answer.summary;
  const percent = coverage === 1 ? 100 : Math.min(99, Math.round(coverage * 100));
  const toTitle = answer.to_occupation.title;
  Object.assign(section.dataset, { percent, toTitle });
  section.querySelector("#to-title").textContent = toTitle;
  section.querySelector(".coverage").setAttribute("aria-label", `${percent} % is brought`);
  section.querySelector(".coverage .is").setAttribute("width", `${percent}%`);
  section.querySelector("#answered").textContent = answeredOf(answer);
  section.hidden = false;
  onPage.apply();
  onPage.sort();
  section.querySelector("#headline").focus();
}

function answeredOf({ person, to_occupation, notes }) {
  const { noun, nouns } = section.dataset;
  const words = `${person.answered} ${person.answered === 1 ? noun : nouns}`;
  const weight = Math.round(person.weight_answered * 100);
  const share = `Compared on the ${words} you said something about: ${weight}\u00a0% of what matters to ${to_occupation.title}.`;
  const others = notes.filter((note) => !note.startsWith("THE ILLUSTRATIVE")); // the banner says so
  return [share, ...others].join(" ");
}

function kindOf({ difference, certainty }) {
  if (difference > 0) return KINDS[certainty] ?? "unjudged";
  return difference === 0 ? "met" : "surplus";
}

function barOf(element, kind) {
  const bar = blank("blank-bar", "li", kind);
  bar.classList.add("bar");
  const { element_id: id, from_level: from, to_level: needed, difference } = element;
  Object.assign(bar.dataset, {
    id,
    name: element.element_name,
    kind,
    status: element.status,
    from,
    to: needed,
    gap: difference,
    importance: element.to_importance ?? 0,
  });
  const about = bar.querySelector(".about");
  about.id = `about-${id}`;
  bar.querySelector("button").setAttribute("aria-describedby", about.id);
  const { explanation } = element;
  write(bar, "name", element.element_name);
  write(bar, "new", element.status === "missing" && "new");
  write(bar, "difference", signed(difference));
  write(bar, "description", explanation?.description);
  write(bar, "from-level", from.toFixed(2));
  write(bar, "to-level", needed.toFixed(2));
  write(bar, "not-relevant", "");
  write(bar, "from-anchor", anchor(explanation?.from_anchor, explanation?.from_anchor_level));
  write(bar, "to-anchor", anchor(explanation?.to_anchor, explanation?.to_anchor_level));
  write(bar, "importance", `${element.to_importance?.toFixed(2) ?? "–"} of 5 for the target`);
  write(bar, "certainty", certaintyOf(element));
  write(bar, "low-precision", element.low_precision && "; O*NET calls a level imprecise");
  bar.querySelector(".unseen").textContent = `from ${from.toFixed(2)} to ${needed.toFixed(2)}: `;
  const weight = ((element.to_importance ?? 1) - 1) * 25;
  bar.querySelector("[data-part=weight]").setAttribute("width", `${weight}%`);
  place(bar, element);
  return bar;
}

function lineOf(element, kind) {
  const line = blank("blank-line", "tr", kind);
  line.dataset.id = element.element_id;
  write(line, "name", element.element_name);
  write(line, "from-level", element.from_level.toFixed(2));
  write(line, "to-level", element.to_level.toFixed(2));
  write(line, "difference", signed(element.difference));
  write(line, "importance", element.to_importance?.toFixed(2) ?? "–");
  write(line, "kind", names[kind]);
  return line;
}

function place(bar, { from_level: from, to_level: needed, lower, upper, difference }) {
  const at = (level) => `${(Math.min(7, Math.max(0, level)) / 7) * 100}%`;
  const join = bar.querySelector(".track .join");
  join.setAttribute("x1", at(from));
  join.setAttribute("x2", at(needed));
  bar.querySelector(".track .today").setAttribute("cx", at(from));
  bar.querySelector(".track .needed").setAttribute("cx", at(needed));
  const low = Math.max(0, from + (lower ?? difference));
  const high = Math.min(7, from + (upper ?? difference));
  const interval = bar.querySelector(".interval");
  interval.setAttribute("x", at(low));
  interval.setAttribute("width", at(Math.max(0, high - low)));
}

function blank(id, tag, kind) {
  const node = document.getElementById(id).content.cloneNode(true).querySelector(tag);
  node.className = kind;
  return node;
}

function write(node, name, text) {
  const part = node.querySelector(`[data-part=${name}]`);
  part.hidden = !text;
  part.textContent = text || "";
}

function anchor(text, level) {
  return text ? `level ${level}: “${text}”` : "";
}

function signed(figure) {
  if (!figure) return "0.00";
  return (figure < 0 ? "\u2212" : "+") + Math.abs(figure).toFixed(2);
}

function certaintyOf({ standard_error, difference, lower, upper }) {
  if (standard_error === null) return "unknown: there are no standard errors";
  return `difference ${signed(difference)}, between ${signed(lower)} and ${signed(upper)}`;
}
