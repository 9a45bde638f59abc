// Downloads of the comparison: CSV and JSON made in the browser; print and copying the link.

import { element } from "./dom.js";

const COLUMNS = [
  "element_id",
  "element_name",
  "domain",
  "status",
  "certainty",
  "from_level",
  "to_level",
  "difference",
  "lower",
  "upper",
  "to_importance",
  "low_precision",
];

// Offers a CSV of the rows shown; `answer` returns the comparison, `name` the file's name without its extension.
export function enableCsv(answer, name) {
  enableDownload("csv", async () => save(csvOf(await answer()), "text/csv;charset=utf-8", `${name()}.csv`));
}

// Offers the whole comparison as JSON, where the service has no address for it.
export function enableJson(answer, name) {
  enableDownload("json", () => save(JSON.stringify(answer(), null, 2), "application/json", `${name()}.json`));
}

export function enablePrint() {
  const button = document.getElementById("print");
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

export function enableCopyLink() {
  if (!navigator.clipboard) return;
  const button = document.getElementById("copy");
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(location.href);
    document.getElementById("copy-status").textContent = "Link copied, with the current filters.";
  });
}

// Every element of a comparison, the widest gap first.
export function elementsOf({ skill_gaps, met, surplus }) {
  return [...skill_gaps, ...(met ?? []), ...(surplus ?? [])];
}

function enableDownload(format, onClick) {
  const link = document.querySelector(`[data-download=${format}]`);
  link.hidden = false;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    onClick();
  });
}

function csvOf(answer) {
  const shown = [...document.querySelectorAll("#chart > :not([hidden])")].map((row) => row.dataset.id);
  const rows = elementsOf(answer)
    .filter(({ element_id }) => shown.includes(element_id))
    .map((gap) => COLUMNS.map((column) => quoted(gap[column])));
  return [COLUMNS, ...rows].map((row) => `${row.join(",")}\r\n`).join("");
}

function quoted(value) {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function save(text, type, name) {
  const link = element("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}
