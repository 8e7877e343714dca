// The page: what the server tells is drawn at once. Where it cannot tell, /raw is asked for.

import { byId, keepTimes } from "./dom.js";
import { drawBalancing } from "./balancing.js";
import { drawNames, startNames } from "./names.js";
import { drawAddresses, drawHero, drawHistory, drawProblems, drawSources } from "./sections.js";

const POLL = 10_000; // milliseconds, where events cannot be had
const THEMES = ["auto", "light", "dark"];
let last = null; // what is drawn

function show(head) {
  last = head;
  drawHero(head);
  drawProblems(head.problems);
  drawAddresses(head);
  drawSources(head);
  drawBalancing(head.balancing);
  drawHistory(head.history);
}

function without(head) {
  if (head.leadership.role === "standby") return "The leader has the names. This replica stands by, and takes over within seconds.";
  return head.checked_at ? "No name is asked for." : "The world has not been looked at yet.";
}

async function ask() {
  const answer = await fetch("raw", { cache: "no-cache" });
  if (!answer.ok) throw new Error(`/raw answers ${answer.status}`);
  const found = await answer.json();
  show(found);
  drawNames(found.records, without(found), found.views);
}

function link(state, text) {
  byId("link").dataset.state = state;
  byId("link-text").textContent = text;
}

function follow() {
  const events = new EventSource("events");
  events.addEventListener("status", (event) => {
    show(JSON.parse(event.data));
    link("live", "live");
  });
  events.addEventListener("records", (event) => drawNames(JSON.parse(event.data), without(last), last.views));
  events.addEventListener("error", () => {
    lost();
    if (events.readyState === EventSource.CLOSED) setTimeout(poll, POLL);
  });
}

function lost() {
  link("lost", "no connection: what is shown may be old");
}

// Too many pages are open, or something on the way does not let events through: ask now and then, and try again.
async function poll() {
  try {
    await ask();
    follow();
    link("live", "asked every 10 s");
  } catch {
    lost();
    setTimeout(poll, POLL);
  }
}

function startTheme() {
  const button = byId("theme");
  const now = () => document.documentElement.dataset.theme ?? "auto";
  const told = () => {
    byId("theme-text").textContent = now();
    button.setAttribute("aria-label", now() === "auto" ? "Colours: as the system has them" : `Colours: ${now()}`);
  };
  button.addEventListener("click", () => {
    const next = THEMES[(THEMES.indexOf(now()) + 1) % THEMES.length];
    if (next === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    try { localStorage.setItem("truenorth-theme", next); } catch { /* storage may be switched off */ }
    told();
  });
  told();
}

startTheme();
startNames();
follow();
setInterval(keepTimes, 1000);
