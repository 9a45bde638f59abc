// Two occupations: the form, the answer, what can be kept, and where to go on.

import { answerOnPage } from "./answer.js";
import { occupationFields } from "./form.js";
import { goOn } from "./go-on.js";
import { offerCsv, offerPaperAndLink } from "./keep.js";

const form = document.getElementById("compare");
const section = document.getElementById("answer");
const release = new URLSearchParams(location.search).get("release") ?? "";
const JUST_ASKED = "skillgap.just-asked";

occupationFields(form, release);

form.querySelector(".swap").addEventListener("click", (event) => {
  event.preventDefault();
  const [from, to] = form.querySelectorAll(".occupation input");
  [from.value, to.value] = [to.value, from.value];
  [from.dataset.code, to.dataset.code] = [to.dataset.code, from.dataset.code];
  if (from.dataset.code && to.dataset.code) form.requestSubmit();
});
form.addEventListener("change", (event) => {
  if (event.target.name === "domain") form.requestSubmit();
});
form.addEventListener("submit", () => sessionStorage.setItem(JUST_ASKED, "yes"));

if (section) {
  const { from, to } = section.dataset;
  answerOnPage(section);
  offerPaperAndLink();
  offerCsv(
    async () => (await fetch(document.querySelector("[data-download=json]").href)).json(),
    () => `skill-gap-${from}-${to}`,
  );
  if (sessionStorage.getItem(JUST_ASKED)) document.getElementById("headline").focus();
  goOn(from, to, release);
}
sessionStorage.removeItem(JUST_ASKED);
document.documentElement.dataset.scripted = "yes";
