// The profile of whoever uses this browser: a start and levels by element id, kept in localStorage and nowhere else.

const KEY = "skillgap.profile";
const VERSION = 1;
const OLDER = "skillgap.levels"; // levels alone, before profiles had a start
const MOST_UNDONE = 20;
const MOST_BYTES = 100_000;
const CODE = /^\d{2}-\d{4}\.\d{2}$/;

const EMPTY = { version: VERSION, from: "", levels: {}, undo: [] };
const NOT_STORED = "This browser stores nothing here: save the answers as a file before you leave.";

let unstored = null; // the profile where the browser refuses to store it

function stored(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

// The stored profile. What cannot be read is named in `fault` and left as it is until the next edit.
export function readProfile() {
  const text = stored(KEY);
  if (unstored) return { ...unstored, fault: NOT_STORED };
  if (text === null) return { ...EMPTY, levels: readOlder() };
  try {
    const profile = JSON.parse(text);
    if (profile.version !== VERSION) throw new Error(`it is of version ${profile.version}, and this page reads ${VERSION}`);
    return { ...EMPTY, ...checked(profile), undo: profile.undo ?? [] };
  } catch (error) {
    return { ...EMPTY, fault: `The stored profile cannot be read: ${error.message}.` };
  }
}

function readOlder() {
  try {
    return checked({ levels: JSON.parse(stored(OLDER) ?? "{}") }).levels;
  } catch {
    return {};
  }
}

// Whether something is stored, for pages that offer to use it.
export function hasProfile() {
  const { from, levels } = readProfile();
  return from !== "" || Object.keys(levels).length > 0;
}

// Stores a changed profile, which can be undone. Returns it.
export function editProfile(change) {
  const { from, levels, undo } = readProfile();
  return write({ from, levels, ...change, undo: [...undo, { from, levels }].slice(-MOST_UNDONE) });
}

export function undoEdit() {
  const { undo } = readProfile();
  return write({ ...undo.at(-1), undo: undo.slice(0, -1) });
}

export function deleteProfile() {
  unstored = null;
  try {
    localStorage.removeItem(KEY);
    localStorage.removeItem(OLDER);
  } catch {
    // nothing was stored
  }
}

function write({ from, levels, undo }) {
  const profile = { version: VERSION, from, levels, undo };
  try {
    localStorage.setItem(KEY, JSON.stringify(profile));
    localStorage.removeItem(OLDER);
    unstored = null;
  } catch {
    unstored = profile; // refused, or full
  }
  return profile;
}

// The profile as a file: what POST /matches takes.
export function exported({ from, levels }) {
  return JSON.stringify(from ? { from, levels } : { levels }, null, 1);
}

// The start and the levels of a file; throws an Error that says what is wrong with it.
export async function imported(file) {
  if (file.size > MOST_BYTES) throw new Error(`it is larger than ${MOST_BYTES / 1000} KB`);
  let content;
  try {
    content = JSON.parse(await file.text());
  } catch {
    throw new Error("it is not JSON");
  }
  return checked(content);
}

function checked(content) {
  if (typeof content !== "object" || content === null || Array.isArray(content)) throw new Error("it is no JSON object");
  const { from = "", levels = {} } = content;
  if (from !== "" && from !== null && !(typeof from === "string" && CODE.test(from))) {
    throw new Error("“from” is no O*NET-SOC code such as 31-1131.00");
  }
  if (typeof levels !== "object" || levels === null || Array.isArray(levels)) throw new Error("“levels” is no object");
  const known = Object.entries(levels).filter(([, level]) => level !== null);
  for (const [element, level] of known) {
    if (!(typeof level === "number" && level >= 0 && level <= 7)) {
      throw new Error(`the level of ${element.slice(0, 40)} is no number from 0 to 7`);
    }
  }
  return { from: from ?? "", levels: Object.fromEntries(known) };
}
