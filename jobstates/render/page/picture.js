// ---- the picture

const picture = byId("picture");
const drawing = picture.querySelector("svg");
const SVG = "http://www.w3.org/2000/svg";
const RUN = 650;

const parts = new Map();
const offered = new Map();
const idsOf = (arrow) => [arrow.line, arrow.pill, `head-${arrow.pill}`];
const stateId = (name) => states.get(name)?.id || "";

function prepare() {
  if (!drawing) return;
  const { width, height } = drawing.viewBox.baseVal;
  picture.style.setProperty("--wide", width);
  picture.style.setProperty("--high", height);
  drawing.setAttribute("role", "group");
  drawing.setAttribute("aria-label", document.title);
  const known = [...data.states.map((state) => state.id), ...data.arrows.flatMap(idsOf)];
  for (const id of known) {
    const part = drawing.getElementById(id);
    if (part) parts.set(id, part);
  }
  for (const state of data.states) parts.get(state.id)?.classList.add(state.tone);
  for (const part of drawing.querySelectorAll("g.edge path")) part.after(reach(part));
  drawing.addEventListener("click", clicked);
  drawing.addEventListener("keydown", (event) => ["Enter", " "].includes(event.key) && clicked(event));
  for (const type of ["pointerover", "focusin"]) drawing.addEventListener(type, (event) => point(only(event)));
  for (const type of ["pointerleave", "focusout"]) drawing.addEventListener(type, () => point(null));
}

// A line is too thin to be hit; around it lies a wider one that cannot be seen.
function reach(path) {
  const wide = document.createElementNS(SVG, "path");
  wide.setAttribute("d", path.getAttribute("d"));
  wide.setAttribute("class", "reach");
  return wide;
}

const arrowsAt = (event) => offered.get(event.target.closest("g.node, g.edge")?.id) || [];
const only = (event) => (arrowsAt(event).length === 1 ? arrowsAt(event)[0] : null);

function clicked(event) {
  const arrows = arrowsAt(event);
  if (!arrows.length) return;
  event.preventDefault();
  if (arrows.length === 1) return take(arrows[0]);
  say(`${arrows.length} events lead there. Choose one in the list.`);
  byId("offers").querySelectorAll("button")[view.open.indexOf(arrows[0])].focus();
}

function showPicture() {
  offered.clear();
  const marks = view.life ? replayMarks() : stepMarks();
  for (const [id, part] of parts) {
    const arrows = offered.get(id);
    const words = marks.get(id) || [part.matches(".edge, .pill") ? "idle" : view.life ? "unseen" : ""];
    part.classList.remove("idle", "unseen", "shut", "past", "guessed", "lit", "now", "pointed");
    part.classList.add(...words.filter(Boolean));
    beButton(part, part.matches(".pill") ? arrows : undefined);
  }
  drawing?.querySelector(".odd")?.remove();
  const step = view.life?.steps[view.at - 1];
  if (step?.contradiction) leap(step);
  follow();
}

// Only a pill that can be chosen is there for the keyboard and for screen readers; all else is in the list, as text.
function beButton(part, arrows) {
  const attributes = { tabindex: "0", role: "button", "aria-label": arrows ? spoken(arrows) : "" };
  for (const [name, value] of Object.entries(attributes)) {
    if (arrows) part.setAttribute(name, value);
    else part.removeAttribute(name);
  }
  if (arrows) part.removeAttribute("aria-hidden");
  else part.setAttribute("aria-hidden", "true");
}

// A step that the lifecycle does not have is drawn from state to state, in a bow past everything between them.
function leap(step) {
  const boxes = [step.source, step.target].map((name) => parts.get(stateId(name))?.getBBox());
  if (!boxes[0] || !boxes[1]) return;
  const [[x, y], [toX, toY]] = boxes.map((box) => [box.x + box.width, box.y + box.height / 2]);
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("class", "odd");
  line.setAttribute("d", `M${x} ${y}C${x + 60} ${y} ${toX + 60} ${toY} ${toX + 2} ${toY}m9 -5l-9 5l9 5`);
  parts.get(stateId(step.target)).parentNode.append(line);
}

const spoken = (arrows) => arrows.map((arrow) => `${verb(arrow)} to ${arrow.target}, ${asker(arrow)}`).join("; ");

function stepMarks() {
  const marks = new Map();
  const put = (id, word) => marks.set(id, [...(marks.get(id) || []), word]);
  const alive = new Set(data.arrows.filter((arrow) => !view.closed.has(arrow)).flatMap(idsOf));
  for (const id of data.arrows.flatMap(idsOf)) if (!alive.has(id)) marks.set(id, ["shut"]);
  for (const name of view.unreachable) put(stateId(name), "shut");
  for (const arrow of view.path) for (const id of idsOf(arrow)) put(id, "past");
  for (const arrow of view.open) {
    for (const id of [...idsOf(arrow), stateId(arrow.target)]) {
      put(id, "lit");
      offered.set(id, [...(offered.get(id) || []), arrow]);
    }
  }
  put(stateId(view.here), "now");
  return marks;
}

function replayMarks() {
  const marks = new Map([[stateId(stateAt(view.life, 0)), ["past"]]]);
  for (const step of view.life.steps.slice(0, view.at)) {
    const arrow = data.arrows[step.arrow];
    for (const id of arrow ? idsOf(arrow) : []) marks.set(id, step.inferred ? ["past", "guessed"] : ["past"]);
    marks.set(stateId(step.target), ["past"]);
  }
  marks.set(stateId(view.here), ["past", "now"]);
  return marks;
}

// Where the picture is larger than its box, what matters comes into sight.
function follow() {
  const part = parts.get(stateId(view.here));
  if (!part) return;
  const [box, inner] = [picture.getBoundingClientRect(), part.getBoundingClientRect()];
  const left = picture.scrollLeft + inner.left + inner.width / 2 - box.left - box.width / 2;
  const top = picture.scrollTop + inner.top - box.top - box.height / 3;
  picture.scrollTo({ left, top, behavior: still.matches ? "auto" : "smooth" });
}

// A dot runs from state to state along what was just taken.
function run(arrow) {
  const [begin, line, pill, head] = [stateId(arrow.source), ...idsOf(arrow)].map((id) => parts.get(id));
  if (still.matches || !begin || !pill) return;
  const track = [...points(line, begin), ...points(head, pill)];
  drawing.querySelector(".runner")?.remove();
  const dot = document.createElementNS(SVG, "circle");
  dot.setAttribute("class", "runner");
  dot.setAttribute("r", "5");
  begin.parentNode.append(dot);
  const frames = track.map(({ x, y }) => ({ transform: `translate(${x}px, ${y}px)` }));
  dot.animate(frames, { duration: RUN, easing: "ease-in-out" }).onfinish = () => dot.remove();
}

// An arrow that leads back is drawn the other way round, so where a path begins is told by what it touches.
function points(edge, begin) {
  const path = edge?.querySelector("path");
  if (!path) return [];
  const length = path.getTotalLength();
  const found = Array.from({ length: 21 }, (_, nth) => path.getPointAtLength((length * nth) / 20));
  const { x, y, width, height } = begin.getBBox();
  const far = (point) => Math.hypot(point.x - x - width / 2, point.y - y - height / 2);
  return far(found[0]) <= far(found[20]) ? found : found.reverse();
}

