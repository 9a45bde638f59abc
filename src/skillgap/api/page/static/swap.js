// Replaces a region of the page by the same region of another address, so that what a template draws is drawn nowhere else.
// <form data-swap="ID"> and <a data-swap="ID"> do without the script what they always do. A form with data-live is sent
// whenever one of its fields changes (not data-quiet ones); data-focus="ID" names what has the focus after it was
// submitted. A button with data-whole sends its form without the script.
// The new region fires "swapped".

import { clearState, showState, unreachable } from "./states.js";

const TYPING = 250; // milliseconds after the last key
const SLOW = 300; // milliseconds until a request is said to be loading

let request = null;
let timer = 0;
let shown = address(location);

// Requests an address and replaces the region; `history` is "push", "replace" or null. Resolves to the new region, or null.
export async function swap(region, url, { body = null, history: step = null, focus = null } = {}) {
  const again = () => swap(region, url, { body, history: step, focus });
  const own = startRequest();
  const slow = setTimeout(() => showState(region, "loading"), SLOW);
  const response = await load(own, url, body);
  clearTimeout(slow);
  if (own !== request) return null; // another request took its place
  const fresh = response?.getElementById(region.id);
  if (!fresh) {
    report(region, own, response, again);
    return null;
  }
  clearState(region);
  const next = replace(region, fresh);
  document.title = response.title;
  if (step) {
    history[`${step}State`]({ swap: region.id }, "", own.responseURL);
    shown = address(location);
  }
  if (focus) document.getElementById(focus)?.focus();
  next.dispatchEvent(new CustomEvent("swapped", { bubbles: true, detail: { response } }));
  return next;
}

// Sends a form as the browser would, and replaces its region.
export function swapForm(form, { submitter = null, history: step = "push", focus = null } = {}) {
  const region = document.getElementById(form.dataset.swap);
  const data = new FormData(form, submitter);
  const action = new URL(submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "", location.href);
  if (form.method === "post") {
    const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
    return swap(region, action.href, { body, focus });
  }
  const given = [...data].filter(([name, value]) => value !== "" && value !== form.elements[name]?.dataset?.default);
  action.search = String(new URLSearchParams(given));
  return swap(region, action.href, { history: step, focus });
}

function startRequest() {
  request?.abort();
  request = new XMLHttpRequest();
  return request;
}

// XMLHttpRequest parses HTML itself: no text is turned into elements here, which Trusted Types would forbid.
function load(own, url, body) {
  return new Promise((resolve) => {
    own.addEventListener("loadend", () => resolve(own.response));
    own.open(body ? "POST" : "GET", url);
    own.responseType = "document";
    own.send(body);
  });
}

function report(region, own, response, retry) {
  const problem = (response?.querySelector("#problem p") ?? response?.querySelector("h1"))?.textContent;
  if (own.status === 0) showState(region, unreachable(), { retry });
  else showState(region, "problem", { text: problem || `The service answered with status ${own.status}.`, retry });
}

// Puts the fresh region in the place of the old one; what had the focus or was open stays so.
function replace(region, fresh) {
  const focused = region.contains(document.activeElement) ? document.activeElement.id : "";
  const open = [...region.querySelectorAll("details[open][id]")].map(({ id }) => id);
  const next = document.importNode(fresh, true);
  region.replaceWith(next);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.focus();
  return next;
}

function address({ pathname, search }) {
  return pathname + search;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.dataset.swap || event.submitter?.hasAttribute("data-whole")) return;
  event.preventDefault();
  clearTimeout(timer);
  swapForm(form, { submitter: event.submitter, focus: form.dataset.focus });
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-swap]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  swap(document.getElementById(link.dataset.swap), link.href, { history: "push", focus: link.dataset.focus });
});

// Text and sliders wait for the last key; other fields are sent at once.
function sendLive(event) {
  const form = event.target.form;
  if (!form || !form.matches("[data-live][data-swap]") || event.target.hasAttribute("data-quiet")) return;
  clearTimeout(timer);
  timer = setTimeout(() => swapForm(form, { history: "replace" }), event.type === "input" ? TYPING : 0);
}
document.addEventListener("input", sendLive);
document.addEventListener("change", sendLive);

window.addEventListener("popstate", ({ state }) => {
  if (address(location) === shown) return; // another place on the same page
  shown = address(location);
  const region = document.getElementById(state?.swap) ?? document.querySelector("[data-region]");
  if (region) swap(region, location.href);
  else location.reload();
});

// A form outside of a region shows the state of an address again when Back has gone there.
document.addEventListener("swapped", ({ target, detail }) => {
  for (const form of document.querySelectorAll(`form[data-swap="${target.id}"][id]`)) {
    const fresh = detail.response.getElementById(form.id);
    if (fresh && !target.contains(form) && !form.contains(document.activeElement)) {
      form.replaceWith(document.importNode(fresh, true));
    }
  }
});

// The regions of a page are marked data-region: the first is told when the network is gone.
window.addEventListener("offline", () => {
  const region = document.querySelector("[data-region]");
  if (region) showState(region, "offline");
});
window.addEventListener("online", () => {
  const region = document.querySelector("[data-region]");
  if (region) clearState(region);
});

document.documentElement.dataset.scripted = "yes";
