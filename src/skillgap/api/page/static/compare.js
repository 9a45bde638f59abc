// The tab of two occupations: form, filters, downloads and next steps.

import { answerOnPage } from "./answer.js";
import { enableCopyLink, enableCsv, enablePrint } from "./download.js";
import { fetchJson } from "./fetch-json.js";
import { occupationForm } from "./form.js";
import { showNextSteps } from "./next-steps.js";

const SUBMITTED = "skillgap.submitted"; // set while a form is on its way: the headline then takes the focus

const form = document.getElementById("compare");
const section = document.getElementById("answer");
const { release, levels } = occupationForm(form);

form.querySelector(".swap").addEventListener("click", (event) => {
  event.preventDefault();
  const [from, to] = form.querySelectorAll(".occupation input");
  [from.value, to.value] = [to.value, from.value];
  [from.dataset.code, to.dataset.code] = [to.dataset.code, from.dataset.code];
  if (from.dataset.code && to.dataset.code) form.requestSubmit();
});
form.addEventListener("submit", () => sessionStorage.setItem(SUBMITTED, "yes"));

if (section) {
  const { from, to } = section.dataset;
  answerOnPage(section);
  enablePrint();
  enableCopyLink();
  enableCsv(
    () => fetchJson(document.querySelector("[data-download=json]").href),
    () => `skill-gap-${from}-${to}`,
  );
  if (sessionStorage.getItem(SUBMITTED)) document.getElementById("headline").focus();
  showNextSteps(from, to, { release, levels });
}
sessionStorage.removeItem(SUBMITTED);
