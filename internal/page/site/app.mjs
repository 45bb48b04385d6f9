// The page: which screen is shown, and its state, stand in the URL: #screen?key=value.
import { ask } from "./engine.mjs";
import { button, h } from "./ui.mjs";
import { takeModel } from "./model.mjs";
import { language, say } from "./words.mjs";
import * as one from "./screens/one.mjs";
import * as groups from "./screens/groups.mjs";
import * as stamps from "./screens/stamps.mjs";
import * as reach from "./screens/reach.mjs";
import * as taps from "./screens/taps.mjs";
import * as faders from "./screens/faders.mjs";
import * as network from "./screens/network.mjs";
import * as choose from "./screens/choose.mjs";

const screens = { one, groups, stamps, reach, taps, faders, network, choose };
const main = document.getElementById("screen");
/** What goes along from screen to screen. */
const shared = { lang: "", theme: "", back: "", predict: "", picture: "cat", ink: "" };

function read() {
  const [name, query] = location.hash.slice(1).split("?");
  const given = Object.fromEntries(new URLSearchParams(query));
  const screen = screens[name] ? name : "one";
  const own = { lang: language(), theme: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light" };
  return { screen, state: { ...shared, ...own, ...screens[screen].defaults, ...given } };
}

/** The address of a screen in a state: what is not as by default. */
function link(screen, state) {
  const d = { ...shared, ...screens[screen].defaults };
  const kept = Object.entries(state).filter(([k, v]) => k in d && String(v) !== String(d[k]));
  return "#" + screen + (kept.length ? "?" + new URLSearchParams(kept) : "");
}
const along = () => Object.fromEntries(Object.keys(shared).map((k) => [k, current.state[k]]));

let current = read(), leaving = new AbortController(), due = 0;

/** Changes the state without drawing the screen again: a control did that itself. The address follows when the hand rests. */
function set(changes) {
  if (Object.entries(changes).every(([k, v]) => current.state[k] === v)) return; // each frame of a camera says what is so
  Object.assign(current.state, changes);
  clearTimeout(due);
  due = setTimeout(address, 150);
}
function address() {
  clearTimeout(due);
  history.replaceState(null, "", link(current.screen, current.state));
}
/** Opens another screen in a state of its own. */
function go(screen, state = {}) {
  address();
  location.hash = link(screen, { ...along(), ...state }).slice(1);
}

function frame() {
  const { state, screen } = current, t = say(state.lang);
  document.documentElement.lang = state.lang === "zh" ? "zh-Hans" : "en";
  document.documentElement.dataset.theme = state.theme;
  document.documentElement.toggleAttribute("data-back", state.back === "1");
  document.title = t(screen + ".title") + " · convx";
  document.getElementById("screens").replaceChildren(...Object.keys(screens).map((name, i) =>
    h("a", { href: link(name, along()), "aria-current": name === screen ? "page" : null, title: String(i + 1) }, t("screen." + name))));
  document.querySelector("[aria-current]").scrollIntoView({ block: "nearest", inline: "center" });
  const tool = (label, key, on, off, title) => button(label, () => { set({ [key]: state[key] === on ? off : on }); draw(); }, { "aria-pressed": String(state[key] === on), title });
  document.getElementById("tools").replaceChildren(
    h("button", { type: "button", lang: state.lang === "zh" ? "en" : "zh", onclick: () => { set({ lang: state.lang === "zh" ? "en" : "zh" }); draw(); } }, state.lang === "zh" ? "EN" : "中文"),
    tool(t("dark"), "theme", "dark", "light"), tool(t("back"), "back", "1", "", "B"), tool(t("predict"), "predict", "1", "", "P"));
  document.getElementById("copy").textContent = t("copy");
}

async function draw() {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving, { state, screen } = current, t = say(state.lang);
  delete document.body.dataset.ready;
  frame();
  const root = h("section", { class: "screen " + screen + (state.predict === "1" ? " hidden-answer" : ""), "aria-label": t(screen + ".title") });
  const fail = (e) => { root.querySelector(":scope > .error")?.remove(); if (e && !signal.aborted) root.prepend(h("p", { class: "error", role: "alert" }, e.message + (e.hint ? " — " + e.hint : ""))); };
  const command = async (q) => {
    const text = typeof q === "string" ? q : await ask("command", q).catch(() => "");
    if (!signal.aborted) document.getElementById("command").textContent = text;
  };
  root.addEventListener("refused", (e) => fail(e.detail));
  root.append(h("h2", {}, t(screen + ".title")), h("p", { class: "caption" }, t(screen + ".caption")));
  if (state.predict === "1") root.append(button(t("reveal"), (e) => { root.classList.remove("hidden-answer"); e.target.remove(); }, { class: "reveal" }));
  main.replaceChildren(root);
  try { await screens[screen].show({ root, state, set, t, fail, command, signal, go }); } catch (e) { fail(e); }
  if (signal.aborted) return;
  document.body.dataset.ready = screen;
  performance.mark("ready");
}

// What is dropped anywhere: a model opens in the network's screen, a picture goes to the screen that is shown.
addEventListener("dragover", (e) => e.preventDefault());
addEventListener("drop", async (e) => {
  e.preventDefault();
  const file = e.dataTransfer?.files[0], shown = main.firstElementChild;
  if (!file) return;
  if (!file.name.toLowerCase().endsWith(".onnx")) return shown.dispatchEvent(new CustomEvent("picture", { detail: file }));
  try { await takeModel(file); } catch (error) { return shown.dispatchEvent(new CustomEvent("refused", { detail: error })); }
  current = { screen: "network", state: { ...current.state, ...screens.network.defaults, net: "file", from: "picture", column: "1" } };
  address();
  draw();
});
addEventListener("hashchange", () => { clearTimeout(due); current = read(); draw(); });
addEventListener("keydown", (e) => {
  if (e.target.matches("input:not([type=range], [type=checkbox]), select, textarea") || e.ctrlKey || e.metaKey || e.altKey) return;
  const names = Object.keys(screens), k = e.key.toLowerCase();
  if (k === "b") { set({ back: current.state.back === "1" ? "" : "1" }); draw(); }
  if (k === "p") { set({ predict: current.state.predict === "1" ? "" : "1" }); draw(); }
  if (names[k - 1]) go(names[k - 1]);
});
document.getElementById("copy").addEventListener("click", async (e) => {
  await navigator.clipboard?.writeText(document.getElementById("command").textContent);
  e.target.classList.add("done");
  setTimeout(() => e.target.classList.remove("done"), 800);
});
draw();
