// The form that names occupations: suggestions while typing, and the swap of its two fields.

import { combobox } from "./combobox.js";
import { swapForm } from "./swap.js";

// Sets up the form; `onChoice` is called when an occupation is chosen. The server says at the field why one cannot be
// compared, so an unrated one is sent at once where the form replaces a region.
export function occupationForm(form, onChoice = () => {}) {
  if (form.dataset.ready) return; // set up already
  form.dataset.ready = "yes";
  const inputs = [...form.querySelectorAll(".occupation input")];
  for (const input of inputs) {
    combobox(input, form.elements.release?.value ?? "", (occupation) => {
      document.getElementById(`${input.id}-problem`).replaceChildren();
      input.removeAttribute("aria-invalid");
      if (!occupation.rated && form.dataset.swap) swapForm(form);
      else onChoice(occupation);
    });
  }
  form.addEventListener("formdata", ({ formData }) => {
    for (const input of inputs) if (input.dataset.code) formData.set(input.name, input.dataset.code);
  });
  form.querySelector(".swap")?.addEventListener("click", (event) => {
    const [from, to] = inputs;
    if (inputs.every(({ value, defaultValue }) => value && value === defaultValue)) return; // the link does it
    event.preventDefault();
    [from.value, to.value] = [to.value, from.value];
    [from.dataset.code, to.dataset.code] = [to.dataset.code, from.dataset.code];
  });
}
