// Requests JSON from the service, by a path from its root. Throws an Error with the problem's detail if the response is not OK.

const ROOT = new URL("../../", import.meta.url);

export async function fetchJson(path, parameters = {}, options = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value !== "");
  const url = new URL(path, ROOT);
  for (const [name, value] of given) url.searchParams.append(name, value);
  const response = await fetch(url, options);
  const body = await response.json();
  if (!response.ok) throw new Error(body.detail);
  return body;
}
