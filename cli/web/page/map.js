// The pools on the map of the world, and the load balancers below it.

import { byId, counted, draw, make, makeSvg } from "./dom.js";

const WORST = ["unhealthy", "unknown", "unchecked", "healthy"];
const SAID = { healthy: "healthy", unhealthy: "unhealthy", unknown: "not known yet", unchecked: "not checked" };
const NEAR = 5; // degrees within which pools share a marker

const health = (pool) => pool.health ?? "unchecked";

export function drawBalancing(balancing) {
  const section = byId("balancing");
  section.hidden = !balancing || !(balancing.load_balancers.length || balancing.notes.length);
  if (section.hidden) return;
  const pools = [...new Map(balancing.load_balancers.flatMap((one) => one.pools).map((one) => [one.name, one])).values()];
  const placed = pools.filter((one) => one.latitude !== null && one.longitude !== null);
  byId("map").toggleAttribute("hidden", !placed.length);
  byId("map").setAttribute("aria-label", `Map of ${counted(placed.length, "pool")}; each of them is in the tables below`);
  draw("markers", placed, () => gathered(placed).map(marker));
  draw("balancers", balancing, () => balancing.load_balancers.map(balancer));
}

function gathered(pools) {
  const groups = [];
  for (const pool of pools) {
    const near = groups.find(([first]) => Math.hypot(first.latitude - pool.latitude, first.longitude - pool.longitude) < NEAR);
    if (near) near.push(pool);
    else groups.push([pool]);
  }
  return groups;
}

function marker(pools) {
  const { north, south, columns, rows } = byId("map").dataset;
  const x = ((pools[0].longitude + 180) / 360) * columns;
  const y = Math.min(Math.max(((north - pools[0].latitude) / (north - south)) * rows, 0), rows - 1);
  const worst = WORST.find((one) => pools.some((pool) => health(pool) === one));
  const said = pools.map((one) => `${one.name}: ${SAID[health(one)]}${one.ours ? ", ours" : ""}`).join("\n");
  const right = x < columns - 26;
  const name = pools[0].location ?? pools[0].name;
  return makeSvg("g", { class: "marker", "data-health": worst, "data-ours": pools.some((one) => one.ours), transform: `translate(${x.toFixed(2)} ${y.toFixed(2)})` },
    makeSvg("title", {}, said),
    makeSvg("circle", { class: "halo", r: 3.1 }),
    makeSvg("circle", { class: "place", r: 1.45 }),
    makeSvg("text", { x: right ? 3.9 : -3.9, y: 1, "text-anchor": right ? "start" : "end" }, pools.length > 1 ? `${name} +${pools.length - 1}` : name));
}

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
    make("p", { class: "muted" }, [pool.location, ...whose].filter(Boolean).join(" · ")),
    pool.origins.map((origin) => make("p", { class: "origin" }, make("code", {}, origin.address), " ",
      make("span", { class: "muted" }, [`weight ${origin.weight}`, origin.enabled ? null : "switched off", origin.health === "unhealthy" ? "unhealthy" : null].filter(Boolean).join(", ")))));
}
