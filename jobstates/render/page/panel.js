// ---- building

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function link(url, text) {
  if (!/^https?:\/\//i.test(url)) return make("span", {}, text);
  return make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, text);
}

function chip(name) {
  const state = states.get(name) || { tone: "unspecified", sign: "" };
  const sign = state.sign ? [make("span", { "aria-hidden": "true" }, `${state.sign} `)] : [];
  return make("span", { class: `chip ${state.tone}${state.terminal ? " final" : ""}` }, ...sign, make("bdi", {}, name));
}

const verb = (arrow) => (arrow.guard ? `${arrow.event} [${arrow.guard}]` : arrow.event);
const asker = (arrow) => (arrow.actor === "user" ? "you ask" : "the service acts");
const spaced = (name) => name.replace(/_/g, " ");
const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

function quotations(cited) {
  const said = cited.quotes.map((quote) => quotation(quote));
  const against = cited.against.map((quote) => quotation(quote, "Against it: "));
  const note = cited.note ? [make("p", { class: "note" }, cited.note)] : [];
  return [...said, ...against, ...note];
}

function quotation(quote, before = "") {
  const about = [quote.translated ? "our translation" : "", quote.version, quote.read ? `read ${quote.read}` : ""];
  const source = make("cite", {}, link(quote.url, quote.source));
  const small = make("span", { class: "source" }, "— ", source, ...about.filter(Boolean).map((part) => `, ${part}`));
  return make("blockquote", before ? { class: "against" } : {}, make("strong", {}, before), `“${quote.text}” `, small);
}

// ---- times

function clock(moment) {
  return moment.endsWith("Z") ? `${moment.slice(0, -1).replace("T", " ")} UTC` : `${moment.replace("T", " ")}, zone unknown`;
}

function when(step) {
  if (step.at) return clock(step.at);
  if (step.after && step.before) return `between ${clock(step.after)} and ${clock(step.before)}`;
  if (step.before) return `before ${clock(step.before)}`;
  return step.after ? `after ${clock(step.after)}` : "time unknown";
}

// ---- the job and where it is

function showHere() {
  const state = states.get(view.here);
  if (!state) {
    byId("here").replaceChildren(chip(view.here), make("p", { class: "quiet" }, "This state is not in the picture."));
    return;
  }
  const phase = state.terminal ? `over: ${spaced(state.outcome || "")}` : spaced(state.phase);
  const head = make("p", {}, chip(state.name), make("span", { class: "quiet" }, phase));
  const wire = make("p", { class: "quiet wire" }, `${state.wire} = ${state.number}`);
  byId("here").replaceChildren(head, wire, ...quotations(state));
}

function showOffers() {
  const none = states.get(view.here).terminal ? "Nothing: the job is over." : "Nothing, for such a job.";
  const items = view.open.length ? view.open.map(offer) : [make("li", { class: "quiet" }, none)];
  byId("offers").replaceChildren(...items);
  const shut = view.leaving.filter((arrow) => view.closed.has(arrow));
  const closed = byId("closed");
  closed.hidden = shut.length === 0;
  closed.firstElementChild.textContent = `${counted(shut.length, "event")} closed to such a job`;
  closed.lastElementChild.replaceChildren(...shut.map(refusal));
}

function offer(arrow, nth) {
  const key = nth < 10 ? [make("kbd", { "aria-hidden": "true" }, String((nth + 1) % 10))] : [];
  const guard = arrow.guard ? [make("span", { class: "guard" }, ` [${arrow.guard}]`)] : [];
  const name = make("span", { class: "event" }, make("b", {}, arrow.event), ...guard);
  const target = make("span", { class: "target" }, make("span", { "aria-hidden": "true" }, "→ "), arrow.target);
  const more = [asker(arrow), arrow.basis, ...(arrow.contested ? ["contested"] : [])];
  const heard = make("span", { class: "hidden" }, `, ${more.join(", ")}`);
  const attributes = { type: "button", class: `offer ${arrow.actor} ${arrow.basis}` };
  const button = make("button", attributes, ...key, name, " ", target, heard);
  button.addEventListener("click", () => take(arrow));
  for (const type of ["focus", "pointerenter"]) button.addEventListener(type, () => point(arrow));
  for (const type of ["blur", "pointerleave"]) button.addEventListener(type, () => point(null));
  return make("li", {}, button);
}

function refusal(arrow) {
  return make("li", {}, make("b", {}, arrow.event), ` → ${arrow.target}: only if `, make("code", {}, view.closed.get(arrow)));
}

function showTrail() {
  const stops = [make("a", { href: address({ path: [] }) }, data.initial)];
  view.path.forEach((arrow, nth) => {
    stops.push(make("a", { href: address({ path: view.path.slice(0, nth + 1) }) }, `${arrow.event} → ${arrow.target}`));
  });
  stops[stops.length - 1].setAttribute("aria-current", "step");
  byId("trail").replaceChildren(...stops.map((stop) => make("li", {}, stop)));
  byId("back").disabled = byId("reset").disabled = view.path.length === 0;
}

// ---- replaying

function showReplay() {
  const { life, at } = view;
  const last = life.steps.length;
  byId("histories").value = life.key;
  byId("job").replaceChildren(make("bdi", {}, life.job));
  const slider = byId("slider");
  slider.max = last;
  slider.value = at;
  slider.setAttribute("aria-valuetext", progress());
  byId("previous").disabled = at === 0;
  byId("next").disabled = at === last;
  byId("play").disabled = last === 0;
  byId("timeline").replaceChildren(...life.steps.map(stop));
  const current = byId("timeline").querySelector("[aria-current]");
  if (current) reveal(current, byId("panel"));
}

// By scrolling the box alone: where it does not scroll, the window stays with the picture.
function reveal(part, box) {
  const [inner, outer] = [part.getBoundingClientRect(), box.getBoundingClientRect()];
  box.scrollTop += Math.max(0, inner.bottom - outer.bottom) || Math.min(0, inner.top - outer.top);
}

function progress() {
  const { life, at } = view;
  if (at === 0) return `Before the first of ${counted(life.steps.length, "step")}`;
  const step = life.steps[at - 1];
  return [`Step ${at} of ${life.steps.length}: ${step.event}`, step.target, when(step), ...doubts(step)].join(", ");
}

function doubts(step) {
  const words = [step.contradiction && "contradiction", step.inferred && "inferred", step.alternatives.length && "ambiguous"];
  return words.filter(Boolean);
}

function stop(step, nth) {
  const current = nth + 1 === view.at ? { "aria-current": "step" } : {};
  const tags = doubts(step).map((word) => make("span", { class: `tag ${word}` }, word));
  const what = [make("b", {}, step.event), " → ", chip(step.target), ...tags];
  const mark = make("a", { href: address({ at: nth + 1 }), ...current }, ...what);
  const time = step.at ? make("time", { datetime: step.at }, when(step)) : make("span", {}, when(step));
  const stay = step.stay === null ? [] : [make("span", { class: "stay" }, `${step.stay} in ${step.target}`)];
  const error = step.error ? [make("span", { class: "error" }, step.error)] : [];
  const state = nth < view.at ? "past" : "ahead";
  return make("li", { class: state }, mark, make("span", { class: "quiet" }, time), ...stay, ...error);
}

// ---- why

// What an arrow rests on: the one pointed at, or else the one that led here.
function showWhy(pointed) {
  const step = view.life && view.at ? view.life.steps[view.at - 1] : null;
  const led = step ? data.arrows[step.arrow] : view.path[view.path.length - 1];
  const arrow = pointed || led;
  const tone = step?.contradiction ? "against" : "quiet";
  byId("why").replaceChildren(...(arrow ? reasons(arrow) : [make("p", { class: tone }, unreasoned(step))]));
  // It opens for the first reasons and stays open: the picture would jump under the pointer otherwise.
  if (arrow) byId("why").classList.add("open");
}

function unreasoned(step) {
  if (step && !step.contradiction) return "This page leaves out the arrow of this step.";
  if (step) return `Contradiction: the service showed ${step.target} after ${step.source}, and the lifecycle has no such arrow.`;
  return view.life ? "Go to a step to see what it rests on." : "Choose an event. What it rests on is shown here.";
}

function reasons(arrow) {
  const call = arrow.request ? [" ", make("code", {}, arrow.request)] : [];
  const basis = make("span", { class: `basis ${arrow.basis}` }, arrow.basis || "");
  const contested = arrow.contested ? [" · ", make("strong", {}, "contested")] : [];
  const guard = arrow.guard ? [" · only if ", make("code", {}, arrow.guard)] : [];
  const about = make("p", { class: "about" }, asker(arrow), ...call, ...guard, " · ", basis, ...contested);
  return [make("h2", {}, `${arrow.source} → ${arrow.target}: `, make("b", {}, arrow.event)), about, ...quotations(arrow)];
}

function point(arrow) {
  showWhy(arrow);
  for (const part of parts.values()) part.classList.remove("pointed");
  for (const id of arrow ? idsOf(arrow) : []) parts.get(id)?.classList.add("pointed");
}

