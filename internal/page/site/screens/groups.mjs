// Who sees whom: wires between channels, and what a layer costs and takes as its groups grow, up to depthwise and pointwise.
import { ask } from "../engine.mjs";
import { bar, count, h, paced, s, slider, time } from "../ui.mjs";

export const defaults = { channels: "16", groups: "4" };
const sizes = [4, 8, 16, 32, 64];
const shown = 16; // wires of so many channels

export async function show({ root, state, set, t, fail, command }) {
  const wires = h("div", { class: "grow answer" }), bars = h("div", { class: "grow answer", id: "groups-bars", "aria-live": "polite" }), controls = h("div", { class: "controls" });
  root.append(controls, h("div", { class: "row" }, wires, bars));
  // The last step is depthwise and pointwise: beyond as many groups as channels.
  const separable = () => state.groups === "separable", steps = () => [...[1, 2, 4, 8, 16, 32, 64].filter((g) => g <= +state.channels), "separable"];
  const layerOf = () => ({ input: `${state.channels}x56x56`, "out-channels": state.channels, kernel: "3", padding: "1" });
  const name = (g) => (g === "separable" ? t("depthwise") : String(g));

  /** Rows of dots, inputs above outputs, and a wire where one sees the other. */
  function draw() {
    const c = Math.min(shown, +state.channels), g = separable() ? c : Math.max(1, (+state.groups * c) / +state.channels), per = c / g, x = (i) => ((i + 0.5) * 1000) / c, rows = separable() ? [40, 250, 520] : [40, 520], parts = [];
    for (let o = 0; o < c; o++) for (let i = 0; i < c; i++) {
      if (Math.floor(o / per) === Math.floor(i / per)) parts.push(line(x(i), rows[0], x(o), rows[1], `hsl(${(Math.floor(o / per) * 360) / g} 75% 42%)`, Math.max(2.5, 14 / Math.sqrt(per) / 2)));
      if (separable()) parts.push(line(x(i), rows[1], x(o), rows[2], "var(--soft)", 1.5));
    }
    rows.forEach((y, k) => { for (let i = 0; i < c; i++) parts.push(s("circle", { cx: x(i), cy: y, r: 320 / Math.max(10, c), fill: k === 0 ? "var(--input)" : k === rows.length - 1 ? "var(--output)" : "var(--kernel)" })); });
    wires.replaceChildren(s("svg", { viewBox: "0 0 1000 560", role: "img", "aria-label": `${t("groups")}: ${name(state.groups)}` }, ...parts), h("p", { class: "caption" }, separable() ? t("only separable") : t("only grouped")));
  }
  const line = (x1, y1, x2, y2, stroke, width) => s("line", { x1, y1, x2, y2, stroke, "stroke-width": width, opacity: 0.75 });

  async function measure(variant, layer) {
    const cost = await ask("flops", { variant, layer });
    let best = Infinity;
    for (let i = 0; i < 3; i++) best = Math.min(best, (await ask("run", { variant, layer, mute: true })).seconds);
    return { cost, best, moved: cost.activation_bytes + cost.weight_bytes };
  }

  const update = paced(async () => {
    draw();
    const g = state.groups, variant = separable() ? "separable" : +g === 1 ? "standard" : +g === +state.channels ? "depthwise" : "grouped", layer = { ...layerOf(), ...(variant === "grouped" ? { groups: g } : {}) };
    if (variant === "depthwise") delete layer["out-channels"];
    command({ command: "flops", variant, layer });
    try {
      const base = await measure("standard", layerOf()), it = variant === "standard" ? base : await measure(variant, layer), theory = await ask("theory", { variant, layer }).catch(() => null);
      const less = (a, b) => (a < b ? ` ÷${(b / a).toFixed(1)}` : a > b ? ` ×${(a / b).toFixed(1)}` : "");
      bars.replaceChildren(...[
        h("p", { class: "big" }, separable() ? t("depthwise") : `${g} ${t(g === "1" ? "group" : "many groups")}`),
        bar(t("params"), it.cost.params / base.cost.params, count(it.cost.params) + less(it.cost.params, base.cost.params)),
        bar(t("macs"), it.cost.macs / base.cost.macs, count(it.cost.macs) + less(it.cost.macs, base.cost.macs)),
        bar(t("moved"), it.moved / base.moved, count(it.moved) + "B" + less(it.moved, base.moved), "moved"),
        bar(t("time"), it.best / base.best, time(it.best) + less(it.best, base.best), "measured"),
        theory ? h("p", { class: "formula" }, `${t("theory")}: ${theory.symbols} = ${theory.numbers} = ${theory.macs.toPrecision(3)} (÷${(1 / theory.macs).toFixed(2)})`) : null,
        theory?.remark ? h("p", { class: "caption" }, theory.remark) : null,
        separable() ? h("p", { class: "formula" }, t("textbook")) : null,
      ].filter(Boolean));
      bars.dataset.macs = it.cost.macs;
      fail();
    } catch (e) { fail(e); }
  });

  const build = () => controls.replaceChildren(
    slider(t("channels"), 0, sizes.length - 1, sizes.indexOf(+state.channels), (v) => { set({ channels: String(sizes[v]), groups: separable() ? "separable" : String(Math.min(+state.groups, sizes[v])) }); build(); update(); }, (v) => String(sizes[v])),
    slider(t("groups"), 0, steps().length - 1, Math.max(0, steps().findIndex((g) => String(g) === state.groups)), (v) => { set({ groups: String(steps()[v]) }); update(); }, (v) => name(steps()[v])));
  build();
  await update();
}
