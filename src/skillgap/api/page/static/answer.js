// The answer on the page: filters and sorting change picture, table, headline and address together.
// api/picture.py does the same on the server; tests/page holds the two together.

const CERTAINTY_ORDER = ["gap", "possible_gap", "negligible", "unjudged", "met", "surplus"];
const USUAL = { show: "gaps", min_gap: "0", certain: "", sort: "gap" };

export function answerOnPage(section) {
  const slider = section.querySelector("#min_gap");
  const certain = section.querySelector("#certain");
  const picture = section.querySelector("#picture");
  const body = section.querySelector("#table tbody");
  const sorters = [...section.querySelectorAll("[data-sort]")];
  const state = {
    sort: new URLSearchParams(location.search).get("sort") ?? USUAL.sort,
    get show() {
      return section.querySelector("input[name=show]:checked").value;
    },
    get min_gap() {
      return String(Number(slider.value));
    },
    get certain() {
      return certain.checked ? "1" : "";
    },
  };

  function apply() {
    section.querySelector("#min_gap-said").textContent = state.min_gap;
    let gaps = 0;
    let fresh = 0;
    const kinds = new Set();
    const lines = new Map([...body.children].map((line) => [line.dataset.id, line]));
    for (const bar of picture.children) {
      const { kind, status, id } = bar.dataset;
      const gap = Number(bar.dataset.gap);
      const counts = gap <= 0 || (gap >= Number(state.min_gap) && (!state.certain || kind === "gap"));
      const asked = state.show === "all" || (state.show === "gaps" ? gap > 0 : gap < 0);
      bar.hidden = lines.get(id).hidden = !(counts && asked);
      if (counts && asked) kinds.add(kind);
      gaps += counts && gap > 0;
      fresh += counts && status === "missing";
    }
    section.querySelector("#nothing").hidden = kinds.size > 0;
    for (const item of section.querySelectorAll(".legend li")) item.hidden = !kinds.has(item.className);
    section.querySelector("#headline").textContent = headline(section.dataset, gaps, fresh);
    section.querySelector("#filters").textContent = filters(state);
    remember(state);
  }

  function sort(column) {
    const key = sortKey(column);
    const order = [...picture.children].sort(key).map((bar) => bar.dataset.id);
    if (state.sort.startsWith("-")) order.reverse();
    const lines = new Map([...body.children].map((line) => [line.dataset.id, line]));
    body.append(...order.map((id) => lines.get(id)));
    for (const link of sorters) {
      const heading = link.closest("th");
      if (link.dataset.sort !== column) {
        heading.removeAttribute("aria-sort");
        continue;
      }
      const fromA = column === "name" || column === "certainty";
      const turned = state.sort.startsWith("-");
      heading.setAttribute("aria-sort", turned !== fromA ? "ascending" : "descending");
    }
  }

  section.querySelector(".controls").addEventListener("input", apply);
  for (const link of sorters) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const column = link.dataset.sort;
      state.sort = state.sort === column ? `-${column}` : column;
      sort(column);
      remember(state);
    });
  }
  picture.addEventListener("keydown", (event) => {
    if (event.key === "Escape") event.target.closest(".bar")?.classList.add("dismissed");
  });
  for (const type of ["focusout", "pointerout"]) {
    picture.addEventListener(type, (event) => {
      const bar = event.target.closest(".bar");
      if (bar && !bar.contains(event.relatedTarget)) bar.classList.remove("dismissed");
    });
  }
  return { apply, sort: () => sort(state.sort.replace("-", "")) };
}

function sortKey(column) {
  const values = {
    name: (bar) => bar.dataset.name,
    from: (bar) => -bar.dataset.from,
    to: (bar) => -bar.dataset.to,
    gap: (bar) => -bar.dataset.gap,
    importance: (bar) => -bar.dataset.importance,
    certainty: (bar) => CERTAINTY_ORDER.indexOf(bar.dataset.kind),
  };
  const value = values[column];
  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  return (a, b) => 
    compare(value(a), value(b)) ||
    compare(values.importance(a), values.importance(b)) ||
    compare(a.dataset.id, b.dataset.id);
}

function headline({ fromTitle, toTitle, percent, noun, nouns }, gaps, fresh) {
  let raise = "nothing to raise";
  if (gaps) {
    raise = `${gaps} ${gaps > 1 ? nouns : noun} to raise`;
    if (fresh === gaps) raise += gaps === 1 ? ", a new one" : ", all of them new";
    else if (fresh) raise += `, ${fresh} of them new`;
  }
  return `${fromTitle} bring ${percent}\u00a0% of what ${toTitle} need; ${raise}.`;
}

function filters(state) {
  const parts = [];
  if (state.min_gap !== "0") parts.push(`gaps of ${state.min_gap} levels or more`);
  if (state.certain) parts.push("only certain gaps");
  return parts.length ? `Counted: ${parts.join(", ")}.` : "";
}

function remember(state) {
  const address = new URL(location.href);
  for (const [name, usual] of Object.entries(USUAL)) {
    if (state[name] === usual) address.searchParams.delete(name);
    else address.searchParams.set(name, state[name]);
  }
  history.replaceState(null, "", address);
  for (const link of document.querySelectorAll("[data-download=svg], [data-download=png]")) {
    link.search = chartQuery(address);
  }
}

function chartQuery(address) {
  const query = new URLSearchParams(address.searchParams);
  query.delete("sort");
  return query.toString();
}
