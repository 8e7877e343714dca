// Draws what is wrong, the addresses, the sources and the history.

import { byId, counted, draw, duration, make, number, time } from "./dom.js";

const SEVERITY = { bad: "urgent", warning: "look", note: "note" };
const FAMILY = { ipv4: "IPv4", ipv6: "IPv6" };

export function drawHero(head) {
  byId("hero").dataset.tone = head.status;
  if (byId("headline").textContent !== head.headline) byId("headline").textContent = head.headline;
  document.title = `${head.status === "good" ? "" : "! "}${head.headline} · ${head.stack}`;
  const zones = head.counts.zones.join(", ");
  byId("stack").textContent = zones ? `${head.stack} · ${zones}` : head.stack;
  draw("facts", [head.checked_at, head.changed_at, head.leadership, head.started_at, head.counts], () => facts(head));
}

function facts(head) {
  const { leadership, counts } = head;
  const found = [];
  if (head.checked_at) found.push(["looked at ", time(head.checked_at)]);
  if (head.changed_at) found.push(["last change ", time(head.changed_at)]);
  if (counts.records) found.push([counted(counts.records, "record"), counts.marks ? ` with ${counted(counts.marks, "mark")}` : ""]);
  if (leadership.role === "leader") found.push([`${leadership.identity} leads`]);
  if (leadership.role === "standby" && leadership.identity) found.push([`this is ${leadership.identity}`]);
  found.push(["started ", time(head.started_at)]);
  return found.map((parts) => make("span", {}, ...parts));
}

export function drawProblems(problems) {
  byId("problems").hidden = !problems.length;
  draw("problem-list", problems, () => problems.map((one) => make("article", { class: "problem", "data-severity": one.severity },
    make("p", { class: "severity" }, SEVERITY[one.severity]),
    make("div", {},
      make("h3", {}, one.title, one.since ? make("span", { class: "muted" }, " since ", time(one.since)) : null),
      one.text ? make("p", { class: "why" }, one.text) : null,
      one.names.length ? make("p", { class: "about" }, one.names.map((name) => make("code", {}, name)), one.more ? make("span", { class: "muted" }, `and ${number(one.more)} more`) : null) : null,
      one.do ? make("p", { class: "do" }, withCode(one.do)) : null))));
}

// What stands between backticks is a command.
function withCode(text) {
  return text.split("`").map((part, place) => (place % 2 ? make("code", {}, part) : part));
}

export function drawAddresses(head) {
  draw("addresses", [head.addresses, head.detection, head.address_cache.problem], () => {
    if (!head.addresses.length) return [make("p", { class: "empty" }, "No address has been asked for yet.")];
    return head.addresses.map((one) => address(one, head.detection.filter((said) => said.family === one.family && !one.link)));
  });
}

function address(one, said) {
  const known = one.addresses !== null;
  const values = known && !one.addresses.length ? ["none"] : (one.addresses ?? ["unknown"]);
  return make("div", { class: "address", "data-known": String(known) },
    make("p", { class: "family" }, one.link ? `${one.link} ${FAMILY[one.family]}` : FAMILY[one.family]),
    make("div", {},
      values.map((value) => make("p", { class: "value" }, value)),
      one.reason ? make("p", { class: "why" }, one.reason) : null,
      make("p", { class: "muted small" }, known ? "since " : "not known since ", time(one.since), one.from_cache ? ", from the cluster’s address cache" : ""),
      said.length ? make("ul", { class: "said" }, said.map((each) => make("li", { "data-verdict": each.verdict, title: `${each.operator}${each.given.length ? `: ${each.given.join(", ")}` : ""}${each.reason ? `: ${each.reason}` : ""}` },
        make("span", {}, each.source.replace(/^https?:\/\//, "")), " ",
        make("span", { class: "verdict" }, each.verdict === "agrees" ? duration(each.seconds) : each.verdict === "contradicts" ? `says ${each.given.join(", ")}` : each.verdict)))) : null));
}

export function drawSources(head) {
  draw("sources", [head.sources, head.counts.names, head.stack], () => {
    const settings = make("li", { "data-state": "known" }, make("span", { class: "dot", "aria-hidden": "true" }), make("span", {}, "The settings of the stack ", make("strong", {}, head.stack)));
    return [make("ul", { class: "sources" }, settings, head.sources.map(source))];
  });
}

function source(one) {
  const state = one.waiting ? "waiting" : !one.known ? "unknown" : one.reason ? "stale" : "known";
  const where = one.cluster ? `${one.source} of ${one.cluster}` : one.source;
  return make("li", { "data-state": state }, make("span", { class: "dot", "aria-hidden": "true" }),
    make("span", {}, make("strong", {}, where), " ", make("span", { class: "muted" }, one.state),
      one.complaints ? make("span", { class: "muted" }, `, ${counted(one.complaints, "complaint")}`) : null));
}

const opened = new Set();

export function drawHistory(history) {
  draw("history", history, () => history.length ? history.map(entry) : [make("li", { class: "empty" }, "Nothing has changed since it started.")]);
}

function entry(one) {
  const key = `${one.first ?? one.at} ${one.title}`;
  const took = [];
  if (one.triggers.length) took.push(`asked for by ${one.triggers.join(", ")}`);
  if (one.seconds !== null) took.push(`took ${duration(one.seconds)}`);
  if (one.since_asked !== null) took.push(`done ${duration(one.since_asked)} after it was asked for`);
  if (one.turn) took.push(`turn ${one.turn}`);
  if (one.first) took.push("first ");
  const meta = make("p", { class: "muted small" }, took.join(" · "), one.first ? time(one.first) : null);
  const title = [make("span", { class: "what" }, one.title), whom(one), one.count > 1 ? make("span", { class: "times" }, `${number(one.count)} times`) : null, time(one.at)];
  const detail = [one.text ? make("p", { class: "why" }, one.text) : null, one.lines.length ? changes(one) : null, took.length ? meta : null].filter(Boolean);
  if (!detail.length) return make("li", { "data-kind": one.kind }, make("div", { class: "summary" }, ...title));
  const details = make("details", { open: opened.has(key) }, make("summary", {}, ...title), ...detail);
  details.addEventListener("toggle", () => (details.open ? opened.add(key) : opened.delete(key)));
  return make("li", { "data-kind": one.kind }, details);
}

// The first names of what was changed, for who does not open it.
function whom(one) {
  const names = [...new Set(one.lines.map((line) => line.about.replace(/ [A-Z]+$/, "")))];
  if (!names.length) return null;
  return make("span", { class: "whom" }, names.slice(0, 3).join(", ") + (names.length > 3 || one.more ? " …" : ""));
}

function changes(one) {
  return make("ul", { class: "changes" },
    one.lines.map((line) => make("li", {}, make("span", { class: "action", "data-action": line.action }, line.action), make("span", { class: "about" }, line.about), make("code", {}, line.text))),
    one.more ? make("li", { class: "muted" }, `and ${number(one.more)} more`) : null);
}
