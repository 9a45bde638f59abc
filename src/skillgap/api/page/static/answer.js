// The comparison on the page: filters and sorting change chart, table, headline and address together.
// The server applies the same rules (skillgap/occupations/charts/rows.py); tests/page compares the two.

const KINDS = ["gap", "possible_gap", "negligible", "unjudged", "met", "surplus"]; // in order of certainty
const DEFAULTS = { show: "gaps", min_gap: "0", certain: "", sort: "gap" };

// Sets up filters and sorting of a section. Returns functions that apply both to rows put in later.
export function answerOnPage(section) {
  const chart = section.querySelector("#chart");
  const tableBody = section.querySelector("#table tbody");
  const sortLinks = [...section.querySelectorAll("[data-sort]")];
  const tableRows = () => new Map([...tableBody.children].map((row) => [row.dataset.id, row]));
  const state = {
    sort: new URLSearchParams(location.search).get("sort") ?? DEFAULTS.sort,
    get show() {
      return section.querySelector("input[name=show]:checked").value;
    },
    get min_gap() {
      return String(Number(section.querySelector("#min_gap").value));
    },
    get certain() {
      return section.querySelector("#certain").checked ? "1" : "";
    },
  };

  function filter() {
    let gapCount = 0;
    let newCount = 0;
    const kinds = new Set();
    const rows = tableRows();
    for (const row of chart.children) {
      const { kind, status, id } = row.dataset;
      const gap = Number(row.dataset.gap);
      const passes = gap <= 0 || (gap >= Number(state.min_gap) && (!state.certain || kind === "gap"));
      const selected = state.show === "all" || (state.show === "gaps" ? gap > 0 : gap < 0);
      row.hidden = rows.get(id).hidden = !(passes && selected);
      if (!row.hidden) kinds.add(kind);
      gapCount += passes && gap > 0;
      newCount += passes && status === "missing";
    }
    section.querySelector("#min_gap-value").textContent = state.min_gap;
    section.querySelector("#no-rows").hidden = kinds.size > 0;
    for (const item of section.querySelectorAll(".legend li")) item.hidden = !kinds.has(item.className);
    section.querySelector("#headline").textContent = headline(section.dataset, gapCount, newCount);
    section.querySelector("#filters").textContent = filterText(state);
    updateAddress(state);
  }

  function sort() {
    const reversed = state.sort.startsWith("-");
    const column = state.sort.replace("-", "");
    const order = [...chart.children].sort(comparator(column)).map((row) => row.dataset.id);
    if (reversed) order.reverse();
    const rows = tableRows();
    tableBody.append(...order.map((id) => rows.get(id)));
    for (const link of sortLinks) {
      const heading = link.closest("th");
      const ascending = reversed !== (column === "name" || column === "certainty");
      if (link.dataset.sort !== column) heading.removeAttribute("aria-sort");
      else heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    }
  }

  section.querySelector(".controls").addEventListener("input", filter);
  for (const link of sortLinks) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const column = link.dataset.sort;
      state.sort = state.sort === column ? `-${column}` : column;
      sort();
      updateAddress(state);
    });
  }
  dismissTooltips(chart);
  return { filter, sort };
}

// The class that gives an element its colour.
export function kindOf({ difference, certainty }) {
  if (difference > 0) return certainty ?? "unjudged";
  return difference === 0 ? "met" : "surplus";
}

// A coverage in whole per cent; 100 only when it is complete.
export function percentOf(coverage) {
  return coverage === 1 ? 100 : Math.min(99, Math.round(coverage * 100));
}

// Escape hides a row's tooltip until pointer and focus have left the row.
function dismissTooltips(chart) {
  chart.addEventListener("keydown", (event) => {
    if (event.key === "Escape") event.target.closest(".chart-row")?.classList.add("dismissed");
  });
  for (const type of ["focusout", "pointerout"]) {
    chart.addEventListener(type, (event) => {
      const row = event.target.closest(".chart-row");
      if (row && !row.contains(event.relatedTarget)) row.classList.remove("dismissed");
    });
  }
}

function comparator(column) {
  const keys = {
    name: (row) => row.dataset.name,
    from: (row) => -row.dataset.from,
    to: (row) => -row.dataset.to,
    gap: (row) => -row.dataset.gap,
    importance: (row) => -row.dataset.importance,
    certainty: (row) => KINDS.indexOf(row.dataset.kind),
    id: (row) => row.dataset.id,
  };
  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const order = [keys[column], keys.importance, keys.id];
  return (a, b) => order.reduce((result, key) => result || compare(key(a), key(b)), 0);
}

function headline({ fromTitle, toTitle, percent, noun, nouns }, gapCount, newCount) {
  let raise = "nothing to raise";
  if (gapCount) {
    raise = `${gapCount} ${gapCount > 1 ? nouns : noun} to raise`;
    if (newCount === gapCount) raise += gapCount === 1 ? ", a new one" : ", all of them new";
    else if (newCount) raise += `, ${newCount} of them new`;
  }
  return `${fromTitle} bring ${percent}\u00a0% of what ${toTitle} need; ${raise}.`;
}

function filterText(state) {
  const parts = [];
  if (state.min_gap !== DEFAULTS.min_gap) parts.push(`gaps of ${state.min_gap} levels or more`);
  if (state.certain) parts.push("only certain gaps");
  return parts.length ? `Counted: ${parts.join(", ")}.` : "";
}

// Writes the state into the page's address and into the links to the chart's files.
function updateAddress(state) {
  const { sort: _, ...shown } = DEFAULTS; // a chart has no order of its own
  history.replaceState(null, "", withState(location.href, state, DEFAULTS));
  for (const link of document.querySelectorAll("[data-download=svg], [data-download=png]")) {
    link.href = withState(link.href, state, shown); // what the page ignores in its address is not in a link
  }
}

function withState(href, state, defaults) {
  const address = new URL(href);
  for (const [name, value] of Object.entries(defaults)) {
    if (state[name] === value) address.searchParams.delete(name);
    else address.searchParams.set(name, state[name]);
  }
  return address;
}
