// What can be taken away: a table as CSV, the answer as JSON, paper, the link.

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

export function csvOf(answer, ids) {
  const elements = [...answer.skill_gaps, ...(answer.met ?? []), ...(answer.surplus ?? [])];
  const rows = elements
    .filter((element) => ids.includes(element.element_id))
    .map((element) => COLUMNS.map((column) => quoted(element[column])));
  return [COLUMNS, ...rows].map((row) => `${row.join(",")}\r\n`).join("");
}

export function shownIds() {
  return [...document.querySelectorAll("#picture > :not([hidden])")].map((bar) => bar.dataset.id);
}

export function save(text, type, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

// Offers CSV of what is shown; `answer` gives the answer it is made from.
export function offerCsv(answer, name) {
  const link = document.querySelector("[data-download=csv]");
  link.hidden = false;
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    save(csvOf(await answer(), shownIds()), "text/csv;charset=utf-8", `${name()}.csv`);
  });
}

export function offerPaperAndLink() {
  const print = document.getElementById("print");
  print.hidden = false;
  print.addEventListener("click", () => window.print());
  const copy = document.getElementById("copy");
  if (!copy || !navigator.clipboard) return;
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(location.href);
    document.getElementById("kept").textContent = "The link is copied; it shows what you see now.";
  });
}

function quoted(value) {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
