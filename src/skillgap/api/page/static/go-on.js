// Where to go from here: stepping stones, the closest moves, door openers; links to comparisons.
// What the service does not answer is left out.

const MOVES = 6;
const OPENERS = 4;

export async function goOn(from, to, release) {
  const at = release ? { release } : {};
  const link = (source, target) => `./?${new URLSearchParams({ from: source, to: target, ...at })}`;
  await Promise.all([
    show("path", `paths?${new URLSearchParams({ from, to, ...at })}`, (answer) =>
      answer.steps.length > 1 ? answer.steps.map((step) => stepOf(step, link)) : [],
    ),
    show("moves", `occupations/${from}/moves?${query(MOVES, at)}`, (answer) =>
      answer.moves.map((move) => moveOf(move, from, link)),
    ),
    show("openers", `occupations/${from}/openers?${query(OPENERS, at)}`, (answer) =>
      answer.openers.filter((one) => one.opens > 0).map((opener) => openerOf(opener, from, link)),
    ),
  ]);
}

function query(limit, at) {
  return new URLSearchParams({ limit, ...at });
}

async function show(name, address, itemsOf) {
  const block = document.querySelector(`[data-on=${name}]`);
  const response = await fetch(address);
  if (!response.ok) return;
  const items = itemsOf(await response.json());
  if (!items.length) return;
  block.querySelector("ol, ul").append(...items);
  block.hidden = document.getElementById("on").hidden = false;
}

function stepOf({ from_occupation, to_occupation, coverage }, link) {
  const text = `${from_occupation.title} to ${to_occupation.title}`;
  const item = document.createElement("li");
  item.append(anchor(text, link(from_occupation.onetsoc_code, to_occupation.onetsoc_code)), bar(coverage));
  return item;
}

function moveOf({ occupation, coverage, largest_gaps }, from, link) {
  const item = document.createElement("li");
  item.append(anchor(occupation.title, link(from, occupation.onetsoc_code)), bar(coverage));
  if (largest_gaps.length) {
    item.append(aside(`to raise most: ${largest_gaps.map((gap) => gap.element_name).join(", ")}`));
  }
  return item;
}

function openerOf({ element_name, raised_to, opens, occupations }, from, link) {
  const item = document.createElement("li");
  const strong = document.createElement("strong");
  strong.textContent = `${element_name} at level ${raised_to.toFixed(2)}`;
  const doors = `opens ${opens} ${opens > 1 ? "occupations" : "occupation"}, such as `;
  item.append(strong, ` ${doors}`);
  for (const [i, one] of occupations.slice(0, 3).entries()) {
    item.append(i ? ", " : "", anchor(one.title, link(from, one.onetsoc_code)));
  }
  return item;
}

function anchor(text, href) {
  const node = document.createElement("a");
  node.href = href;
  node.textContent = text;
  return node;
}

function aside(text) {
  const node = document.createElement("span");
  node.className = "aside";
  node.textContent = text;
  return node;
}

function bar(coverage) {
  const percent = coverage === 1 ? 100 : Math.min(99, Math.round(coverage * 100));
  const node = document.createElement("meter");
  node.value = coverage;
  node.setAttribute("aria-label", `${percent} % is brought`);
  const figure = aside(`${percent} %`);
  const both = document.createElement("span");
  both.className = "brought";
  both.append(node, figure);
  return both;
}
