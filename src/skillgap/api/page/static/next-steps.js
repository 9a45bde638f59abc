// Next steps: a path through other occupations, the closest moves, and the skills that open the most occupations.
// A block whose request fails or has no results stays hidden.

import { percentOf } from "./answer.js";
import { element } from "./dom.js";
import { fetchJson } from "./fetch-json.js";

const MOVES = 6;
const OPENERS = 4;
const TITLES = 3; // occupations named for each opener

// Moves, paths and openers are O*NET's own ratings; the links to comparisons keep the page's levels.
export async function showNextSteps(from, to, { release, levels }) {
  const linkTo = (target, source = from) => {
    const query = new URLSearchParams({ from: source, to: target.onetsoc_code });
    if (release) query.set("release", release);
    if (levels) query.set("levels", levels);
    return element("a", { href: `./?${query}`, textContent: target.title });
  };
  await Promise.all([
    showBlock("path", "paths", { from, to, release }, ({ steps }) =>
      steps.length > 1 ? steps.map((step) => stepItem(step, linkTo)) : [],
    ),
    showBlock("moves", `occupations/${from}/moves`, { limit: MOVES, release }, ({ moves }) =>
      moves.map((move) => moveItem(move, linkTo)),
    ),
    showBlock("openers", `occupations/${from}/openers`, { limit: OPENERS, release }, ({ openers }) =>
      openers.filter(({ opens }) => opens > 0).map((opener) => openerItem(opener, linkTo)),
    ),
  ]);
}

async function showBlock(name, path, parameters, itemsOf) {
  const answer = await fetchJson(path, parameters).catch(() => null);
  const items = answer ? itemsOf(answer) : [];
  if (!items.length) return;
  const block = document.querySelector(`[data-next=${name}]`);
  block.querySelector("ol, ul").append(...items);
  block.hidden = document.getElementById("next-steps").hidden = false;
}

function stepItem({ from_occupation, to_occupation, coverage }, linkTo) {
  const link = linkTo(to_occupation, from_occupation.onetsoc_code);
  link.textContent = `${from_occupation.title} to ${to_occupation.title}`;
  return element("li", {}, link, coverageMeter(coverage));
}

function moveItem({ occupation, coverage, largest_gaps }, linkTo) {
  const item = element("li", {}, linkTo(occupation), coverageMeter(coverage));
  const names = largest_gaps.map((gap) => gap.element_name).join(", ");
  if (names) item.append(aside(`largest gaps: ${names}`));
  return item;
}

function openerItem({ element_name, raised_to, opens, occupations }, linkTo) {
  const level = element("strong", { textContent: `${element_name} at level ${raised_to.toFixed(2)}` });
  const links = occupations.slice(0, TITLES).flatMap((occupation, i) => [i ? ", " : "", linkTo(occupation)]);
  return element("li", {}, level, ` opens ${opens} ${opens > 1 ? "occupations" : "occupation"}, such as `, ...links);
}

function aside(text) {
  return element("span", { className: "aside", textContent: text });
}

function coverageMeter(coverage) {
  const percent = percentOf(coverage);
  const meter = element("meter", { value: coverage });
  meter.setAttribute("aria-label", `coverage ${percent} %`);
  return element("span", { className: "coverage-figure" }, meter, aside(`${percent} %`));
}
