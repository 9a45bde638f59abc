// Says above a region how things stand with it: loading, empty, offline, gone or a problem.
// One component, drawn as the template's macro of states.html draws it.

const TEXTS = {
  loading: "Loading…",
  offline: "You are offline. What is shown may be out of date.",
  gone: "The service does not respond. What is shown is from before your last change.",
};
const URGENT = ["offline", "gone", "problem"];

// Shows a state of a region, in the place of the one before; `retry` is called by a button "Try again".
export function showState(region, kind, { text = TEXTS[kind], retry = null } = {}) {
  const state = document.getElementById("state").content.firstElementChild.cloneNode(true);
  state.id = `${region.id}-state`;
  state.dataset.kind = kind;
  state.setAttribute("role", URGENT.includes(kind) ? "alert" : "status");
  state.querySelector("p").textContent = text;
  const button = state.querySelector("button");
  if (retry) button.addEventListener("click", retry);
  else button.remove();
  clearState(region);
  region.before(state);
  region.setAttribute("aria-busy", String(kind === "loading"));
}

export function clearState(region) {
  document.getElementById(`${region.id}-state`)?.remove();
  region.removeAttribute("aria-busy");
}

// The state of a request that got no response.
export function unreachable() {
  return navigator.onLine ? "gone" : "offline";
}
