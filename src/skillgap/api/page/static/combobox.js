// A field that finds occupations while one types: the ARIA combobox pattern with a list of options.
// The chosen code is in the input's data-code; a form sends it in place of the text.

const WAIT = 120; // milliseconds after the last key
const MOST = 8;

export function combobox(input, { release = "", onChoice = () => {} } = {}) {
  const list = document.getElementById(`${input.id}-list`);
  let found = [];
  let active = -1;
  let timer = 0;
  let asking = null;

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

  function mark(place) {
    active = (place + found.length) % found.length;
    for (const [i, option] of [...list.children].entries()) {
      option.setAttribute("aria-selected", String(i === active));
      if (i === active) {
        input.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      }
    }
  }

  function choose(occupation) {
    input.value = `${occupation.title} (${occupation.onetsoc_code})`;
    input.dataset.code = occupation.onetsoc_code;
    close();
    onChoice(occupation);
  }

  function offer(occupations) {
    found = occupations;
    active = -1;
    input.removeAttribute("aria-activedescendant");
    list.replaceChildren(...found.map(optionOf));
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
    say(found.length ? `${found.length} found; use the arrow keys` : "nothing found");
  }

  function optionOf(occupation, i) {
    const option = document.createElement("li");
    option.id = `${list.id}-${i}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.append(span("title", occupation.title), span("code", occupation.onetsoc_code));
    if (occupation.matched === "job_title") {
      option.append(span("why", `also: ${occupation.matched_text}`));
    }
    if (!occupation.rated) option.append(span("unrated", "not rated"));
    option.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the focus
    option.addEventListener("click", () => choose(occupation));
    return option;
  }

  async function ask() {
    const text = input.value.trim();
    asking?.abort();
    if (!text) return close();
    asking = new AbortController();
    const query = new URLSearchParams({ q: text, limit: MOST, ...(release && { release }) });
    try {
      const response = await fetch(`occupations?${query}`, { signal: asking.signal });
      if (response.ok) offer((await response.json()).occupations);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  }

  input.addEventListener("input", () => {
    input.dataset.code = "";
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", () => {
    clearTimeout(timer);
    asking?.abort();
    close();
  });
  input.addEventListener("keydown", (event) => {
    const open = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (open) mark(active + (event.key === "ArrowDown" ? 1 : active < 0 ? 0 : -1));
      else ask();
    } else if (event.key === "Enter" && open && active >= 0) {
      event.preventDefault();
      choose(found[active]);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      close();
    }
  });
  return { choose };
}

function span(name, text) {
  const node = document.createElement("span");
  node.className = name;
  node.textContent = text;
  return node;
}

function say(text) {
  let said = document.getElementById("combobox-said");
  if (!said) {
    said = document.createElement("p");
    said.id = "combobox-said";
    said.className = "unseen";
    said.setAttribute("role", "status");
    document.querySelector("main").append(said);
  }
  said.textContent = text;
}
