// Requests JSON from the service. Throws an Error with the problem's detail if the response is not OK.

export async function fetchJson(path, parameters = {}, options = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value !== "");
  const query = String(new URLSearchParams(given));
  const response = await fetch(query ? `${path}?${query}` : path, options);
  const body = await response.json();
  if (!response.ok) throw new Error(body.detail);
  return body;
}
