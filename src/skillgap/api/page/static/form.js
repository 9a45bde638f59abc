// The form that names the occupations: suggestions, unrated occupations, and the query it sends.

import { combobox } from "./combobox.js";
import { element } from "./dom.js";
import { fetchJson } from "./fetch-json.js";

const DEFAULTS = { domain: "skills", show: "gaps", min_gap: "0", from: "", to: "" };

// Sets up the form; `onChoice` is called when a rated occupation is chosen. Returns the release and the levels of the form.
export function occupationForm(form, onChoice = () => {}) {
  const release = form.elements.release?.value ?? "";
  // A person is compared by O*NET's own levels.
  const levels = form.elements.tab ? "published" : (form.elements.levels?.value ?? "");
  for (const side of form.querySelectorAll(".occupation")) {
    const input = side.querySelector("input");
    const problem = side.querySelector(".problem");
    const field = combobox(input, release, async (occupation) => {
      problem.replaceChildren();
      input.removeAttribute("aria-invalid");
      if (occupation.rated || (await explain(occupation, input, problem, field, { release, levels }))) onChoice();
    });
  }
  form.addEventListener("change", (event) => {
    if (event.target.name === "domain") form.requestSubmit();
  });
  form.addEventListener("formdata", ({ formData }) => {
    for (const input of form.querySelectorAll(".occupation input")) {
      if (input.dataset.code) formData.set(input.name, input.dataset.code);
    }
    for (const [name, value] of [...formData]) if (DEFAULTS[name] === value) formData.delete(name);
  });
  return { release, levels };
}

// Shows why an occupation cannot be compared, and the closest occupations with data as buttons.
// Returns whether it can be: by levels of a language model.
async function explain(occupation, input, problem, field, { release, levels }) {
  const domain = input.form.querySelector("input[name=domain]:checked")?.value ?? DEFAULTS.domain;
  const parameters = { text: occupation.onetsoc_code, domain, release, levels };
  const choice = await fetchJson("choice", parameters).catch(() => null);
  if (!choice || choice.code) return Boolean(choice);
  input.setAttribute("aria-invalid", "true");
  problem.replaceChildren(element("p", { textContent: choice.problem }));
  if (!choice.instead.length) return false;
  const items = choice.instead.map((suggestion) => {
    const button = element("button", { type: "button", textContent: suggestion.title });
    button.addEventListener("click", () => {
      field.choose({ ...suggestion, rated: true });
      input.focus();
    });
    return element("li", {}, button);
  });
  problem.append(
    element("p", { textContent: "Closest occupations with data:" }),
    element("ul", {}, ...items),
  );
  return false;
}
