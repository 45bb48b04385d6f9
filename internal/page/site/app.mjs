// The page: which screen is shown, and its state, stand in the URL: #screen?key=value.
import { ask } from "./engine.mjs";
import { h } from "./ui.mjs";
import { language, say } from "./words.mjs";
import * as one from "./screens/one.mjs";
import * as groups from "./screens/groups.mjs";
import * as stamps from "./screens/stamps.mjs";
import * as reach from "./screens/reach.mjs";
import * as choose from "./screens/choose.mjs";

const screens = { one, groups, stamps, reach, choose };
const main = document.getElementById("screen");
const shared = ["lang", "theme", "back", "predict"];

function read() {
  const [name, query] = location.hash.slice(1).split("?");
  const given = Object.fromEntries(new URLSearchParams(query));
  const screen = screens[name] ? name : "one";
  return { screen, state: { lang: language(), theme: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light", ...screens[screen].defaults, ...given } };
}

function link(screen, state) {
  const d = screens[screen].defaults;
  const kept = Object.entries(state).filter(([k, v]) => (shared.includes(k) || k in d) && String(v) !== String(d[k] ?? ""));
  return "#" + screen + (kept.length ? "?" + new URLSearchParams(kept) : "");
}

let current = read();

/** Changes the state without drawing the screen again: a control did that itself. */
function set(changes) {
  Object.assign(current.state, changes);
  history.replaceState(null, "", link(current.screen, current.state));
}

function frame() {
  const { state, screen } = current, t = say(state.lang);
  document.documentElement.lang = state.lang;
  document.documentElement.dataset.theme = state.theme;
  document.documentElement.toggleAttribute("data-back", state.back === "1");
  document.getElementById("screens").replaceChildren(...Object.keys(screens).map((name) => {
    const common = Object.fromEntries(shared.filter((k) => state[k] != null).map((k) => [k, state[k]]));
    return h("a", { href: link(name, common), "aria-current": name === screen ? "page" : null }, t("screen." + name));
  }));
  const tool = (label, key, on, off) => h("button", { type: "button", "aria-pressed": String(state[key] === on), onclick: () => { set({ [key]: state[key] === on ? off : on }); draw(); } }, label);
  document.getElementById("tools").replaceChildren(
    tool(state.lang === "zh" ? "EN" : "中文", "lang", "zh", "en"), " ", tool(t("dark"), "theme", "dark", "light"), " ",
    tool(t("back") + " (B)", "back", "1", ""), " ", tool(t("predict") + " (P)", "predict", "1", ""));
  document.getElementById("copy").textContent = t("copy");
}

async function draw() {
  frame();
  const { state, screen } = current, t = say(state.lang);
  const root = h("section", { class: state.predict === "1" ? "hidden-answer" : "" });
  const fail = (e) => { const old = root.querySelector(".error"); old?.remove(); if (e) root.append(h("p", { class: "error", role: "alert" }, e.message + (e.hint ? " — " + e.hint : ""))); };
  const command = async (q) => { document.getElementById("command").textContent = await ask("command", q).catch(() => ""); };
  root.append(h("h2", {}, t(screen + ".title")), h("p", { class: "caption" }, t(screen + ".caption")));
  if (state.predict === "1") root.append(h("button", { type: "button", onclick: () => root.classList.remove("hidden-answer") }, t("reveal")));
  main.replaceChildren(root);
  try { await screens[screen].show({ root, state, set, t, fail, command }); } catch (e) { fail(e); }
  document.body.dataset.ready = screen;
}

addEventListener("hashchange", () => { current = read(); draw(); });
addEventListener("keydown", (e) => {
  if (e.target.matches("input, select, textarea") || e.ctrlKey || e.metaKey || e.altKey) return;
  const names = Object.keys(screens), k = e.key.toLowerCase();
  if (k === "b") { set({ back: current.state.back === "1" ? "" : "1" }); draw(); }
  if (k === "p") { set({ predict: current.state.predict === "1" ? "" : "1" }); draw(); }
  if (names[k - 1]) location.hash = link(names[k - 1], Object.fromEntries(shared.filter((s) => current.state[s] != null).map((s) => [s, current.state[s]]))).slice(1);
});
document.getElementById("copy").addEventListener("click", () => navigator.clipboard?.writeText(document.getElementById("command").textContent));
draw();
