// Who sees whom: wires between channels, and what a layer costs and takes as its groups grow.
import { ask } from "../engine.mjs";
import { bar, count, h, s, slider } from "../ui.mjs";

export const defaults = { channels: "16", groups: "1" };

const sizes = [4, 8, 16, 32, 64];

export async function show({ root, state, set, t, fail, command }) {
  const wires = h("div", { class: "grow answer" }), bars = h("div", { class: "grow answer", id: "groups-bars" }), controls = h("div", { class: "controls" });
  root.append(controls, h("div", { class: "row" }, wires, bars));

  const steps = () => [1, 2, 4, 8, 16, 32, 64].filter((g) => g <= +state.channels);
  const layerOf = (g) => ({ input: `${state.channels}x56x56`, "out-channels": state.channels, kernel: "3", padding: "1", ...(g > 1 ? { groups: String(g) } : {}) });

  function draw() {
    const c = Math.min(16, +state.channels), g = Math.max(1, (+state.groups * c) / +state.channels), per = c / g;
    const lines = [], dots = [];
    for (let o = 0; o < c; o++) for (let i = 0; i < c; i++) {
      if (Math.floor(o / per) !== Math.floor(i / per)) continue;
      lines.push(s("line", { x1: 20 + i * 24, y1: 20, x2: 20 + o * 24, y2: 180, stroke: `hsl(${(Math.floor(o / per) * 360) / g} 70% 45%)`, "stroke-width": 1.5 }));
    }
    for (let i = 0; i < c; i++) dots.push(s("circle", { cx: 20 + i * 24, cy: 20, r: 8, fill: "var(--input)" }), s("circle", { cx: 20 + i * 24, cy: 180, r: 8, fill: "var(--output)" }));
    wires.replaceChildren(s("svg", { viewBox: `0 0 ${c * 24 + 16} 200`, role: "img", "aria-label": t("only grouped") }, ...lines, ...dots), h("p", { class: "caption" }, t("only grouped")));
  }

  async function measure(variant, layer) {
    const cost = await ask("flops", { variant, layer });
    let best = Infinity;
    for (let i = 0; i < 3; i++) best = Math.min(best, (await ask("run", { variant, layer })).seconds);
    return { cost, best };
  }

  async function update() {
    draw();
    const g = +state.groups, variant = g === 1 ? "standard" : g === +state.channels ? "separable" : "grouped";
    const layer = g === +state.channels && g > 1 ? { ...layerOf(1) } : layerOf(g);
    command({ command: "flops", variant, layer });
    try {
      const base = await measure("standard", layerOf(1)), it = await measure(variant, layer);
      const theory = await ask("theory", { variant, layer }).catch(() => null);
      const line = (name, a, b, text, kind) => bar(name, a / b, text, kind);
      bars.replaceChildren(
        h("h3", {}, variant === "separable" ? t("depthwise") : `${variant}, ${g} ${t("groups")}`),
        line(t("params"), it.cost.params, base.cost.params, count(it.cost.params)),
        line(t("macs"), it.cost.macs, base.cost.macs, `${count(it.cost.macs)} (÷${(base.cost.macs / it.cost.macs).toFixed(1)})`),
        line(t("moved"), it.cost.activation_bytes + it.cost.weight_bytes, base.cost.activation_bytes + base.cost.weight_bytes, count(it.cost.activation_bytes + it.cost.weight_bytes) + "B", "moved"),
        line(t("time"), it.best, base.best, `${(it.best * 1e3).toFixed(2)} ms (÷${(base.best / it.best).toFixed(1)})`, "measured"),
        theory ? h("p", { class: "formula" }, `${t("theory")}: ${theory.symbols} = ${theory.numbers} = ${theory.macs.toPrecision(3)} (÷${(1 / theory.macs).toFixed(2)})`) : null);
      bars.dataset.macs = it.cost.macs;
      fail();
    } catch (e) { fail(e); }
  }

  const build = () => controls.replaceChildren(
    slider(t("channels"), 0, sizes.length - 1, sizes.indexOf(+state.channels), (v) => { set({ channels: String(sizes[v]), groups: String(Math.min(+state.groups, sizes[v])) }); build(); update(); }, (v) => String(sizes[v])),
    slider(t("groups"), 0, steps().length - 1, steps().indexOf(+state.groups), (v) => { set({ groups: String(steps()[v]) }); build(); update(); }, (v) => String(steps()[v])));
  build();
  await update();
}
