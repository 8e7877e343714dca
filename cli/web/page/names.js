// The list of names: filtered here, and drawn a page at a time, so that thousands stay quick.

import { byId, counted, draw, duration, make, number } from "./dom.js";

const PAGE = 100;
const STATES = {
  conflict: "in conflict", refused: "refused", frozen: "frozen", held: "held back", unread: "zone unread", unconfirmed: "not answered",
  leaving: "leaving", deferred: "next run", ok: "in place",
};
let records = [];
let only = "";
let shown = PAGE;
let why = "";

export function startNames() {
  byId("filter").addEventListener("input", () => { shown = PAGE; redraw(); });
  byId("more").addEventListener("click", () => { shown += 2 * PAGE; redraw(); });
}

// The records of /raw; reason: why there are none.
export function drawNames(found, reason) {
  records = found.map((one) => ({ ...one, text: searched(one) }));
  why = reason;
  redraw();
}

function searched(one) {
  const parts = [one.name, one.unicode, one.type, ...one.contents, one.comment, STATES[one.state], one.reason, ...one.asked_by, ...one.tags];
  if (one.mark) parts.push(one.mark.owner, one.mark.resource);
  return parts.join(" ").toLowerCase();
}

function redraw() {
  const words = byId("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const filtered = records.filter((one) => words.every((word) => one.text.includes(word)));
  const counts = new Map();
  for (const one of filtered) counts.set(one.state, (counts.get(one.state) ?? 0) + 1);
  if (only && !records.some((one) => one.state === only)) only = "";
  const found = only ? filtered.filter((one) => one.state === only) : filtered;
  const page = found.slice(0, shown);
  draw("rows", page, () => page.map(row));
  byId("names").hidden = !page.length;
  byId("names-tools").hidden = !records.length;
  byId("names-empty").hidden = page.length > 0;
  byId("names-empty").textContent = records.length ? "No name is like that." : why;
  byId("more").hidden = found.length <= shown;
  byId("more").textContent = `Show more (${number(found.length - page.length)} left)`;
  byId("names-count").textContent = tally(found);
  drawStates(counts, filtered.length);
}

function tally(found) {
  if (!records.length) return "";
  const names = new Set(found.map((one) => one.name)).size;
  const all = found.length === records.length ? "" : ` of ${number(records.length)}`;
  return `${counted(names, "name")}, ${number(found.length)}${all} record set${found.length === 1 && !all ? "" : "s"}`;
}

function drawStates(counts, all) {
  const present = Object.keys(STATES).filter((state) => records.some((one) => one.state === state));
  draw("states", [only, present, [...counts], all], () => present.length < 2 ? [] : ["", ...present].map((state) => {
    const text = state ? `${STATES[state]} ${number(counts.get(state) ?? 0)}` : `all ${number(all)}`;
    const chip = make("button", { type: "button", class: "chip", "data-state": state, "aria-pressed": String(state === only) }, text);
    chip.addEventListener("click", () => { only = state; shown = PAGE; redraw(); byId("states").querySelector(`[data-state="${state}"]`)?.focus(); });
    return chip;
  }));
}

function row(one) {
  return make("tr", { "data-state": one.state },
    make("th", { scope: "row", class: "name" }, breakable(one.unicode), one.unicode === one.name ? null : make("span", { class: "muted" }, " (", breakable(one.name), ")"), " ", one.proxied ? make("span", { class: "tag" }, "proxied") : null,
      one.tags.map((tag) => make("span", { class: "tag" }, tag)), one.comment ? make("span", { class: "comment" }, one.comment) : null),
    make("td", { "data-label": "Type" }, one.type),
    make("td", { "data-label": "Content", class: "content" }, one.contents.length ? one.contents.map((content) => make("code", {}, content)) : "–"),
    make("td", { "data-label": "TTL", class: "ttl" }, one.ttl === null ? "–" : one.ttl === 1 ? "auto" : number(one.ttl)),
    make("td", { "data-label": "State" }, make("span", { class: "state" }, STATES[one.state]), note(one)),
    make("td", { "data-label": "Asked for by", class: "by" }, askers(one).map((by) => make("span", {}, by)), mark(one)));
}

// The objects; what the mark says where these cannot be seen now.
function askers(one) {
  if (one.asked_by.length) return one.asked_by;
  const resource = one.mark?.resource ?? "";
  return [!resource || resource.startsWith("settings/") ? "settings" : resource];
}

// A long name may break after its dots.
function breakable(name) {
  return name.split(/(?<=\.)/).flatMap((part, place) => (place ? [document.createElement("wbr"), part] : [part]));
}

function note(one) {
  if (one.reason) return make("span", { class: "reason" }, one.reason);
  return one.confirmed_seconds === null ? null : make("span", { class: "reason" }, `answered after ${duration(one.confirmed_seconds)}`);
}

function mark(one) {
  if (!one.mark) return null;
  return make("span", { class: "mark", title: `TXT ${one.mark.name}: owner ${one.mark.owner}, ${one.mark.resource}` }, `marked: ${one.mark.owner}`);
}
