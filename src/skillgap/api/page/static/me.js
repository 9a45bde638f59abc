// The page of a person's own profile: keeps the answers in this browser and asks the server anew with every edit.

import { combobox } from "./combobox.js";
import { deleteProfile, editProfile, exported, imported, readProfile, undoEdit } from "./profile.js";
import { swap } from "./swap.js";

const LEVEL = "level.";
const PAGE = "me";
const RESULT = "result";

const form = () => document.getElementById("profile");
const say = (text) => {
  document.getElementById("profile-status").textContent = text;
};

// Everything the form has but the profile, which comes from the store: what the page shows never lags behind it.
function fields(submitter = null) {
  const data = new URLSearchParams(new FormData(form(), submitter));
  for (const name of [...data.keys()]) if (name.startsWith(LEVEL) || name === "from") data.delete(name);
  const { from, levels } = readProfile();
  data.set("from", from);
  for (const [element, level] of Object.entries(levels)) data.set(LEVEL + element, level);
  return data;
}

// Shows the profile in a region: the result alone, or the page with other questions.
function show(id, { submitter = null, focus = null } = {}) {
  return swap(document.getElementById(id), form().action, { body: fields(submitter), focus });
}

function setUp() {
  const profile = readProfile();
  for (const part of document.querySelectorAll(".scripted")) part.hidden = false;
  document.getElementById("undo").disabled = profile.undo.length === 0;
  if (profile.fault) say(profile.fault);
  const input = document.getElementById("from");
  if (input.dataset.ready) return;
  input.dataset.ready = "yes";
  const release = form().elements.release?.value ?? "";
  combobox(input, release, ({ onetsoc_code }) => start(onetsoc_code));
  const target = document.getElementById("to");
  if (target) combobox(target, release, ({ onetsoc_code }) => compareWith(onetsoc_code));
}

// An address of its own, so that Back, reload and bookmarks work; the profile is not in it.
function compareWith(code) {
  location.assign(form().action + (code ? `?to=${code}` : ""));
}

function start(from) {
  editProfile({ from });
  return show(PAGE);
}

async function replaceAll(change) {
  change();
  await show(PAGE);
}

document.addEventListener("change", ({ target }) => {
  if (target.id === "file") return openFile(target);
  if (target.form !== form()) return;
  if (target.name.startsWith(LEVEL)) {
    const { [target.name.slice(LEVEL.length)]: _, ...levels } = readProfile().levels;
    if (target.value !== "") levels[target.name.slice(LEVEL.length)] = Number(target.value);
    editProfile({ levels });
    document.getElementById("undo").disabled = false;
    say(readProfile().fault ?? "");
    show(RESULT);
  } else if (target.id === "from") {
    if (target.value.trim() === "") start("");
  } else if (target.id !== "to") {
    show(target.hasAttribute("data-whole-page") ? PAGE : RESULT);
  }
});

document.addEventListener("submit", async (event) => {
  const { submitter } = event;
  if (event.target !== form() || submitter?.hasAttribute("data-whole")) return;
  event.preventDefault();
  if (submitter?.hasAttribute("data-compare")) compareWith(submitter.value.trim());
  else if (submitter?.name === "from") start(submitter.value.trim());
  else if (submitter?.name === "cards") show(RESULT, { submitter });
  else await search();
});

// What stands in the field is looked up by the server, which says what it means or which could be meant.
async function search() {
  const body = fields();
  const input = document.getElementById("from");
  body.set("from", input.dataset.code || input.value);
  await swap(document.getElementById(PAGE), form().action, { body });
  const { code } = document.getElementById("from").dataset;
  if (code && code !== readProfile().from) editProfile({ from: code });
}

document.addEventListener("click", ({ target }) => {
  if (target.id === "undo") replaceAll(undoEdit);
  if (target.id === "print") print();
  if (target.id === "export") saveFile();
  if (target.id === "import") document.getElementById("file").click();
  if (target.id === "delete") replaceAll(deleteProfile).then(() => say("Your answers are deleted from this browser."));
});

function saveFile() {
  const address = URL.createObjectURL(new Blob([exported(readProfile())], { type: "application/json" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: "skillgap-profile.json" });
  link.click();
  URL.revokeObjectURL(address);
}

async function openFile(input) {
  const [file] = input.files;
  input.value = "";
  if (!file) return;
  try {
    const profile = await imported(file);
    await replaceAll(() => editProfile(profile));
    say(`${Object.keys(profile.levels).length} answers read from ${file.name}. Undo brings back those from before.`);
  } catch (error) {
    say(`${file.name} was not opened: ${error.message}.`);
  }
}

document.addEventListener("swapped", setUp);
window.addEventListener("storage", () => show(PAGE)); // edited in another tab

// A link may name where to start; else the stored profile is shown.
const named = new URLSearchParams(location.search).get("from");
const code = document.getElementById("from").dataset.code;
setUp();
if (named && code && code !== readProfile().from) editProfile({ from: code });
const { from, levels } = readProfile();
if (from || Object.keys(levels).length) show(PAGE);
