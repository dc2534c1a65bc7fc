/* The sentence behind a state, an event or a line, where the reader points: by mouse, by touch or by keyboard. */
"use strict";

const XLINK = "http://www.w3.org/1999/xlink";
const GAP = 10;

function tooltip() {
  const box = document.createElement("div");
  box.className = "js-tooltip";
  box.id = "js-tooltip";
  box.setAttribute("role", "tooltip");
  box.hidden = true;
  document.body.append(box);
  return box;
}

/** Take the engine's own tooltip away, or the browser would show it beside ours. */
function taken(link) {
  const text = link.getAttributeNS(XLINK, "title") || "";
  link.removeAttributeNS(XLINK, "title");
  link.setAttribute("role", "link");
  link.setAttribute("aria-label", text.split("\n")[0]);
  return text;
}

function show(box, link, text) {
  box.textContent = text;
  box.hidden = false;
  link.setAttribute("aria-describedby", box.id);
  const at = link.getBoundingClientRect();
  const left = Math.min(Math.max(GAP, at.left + at.width / 2 - box.offsetWidth / 2), window.innerWidth - box.offsetWidth - GAP);
  const below = at.bottom + GAP + box.offsetHeight < window.innerHeight;
  box.style.left = `${left}px`;
  box.style.top = `${below ? at.bottom + GAP : Math.max(GAP, at.top - GAP - box.offsetHeight)}px`;
}

function hide(box, link) {
  box.hidden = true;
  link.removeAttribute("aria-describedby");
}

/** On a narrow screen a picture scrolls in its box: begin where the lifecycle does. */
function begin() {
  for (const box of document.querySelectorAll(".js-figure .js-scroll")) {
    const first = box.querySelector("g.state");
    if (!first) continue;
    const at = first.getBoundingClientRect();
    box.scrollLeft += at.left + at.width / 2 - box.getBoundingClientRect().left - box.clientWidth / 2;
  }
}

/** The theme's captions call themselves headings and do not say of which level. */
function level() {
  for (const caption of document.querySelectorAll('.caption[role="heading"]')) caption.setAttribute("aria-level", "2");
}

document.addEventListener("DOMContentLoaded", () => {
  level();
  begin();
  const links = document.querySelectorAll("svg.jobstates a");
  if (!links.length) return;
  const box = tooltip();
  for (const picture of document.querySelectorAll("svg.jobstates")) picture.setAttribute("role", "group");
  for (const link of links) {
    const text = taken(link);
    for (const event of ["mouseenter", "focus"]) link.addEventListener(event, () => show(box, link, text));
    for (const event of ["mouseleave", "blur"]) link.addEventListener(event, () => hide(box, link));
  }
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") box.hidden = true; });
  window.addEventListener("scroll", () => { box.hidden = true; }, { passive: true });
});
