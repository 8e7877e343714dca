// Makes elements. All that comes from outside becomes text: nothing here, or anywhere else, parses HTML.

export const byId = (id) => document.getElementById(id);

// An element: attributes by name (left out where they are null or false), then texts and elements.
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((one) => one !== null && one !== undefined && one !== ""));
  return element;
}

export const number = (value) => value.toLocaleString("en");

export const counted = (value, noun) => `${number(value)} ${noun}${value === 1 ? "" : "s"}`;

export function duration(seconds) {
  if (seconds < 0.95) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  for (const [unit, length] of [["d", 86400], ["h", 3600], ["min", 60]]) {
    if (seconds >= 2 * length) return `${Math.round(seconds / length)} ${unit}`;
  }
  return `${Math.round(seconds)} s`;
}

function ago(iso) {
  const seconds = (Date.now() - Date.parse(iso)) / 1000;
  return seconds < 1.5 ? "just now" : `${duration(Math.max(10 > seconds ? Math.round(seconds) : seconds, 1)).replace(".0 ", " ")} ago`;
}

// How long ago, kept up to date; the moment itself on hover.
export function time(iso) {
  const moment = new Date(iso).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "long" });
  return make("time", { datetime: iso, title: moment }, ago(iso));
}

export function keepTimes() {
  for (const one of document.querySelectorAll("time")) {
    const said = ago(one.dateTime);
    if (one.textContent !== said) one.textContent = said;
  }
}

// Draws only what differs from the last time, so that what a reader has selected or opened stays.
const drawn = new Map();

export function draw(id, data, children) {
  const told = JSON.stringify(data);
  if (drawn.get(id) === told) return;
  drawn.set(id, told);
  byId(id).replaceChildren(...children(data));
}
