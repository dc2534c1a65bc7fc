"use strict";

// The part of the address behind the # says all: what is shown is read from it, and every action writes a new one. So links lead
// into the middle, the browser's back button works, and nothing is stored. What is read is believed only as far as the lifecycle
// bears it out. Texts reach the page as texts, never as markup.

const data = JSON.parse(document.getElementById("data").textContent);
const states = new Map(data.states.map((state) => [state.name, state]));
const still = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");
const byId = (id) => document.getElementById(id);

let view = null;

// ---- the address

function parse(hash) {
  const told = new Map();
  for (const part of hash.replace(/^#/, "").split("&")) {
    const cut = part.indexOf("=");
    if (cut > 0) told.set(part.slice(0, cut), decoded(part.slice(cut + 1)));
  }
  return told;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

const encoded = (text) => encodeURIComponent(text).replace(/%2F/g, "/").replace(/%3A/g, ":");

// Where the address asks for nothing, a page that has jobs to show shows the first, as far as it came.
function read() {
  const told = parse(location.hash);
  const chosen = data.facts.map((fact) => fact.values.indexOf(told.get(fact.name)) + 1);
  const place = chosen.reduce((sum, value, nth) => sum * (data.facts[nth].values.length + 1) + value, 0);
  const closed = new Map(data.variants[place].closed.map(([arrow, guard]) => [data.arrows[arrow], guard]));
  const bare = /^#?(theme=\w*)?$/.test(location.hash);
  const life = bare ? data.histories[0] || null : replayed(told);
  const at = life ? within(bare ? String(life.steps.length) : told.get("at"), life.steps.length) : 0;
  const path = life ? [] : walked(told.get("step") || "", closed);
  const here = life ? stateAt(life, at) : path.length ? path[path.length - 1].target : data.initial;
  const leaving = life ? [] : data.arrows.filter((arrow) => arrow.source === here);
  const open = leaving.filter((arrow) => !closed.has(arrow));
  const theme = ["light", "dark"].find((name) => name === told.get("theme")) || "";
  return { chosen, closed, unreachable: new Set(data.variants[place].unreachable), life, at, path, here, leaving, open, theme };
}

const replayed = (told) => data.histories.find((one) => told.has("replay") && one.key === told.get("replay")) || null;

function within(text, most) {
  const number = /^\d{1,9}$/.test(text || "") ? Number(text) : 0;
  return Math.min(number, most);
}

// As far as the steps lead on from one another and are open; what comes after is dropped.
function walked(text, closed) {
  const path = [];
  let here = data.initial;
  for (const key of text ? text.split(",") : []) {
    const arrow = data.arrows.find((one) => one.source === here && one.key === key && !closed.has(one));
    if (!arrow) break;
    path.push(arrow);
    here = arrow.target;
  }
  return path;
}

function stateAt(life, at) {
  if (at > 0) return life.steps[at - 1].target;
  return life.steps.length ? life.steps[0].source : data.initial;
}

function address(changes) {
  const next = { ...view, ...changes };
  const way = next.path.map((arrow) => encoded(arrow.key)).join(",");
  const parts = next.life ? [`replay=${encoded(next.life.key)}`, `at=${next.at}`] : [`step=${way}`];
  data.facts.forEach((fact, nth) => {
    if (next.chosen[nth]) parts.push(`${fact.name}=${encoded(fact.values[next.chosen[nth] - 1])}`);
  });
  if (next.theme) parts.push(`theme=${next.theme}`);
  return `#${parts.join("&")}`;
}

// What is written is shown at once; the browser's own notice of it comes later, and then finds it shown.
function go(changes) {
  location.hash = address(changes);
  show();
}

// Without a new entry among those that the browser's back button visits.
function slide(changes) {
  location.replace(address(changes));
  show();
}

