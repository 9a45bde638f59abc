// A text field that suggests occupations while typing: the ARIA combobox pattern with a list of options.
// The chosen code is in the input's data-code; the form sends it in place of the text.

import { element } from "./dom.js";
import { fetchJson } from "./fetch-json.js";
import { clearState, showState, unreachable } from "./states.js";

const DELAY = 120; // milliseconds after the last key
const LIMIT = 8;

// Makes a combobox of an input; `onChoice` is called with the chosen occupation. Returns `choose`.
export function combobox(input, release, onChoice) {
  const list = document.getElementById(`${input.id}-list`);
  let occupations = [];
  let active = -1; // index of the highlighted option
  let timer = 0;
  let request = null;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  close();

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function stopSearch() {
    clearTimeout(timer);
    request?.abort();
  }

  function highlight(index) {
    stopSearch(); // a late response must not replace the list under the highlight
    active = (index + occupations.length) % occupations.length;
    for (const [i, option] of [...list.children].entries()) {
      option.setAttribute("aria-selected", String(i === active));
    }
    const option = list.children[active];
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function choose(occupation) {
    input.value = `${occupation.title} (${occupation.onetsoc_code})`;
    input.dataset.code = occupation.onetsoc_code;
    clearState(list);
    close();
    onChoice(occupation);
  }

  function open(matches) {
    close();
    occupations = matches;
    list.replaceChildren(...occupations.map(optionOf));
    list.hidden = occupations.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    if (list.hidden) showState(list, "empty", { text: `No occupation matches “${input.value.trim()}”. Try another word.` });
    else announce(`${occupations.length} found; use the arrow keys`);
  }

  function optionOf(occupation, i) {
    const option = element("li", { id: `${list.id}-${i}` });
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.append(span("title", occupation.title), span("code", occupation.onetsoc_code));
    if (occupation.matched === "job_title") option.append(span("match", `also: ${occupation.matched_text}`));
    if (!occupation.rated) option.append(span("unrated", "not rated"));
    option.addEventListener("pointerdown", (event) => event.preventDefault()); // the input stays focused
    option.addEventListener("click", () => choose(occupation));
    return option;
  }

  async function search() {
    const text = input.value.trim();
    stopSearch();
    if (!text) {
      clearState(list);
      return close();
    }
    request = new AbortController();
    const { signal } = request;
    try {
      const { occupations: matches } = await fetchJson("occupations", { q: text, limit: LIMIT, release }, { signal });
      clearState(list);
      open(matches);
    } catch (error) {
      if (signal.aborted) return;
      close();
      if (error instanceof TypeError) showState(list, unreachable(), { retry: search }); // no response
      else showState(list, "problem", { text: error.message, retry: search });
    }
  }

  input.addEventListener("input", () => {
    input.dataset.code = "";
    clearTimeout(timer);
    timer = setTimeout(search, DELAY);
  });
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", () => {
    stopSearch();
    close();
  });
  input.addEventListener("keydown", (event) => {
    const isOpen = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) search();
      else highlight(event.key === "ArrowDown" ? active + 1 : Math.max(active, 0) - 1);
    } else if (event.key === "Enter" && isOpen && active >= 0) {
      event.preventDefault();
      choose(occupations[active]);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      close();
    }
  });
  return { choose };
}

function span(className, textContent) {
  return element("span", { className, textContent });
}

// Tells screen readers how many occupations match.
function announce(text) {
  let status = document.getElementById("combobox-status");
  if (!status) {
    status = element("p", { id: "combobox-status", className: "visually-hidden" });
    status.setAttribute("role", "status");
    document.querySelector("main").append(status);
  }
  status.textContent = text;
}
