// The page of two occupations: suggestions in its fields, print and copying the link. All else is links and forms.

import { occupationForm } from "./form.js";

function setUp() {
  const form = document.getElementById("compare");
  occupationForm(form);
  for (const button of document.querySelectorAll("[data-print], [data-copy]")) {
    button.hidden = "copy" in button.dataset && !navigator.clipboard;
  }
  return form;
}

document.addEventListener("swapped", () => setUp().querySelector("[aria-invalid]")?.focus());

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-print], [data-copy]");
  if (!button) return;
  if ("print" in button.dataset) return window.print();
  await navigator.clipboard.writeText(location.href);
  button.closest("section").querySelector(".copied").textContent = "Link copied, with the current filters.";
});

// The value of the slider beside it, while it moves.
document.addEventListener("input", ({ target }) => {
  if (target.type === "range") document.getElementById(`${target.id}-value`).textContent = Number(target.value);
});

setUp();
