// The list of names: filtered here, and drawn a page at a time, so that thousands stay quick.

import { byId, counted, draw, duration, make, number } from "./dom.js";

const PAGE = 100;
const STATES = {
  conflict: "in conflict", refused: "refused", frozen: "frozen", held: "held back", unread: "zone unread", unconfirmed: "not answered",
  leaving: "leaving", deferred: "next run", ok: "in place",
};
const OUTSIDE = "outside";
let views = []; // a column for each, where a zone has several
let rows = []; // the records of each: one, or those of all views of a name and type
let only = "";
let shown = PAGE;
let why = "";

export function startNames() {
  byId("filter").addEventListener("input", () => { shown = PAGE; redraw(); });
  byId("more").addEventListener("click", () => { shown += 2 * PAGE; redraw(); });
}

// The records of /raw; reason: why there are none; several: the views, where a zone has several.
export function drawNames(found, reason, several) {
  views = several.length ? [...new Set([...several, ...found.map((one) => one.view)])] : [];
  rows = together(found.map((one) => ({ ...one, text: searched(one) })));
  why = reason;
  redraw();
}

// The worst of its sides says where a name stands.
function together(found) {
  if (!views.length) return found.map((one) => [one]);
  const sides = new Map();
  for (const one of found) {
    const key = `${bare(one.name, one.view)} ${one.type}`;
    sides.set(key, [...(sides.get(key) ?? []), one]);
  }
  return [...sides.values()];
}

const bare = (name, view) => (view === OUTSIDE ? name : name.slice(0, -view.length - 1));

function searched(one) {
  const parts = [one.name, one.unicode, one.type, ...one.contents, one.comment, STATES[one.state], one.reason, ...one.asked_by, ...one.tags];
  if (one.mark) parts.push(one.mark.owner, one.mark.resource);
  return parts.join(" ").toLowerCase();
}

function redraw() {
  const words = byId("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const filtered = rows.filter((sides) => words.every((word) => sides.some((one) => one.text.includes(word))));
  const counts = new Map();
  for (const one of filtered.flat()) counts.set(one.state, (counts.get(one.state) ?? 0) + 1);
  if (only && !rows.flat().some((one) => one.state === only)) only = "";
  const found = only ? filtered.filter((sides) => sides.some((one) => one.state === only)) : filtered;
  const page = found.slice(0, shown);
  byId("names").classList.toggle("sided", views.length > 0);
  draw("columns", views, () => columns().map((column) => make("th", { scope: "col" }, column)));
  draw("rows", [views, page], () => page.map(views.length ? sidedRow : ([one]) => row(one)));
  byId("names").hidden = !page.length;
  byId("names-tools").hidden = !rows.length;
  byId("names-empty").hidden = page.length > 0;
  byId("names-empty").textContent = rows.length ? "No name is like that." : why;
  byId("more").hidden = found.length <= shown;
  byId("more").textContent = `Show more (${number(found.length - page.length)} left)`;
  byId("names-count").textContent = tally(found.flat());
  drawStates(counts, filtered.flat().length);
}

const columns = () => ["Name", "Type", ...(views.length ? views : ["Content", "TTL", "State"]), "Asked for by"];

function tally(found) {
  const total = rows.flat().length;
  if (!total) return "";
  const names = new Set(found.map((one) => bare(one.name, one.view))).size;
  const all = found.length === total ? "" : ` of ${number(total)}`;
  return `${counted(names, "name")}, ${number(found.length)}${all} record set${found.length === 1 && !all ? "" : "s"}`;
}

function drawStates(counts, all) {
  const present = Object.keys(STATES).filter((state) => rows.flat().some((one) => one.state === state));
  draw("states", [only, present, [...counts], all], () => present.length < 2 ? [] : ["", ...present].map((state) => {
    const text = state ? `${STATES[state]} ${number(counts.get(state) ?? 0)}` : `all ${number(all)}`;
    const chip = make("button", { type: "button", class: "chip", "data-state": state, "aria-pressed": String(state === only) }, text);
    chip.addEventListener("click", () => { only = state; shown = PAGE; redraw(); byId("states").querySelector(`[data-state="${state}"]`)?.focus(); });
    return chip;
  }));
}

function row(one) {
  return make("tr", { "data-state": one.state },
    title(one.name, one.unicode, settings(one)),
    make("td", { "data-label": "Type" }, one.type),
    make("td", { "data-label": "Content", class: "content" }, contents(one)),
    make("td", { "data-label": "TTL", class: "ttl" }, ttl(one)),
    make("td", { "data-label": "State" }, state(one)),
    make("td", { "data-label": "Asked for by", class: "by" }, askers(one).map((by) => make("span", {}, by)), mark([one])));
}

// A name of several views: what each has stands in the column of the view.
function sidedRow(sides) {
  const [{ name, unicode, type, view }] = sides;
  const of = new Map(sides.map((one) => [one.view, one]));
  return make("tr", {},
    title(bare(name, view), bare(unicode, view), []),
    make("td", { "data-label": "Type" }, type),
    views.map((each) => make("td", { "data-label": each, class: "content" }, of.has(each) ? side(of.get(each)) : make("span", { class: "muted" }, "–"))),
    make("td", { "data-label": "Asked for by", class: "by" }, [...new Set(sides.flatMap(askers))].map((by) => make("span", {}, by)), mark(sides)));
}

function side(one) {
  return make("div", { class: "side", "data-state": one.state }, contents(one), make("div", {}, state(one)), one.ttl === null ? null : make("span", { class: "ttl" }, `TTL ${ttl(one)} `), settings(one));
}

function title(name, unicode, more) {
  return make("th", { scope: "row", class: "name" }, breakable(unicode), unicode === name ? null : make("span", { class: "muted" }, " (", breakable(name), ")"), " ", more);
}

function settings(one) {
  return [one.proxied ? make("span", { class: "tag" }, "proxied") : null,
    ...one.tags.map((tag) => make("span", { class: "tag" }, tag)), one.comment ? make("span", { class: "comment" }, one.comment) : null];
}

const contents = (one) => (one.contents.length ? one.contents.map((content) => make("code", {}, content)) : "–");

const ttl = (one) => (one.ttl === null ? "–" : one.ttl === 1 ? "auto" : number(one.ttl));

const state = (one) => [make("span", { class: "state" }, STATES[one.state]), note(one)];

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

function mark(sides) {
  const marks = sides.map((one) => one.mark).filter(Boolean);
  if (!marks.length) return null;
  const said = marks.map((one) => `TXT ${one.name}: owner ${one.owner}, ${one.resource}`).join("\n");
  return make("span", { class: "mark", title: said }, `marked: ${[...new Set(marks.map((one) => one.owner))].join(", ")}`);
}
