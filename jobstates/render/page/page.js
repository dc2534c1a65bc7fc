// ---- doing

const PACE = 1400;
let playing = 0;
let shown = null;
// Where stepping and replaying were left, for when the reader comes back to them.
const last = { step: { life: null, path: [], at: 0 }, replay: { life: data.histories[0] || null, path: [], at: 0 } };

const take = (arrow) => go({ path: [...view.path, arrow] });
const back = () => view.path.length && go({ path: view.path.slice(0, -1) });
const reset = () => view.path.length && go({ path: [] });
const jump = (by) => slide({ at: Math.max(0, Math.min(view.at + by, view.life.steps.length)) });

function play() {
  if (playing) return pause();
  if (view.at === view.life.steps.length) slide({ at: 0 });
  playing = setInterval(() => (view.life && view.at < view.life.steps.length ? slide({ at: view.at + 1 }) : pause()), PACE);
  byId("play").textContent = "Pause";
}

function pause() {
  clearInterval(playing);
  playing = 0;
  byId("play").textContent = "Play";
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("select, input[type=range]")) return;
  if (!event.target.matches(".offer") || !["ArrowDown", "ArrowUp"].includes(event.key)) return void shortcut(event);
  const buttons = [...byId("offers").querySelectorAll("button")];
  const next = buttons[buttons.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
  if (next) next.focus();
  event.preventDefault();
}

function shortcut(event) {
  if (view.life) {
    if (event.key === "ArrowLeft") jump(-1);
    if (event.key === "ArrowRight") jump(1);
  } else if (byId("keys").checked) {
    const arrow = /^\d$/.test(event.key) ? view.open[(Number(event.key) + 9) % 10] : null;
    if (arrow) take(arrow);
    else if (event.key === "Backspace") back();
    else if (event.key.toLowerCase() === "r") reset();
    else return;
    event.preventDefault();
  }
}

function say(text) {
  byId("said").textContent = text;
}

function announcement() {
  if (view.life) return `${progress()}.`;
  const state = states.get(view.here);
  if (state.terminal) return `${state.name}. The job is over: ${spaced(state.outcome || "ended")}.`;
  return `${state.name}. ${counted(view.open.length, "event")} possible.`;
}

// ---- from the address to the page

function show() {
  if (shown === location.hash) return;
  const before = view;
  const leave = focused();
  shown = location.hash;
  view = read();
  last[view.life ? "replay" : "step"] = { life: view.life, path: view.path, at: view.at };
  if (!view.life && playing) pause();
  showTheme();
  byId("to-step").setAttribute("aria-pressed", String(!view.life));
  byId("to-replay").setAttribute("aria-pressed", String(Boolean(view.life)));
  byId("stepping").hidden = byId("filters").hidden = Boolean(view.life);
  byId("replaying").hidden = byId("history").hidden = !view.life;
  data.facts.forEach((fact, nth) => (byId(`fact-${nth}`).selectedIndex = view.chosen[nth]));
  showHere();
  if (view.life) showReplay();
  else [showOffers, showTrail].forEach((part) => part());
  showPicture();
  showWhy(null);
  say(announcement());
  if (before) animate(before);
  if (leave) (leave() || byId("back")).focus();
}

// What has the focus may be built anew; the same place gets it again, or the button that leads back.
function focused() {
  const inside = (id) => byId(id).contains(document.activeElement);
  if (inside("offers")) return () => byId("offers").querySelector("button");
  if (inside("trail")) return () => byId("trail").querySelector("[aria-current]");
  if (inside("timeline")) return () => byId("timeline").querySelector("[aria-current]");
  if (!drawing?.contains(document.activeElement)) return null;
  document.activeElement.blur();
  return () => drawing.querySelector(".lit[tabindex]");
}

const isDark = () => (view.theme ? view.theme === "dark" : dark.matches);

function showTheme() {
  document.documentElement.dataset.theme = view.theme;
  byId("theme").setAttribute("aria-pressed", String(isDark()));
}

function animate(before) {
  if (view.life !== before.life) return;
  const onward = view.life ? view.at === before.at + 1 : view.path.length === before.path.length + 1;
  const arrow = view.life ? data.arrows[view.life.steps[before.at]?.arrow] : view.path[before.path.length];
  if (onward && arrow) run(arrow);
}

function offerFacts() {
  const labels = data.facts.map((fact, nth) => {
    const options = ["any", ...fact.values].map((value) => make("option", {}, value));
    const select = make("select", { id: `fact-${nth}` }, ...options);
    select.addEventListener("change", () => {
      go({ chosen: view.chosen.map((old, place) => (place === nth ? select.selectedIndex : old)) });
    });
    return make("label", {}, `${spaced(fact.name)} `, select);
  });
  byId("filters").replaceChildren(...labels);
}

function offerHistories() {
  const shorten = (job) => (job.length > 48 ? `…${job.slice(-47)}` : job);
  byId("histories").replaceChildren(...data.histories.map(({ key, job }) => make("option", { value: key }, shorten(job))));
  byId("modes").hidden = data.histories.length === 0;
}

function listen() {
  byId("to-step").addEventListener("click", () => view.life && go(last.step));
  byId("to-replay").addEventListener("click", () => view.life || go(last.replay));
  byId("theme").addEventListener("click", () => slide({ theme: isDark() ? "light" : "dark" }));
  byId("back").addEventListener("click", back);
  byId("reset").addEventListener("click", reset);
  byId("histories").addEventListener("change", (event) => go({ life: data.histories[event.target.selectedIndex], at: 0 }));
  byId("slider").addEventListener("input", (event) => slide({ at: Number(event.target.value) }));
  byId("previous").addEventListener("click", () => jump(-1));
  byId("next").addEventListener("click", () => jump(1));
  byId("play").addEventListener("click", play);
  byId("over").addEventListener("click", (event) => (event.preventDefault(), byId("panel").focus()));
  document.addEventListener("keydown", pressed);
  dark.addEventListener("change", showTheme);
  addEventListener("hashchange", show);
}

for (const id of ["tools", "panel", "why"]) byId(id).hidden = false;
offerFacts();
offerHistories();
prepare();
listen();
show();
