// The plan for a team: goes on coding by itself, suggests occupations, saves the downloads. Without it the page
// works by its forms.

import { combobox } from "./combobox.js";
import { element } from "./dom.js";
import { clearState, showState, unreachable } from "./states.js";
import { swapForm } from "./swap.js";

const PART = 2000; // titles coded by one request

let stopped = false;
let coding = false;

// Sets up what the server has drawn: more titles are coded until somebody stops it, or all are.
function prepare() {
  for (const field of document.querySelectorAll("[data-part]")) field.value = PART;
  const form = document.getElementById("team-continue");
  if (!form) {
    if (coding) document.getElementById("team-heading").focus();
    coding = stopped = false;
    return;
  }
  coding = true;
  document.getElementById("stop").hidden = stopped;
  document.getElementById("continue").hidden = !stopped;
  if (!stopped) swapForm(form);
}

// Saves the file that a button's form is answered with; the page stays as it is.
async function download(button) {
  const region = document.getElementById("team");
  const retry = () => download(button);
  button.disabled = true;
  showState(region, "loading", { text: "The file is being made…" });
  try {
    const { form } = button;
    const data = new FormData(form);
    data.append(button.name, button.value);
    const response = await fetch(form.action, { method: "POST", body: data });
    if (!response.headers.has("Content-Disposition")) {
      showState(region, "problem", { text: `The file could not be made (status ${response.status}).`, retry });
      return;
    }
    const url = URL.createObjectURL(await response.blob());
    element("a", { href: url, download: /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition"))[1] }).click();
    URL.revokeObjectURL(url);
    clearState(region);
  } catch {
    showState(region, unreachable(), { text: "The service does not respond. Your plan and your choices are still here.", retry });
  } finally {
    button.disabled = false;
  }
}

// The part that is under way ends first; what is coded stays.
function stop(button) {
  stopped = true;
  button.disabled = true;
  button.textContent = "Stopping…";
}

// The pointer going down is enough: until it comes up the button may have been drawn anew.
document.addEventListener("pointerdown", ({ target }) => {
  if (target.id === "stop") stop(target);
});

document.addEventListener("click", (event) => {
  if (event.target.id === "stop") {
    stop(event.target);
  } else if (event.target.id === "continue") {
    stopped = false;
  } else if (event.target.matches("button[data-whole]")) {
    event.preventDefault();
    download(event.target);
  }
});

// A field suggests occupations from the first time it has the focus.
document.addEventListener("focusin", ({ target }) => {
  if (!target.matches("input[data-occupation]:not([role=combobox])")) return;
  combobox(target, document.getElementById("team").dataset.release, () => {});
});

document.addEventListener("swapped", prepare);
prepare();
