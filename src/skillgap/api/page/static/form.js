// The form that names the occupations: choosing, an unrated choice, and what it sends.

import { combobox } from "./combobox.js";

export function occupationFields(form, release, onChange = () => {}) {
  for (const side of form.querySelectorAll(".occupation")) {
    const input = side.querySelector("input");
    const problem = side.querySelector(".problem");
    const field = combobox(input, {
      release,
      onChoice: async (occupation) => {
        problem.replaceChildren();
        input.removeAttribute("aria-invalid");
        if (occupation.rated) onChange(input);
        else await explain(occupation, input, problem, field, release);
      },
    });
  }
  form.addEventListener("formdata", ({ formData }) => {
    for (const input of form.querySelectorAll(".occupation input")) {
      if (input.dataset.code) formData.set(input.name, input.dataset.code);
    }
    const usual = { domain: "skills", show: "gaps", min_gap: "0", from: "", to: "" };
    for (const [name, text] of [...formData]) if (usual[name] === text) formData.delete(name);
  });
}

// Why an occupation cannot be compared, and its rated neighbours to take in its place.
async function explain(occupation, input, problem, field, release) {
  const domain = input.form.querySelector("input[name=domain]:checked")?.value ?? "skills";
  const query = { text: occupation.onetsoc_code, domain, ...(release && { release }) };
  const response = await fetch(`choice?${new URLSearchParams(query)}`);
  if (!response.ok) return;
  const choice = await response.json();
  input.setAttribute("aria-invalid", "true");
  problem.replaceChildren(paragraph(choice.problem));
  if (!choice.instead.length) return;
  const list = document.createElement("ul");
  list.append(
    ...choice.instead.map((neighbour) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = neighbour.title;
      button.addEventListener("click", () => {
        field.choose({ ...neighbour, rated: true });
        input.focus();
      });
      const item = document.createElement("li");
      item.append(button);
      return item;
    }),
  );
  problem.append(paragraph("Rated neighbours:"), list);
}

function paragraph(text) {
  const node = document.createElement("p");
  node.textContent = text;
  return node;
}
