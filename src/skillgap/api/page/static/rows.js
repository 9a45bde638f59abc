// Rows of the chart and the table for a person's comparison, filled into the page's two <template> elements
// as templates/chart.html does on the server.

import { kindOf } from "./answer.js";

const KIND_NAMES = Object.fromEntries(
  [...document.querySelectorAll(".legend li")].map((item) => [
    item.className,
    item.textContent.trim().split(":")[0],
  ]),
);
const SCALE = 7;

export function chartRow(element) {
  const { element_id: id, from_level: from, to_level: to, to_importance: importance, difference } = element;
  const { element_name: name, status, explanation } = element;
  const kind = kindOf(element);
  const row = copyOf("chart-row", "li");
  row.className = `chart-row ${kind}`;
  Object.assign(row.dataset, { id, name, kind, status, from, to, gap: difference, importance: importance ?? 0 });
  const tooltip = row.querySelector(".tooltip");
  tooltip.id = `tooltip-${id}`;
  row.querySelector("button").setAttribute("aria-describedby", tooltip.id);
  row.querySelector(".visually-hidden").textContent = `from ${from.toFixed(2)} to ${to.toFixed(2)}: `;
  row.querySelector(".importance .filled").setAttribute("width", `${((importance ?? 1) - 1) * 25}%`);
  fill(row, {
    name,
    new: status === "missing" && "new",
    difference: signed(difference),
    description: explanation?.description,
    "from-level": from.toFixed(2),
    "to-level": to.toFixed(2),
    "not-relevant": "",
    "from-anchor": anchor(explanation?.from_anchor, explanation?.from_anchor_level),
    "to-anchor": anchor(explanation?.to_anchor, explanation?.to_anchor_level),
    importance: importance === null ? "not published" : `${importance.toFixed(2)} of 5 for the target`,
    certainty: certainty(element),
    "low-precision": element.low_precision && "; O*NET marks a level as imprecise",
  });
  place(row.querySelector(".track"), element);
  return row;
}

export function tableRow(element) {
  const kind = kindOf(element);
  const row = copyOf("table-row", "tr");
  row.className = kind;
  row.dataset.id = element.element_id;
  fill(row, {
    name: element.element_name,
    "from-level": element.from_level.toFixed(2),
    "to-level": element.to_level.toFixed(2),
    difference: signed(element.difference),
    importance: element.to_importance?.toFixed(2) ?? "–",
    kind: KIND_NAMES[kind],
  });
  return row;
}

function copyOf(id, tag) {
  return document.getElementById(id).content.querySelector(tag).cloneNode(true);
}

// Writes texts into the elements named by data-part; an empty text hides its element.
function fill(row, texts) {
  for (const [name, text] of Object.entries(texts)) {
    const part = row.querySelector(`[data-part=${name}]`);
    part.hidden = !text;
    part.textContent = text || "";
  }
}

function place(track, { from_level: from, to_level: to, lower, upper, difference }) {
  const [start, end, low, high] = [from, to, from + (lower ?? difference), from + (upper ?? difference)].map(
    (level) => (Math.min(SCALE, Math.max(0, level)) / SCALE) * 100,
  );
  const set = (selector, attributes) => {
    for (const [name, percent] of Object.entries(attributes)) {
      track.querySelector(selector).setAttribute(name, `${percent}%`);
    }
  };
  set(".connector", { x1: start, x2: end });
  set(".source", { cx: start });
  set(".target", { cx: end });
  set(".interval", { x: low, width: high - low });
}

function anchor(text, level) {
  return text ? `level ${level}: “${text}”` : "";
}

function signed(difference) {
  if (!difference) return "0.00";
  return (difference < 0 ? "\u2212" : "+") + Math.abs(difference).toFixed(2);
}

function certainty({ standard_error, difference, lower, upper }) {
  if (standard_error === null) return "unknown: no standard errors published";
  return `difference ${signed(difference)}, between ${signed(lower)} and ${signed(upper)}`;
}
