// The load balancers with their pools.

import { byId, draw, make } from "./dom.js";

const SAID = { healthy: "healthy", unhealthy: "unhealthy", unknown: "not known yet", unchecked: "not checked" };

const health = (pool) => pool.health ?? "unchecked";

export function drawBalancing(balancing) {
  const section = byId("balancing");
  section.hidden = !balancing || !(balancing.load_balancers.length || balancing.notes.length);
  if (section.hidden) return;
  draw("balancers", balancing, () => balancing.load_balancers.map(balancer));
}

const coordinates = (pool) => pool.latitude === null ? "" : `${pool.latitude.toFixed(1)}, ${pool.longitude.toFixed(1)}`;

function balancer(one) {
  const said = [`steered by ${one.steering_policy.replaceAll("_", " ")}`, one.proxied ? "proxied" : "not proxied"];
  if (!one.enabled) said.push("switched off");
  return make("div", { class: "balancer" },
    make("h3", {}, one.hostname, " ", make("span", { class: "muted" }, said.join(", "))),
    make("ul", { class: "pools" }, one.pools.map((pool) => poolItem(pool, one))));
}

function poolItem(pool, one) {
  const whose = [pool.ours ? "ours" : (pool.owner ?? "no mark")];
  if (pool.name === one.fallback_pool) whose.push("fallback");
  if (pool.leaving) whose.push("leaving");
  return make("li", { class: "pool", "data-health": health(pool) },
    make("p", { class: "pool-name" }, make("span", { class: "dot", "aria-hidden": "true" }), make("strong", {}, pool.name), " ",
      make("span", { class: "health" }, SAID[health(pool)])),
    make("p", { class: "muted" }, [pool.location ?? coordinates(pool), ...whose].filter(Boolean).join(" · ")),
    pool.origins.map((origin) => make("p", { class: "origin" }, make("code", {}, origin.address), " ",
      make("span", { class: "muted" }, [`weight ${origin.weight}`, origin.enabled ? null : "switched off", origin.health === "unhealthy" ? "unhealthy" : null].filter(Boolean).join(", ")))));
}
