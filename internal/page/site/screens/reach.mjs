// Reach: what one output sees through a stack of layers along one axis, level by level.
import { ask } from "../engine.mjs";
import { check, h, s, slider } from "../ui.mjs";

export const defaults = { stack: "3.1 3.2 3.4", causal: "" };
const presets = { "WaveNet": ["2.1 2.2 2.4 2.8", "1"], "HDC 1, 2, 5": ["3.1 3.2 3.5", ""], "2, 2, 2": ["3.2 3.2 3.2", ""], "1, 2, 4": ["3.1 3.2 3.4", ""] };

export async function show({ root, state, set, t, fail, command }) {
  const chips = h("div", { class: "controls" }), tree = h("div", { class: "answer" }), size = h("p", { class: "big answer", id: "reach-size" });
  root.append(chips, size, tree);
  const steps = () => state.stack.split(" ").filter(Boolean).map((c) => { const [kernel, dilation, stride] = c.split(".").map(Number); return { kernel, dilation, stride: stride || 1, causal: state.causal === "1" }; });
  const keep = (list) => set({ stack: list.map((c) => `${c.kernel}.${c.dilation}`).join(" ") });

  async function update() {
    const list = steps();
    try {
      const levels = await ask("reach", { steps: list });
      const field = levels.at(-1), holes = field.counts.filter((c) => c === 0).length;
      size.textContent = `${t("sees")} ${field.counts.length - holes} ${t("of")} ${field.counts.length}${holes ? `, ${holes} ${t("holes")}` : ""}`;
      size.style.color = holes ? "var(--warn)" : "var(--output)";
      size.dataset.size = field.counts.length;
      draw(levels, list);
      document.getElementById("command").textContent = "convx coverage " + list.map((c) => `dilated,kernel=${c.kernel},dilation=${c.dilation}`).join(" ");
      fail();
    } catch (e) { fail(e); }
  }

  function draw(levels, list) {
    const first = Math.min(...levels.map((l) => l.first)), last = Math.max(...levels.map((l) => l.first + l.counts.length - 1)), n = last - first + 1;
    const gap = 1000 / n, high = 90, y = (level) => 30 + level * high, x = (p) => (p - first + 0.5) * gap, r = Math.min(14, gap * 0.4);
    const lines = [], dots = [];
    levels.forEach((l, level) => {
      for (let p = first; p <= last; p++) {
        const c = l.counts[p - l.first] ?? 0, inside = p >= l.first && p < l.first + l.counts.length;
        if (!c && !(inside && level === levels.length - 1)) continue;
        dots.push(s("circle", { cx: x(p), cy: y(level), r, fill: c ? (level === levels.length - 1 ? "var(--input)" : level ? "var(--soft)" : "var(--output)") : "var(--paper)", stroke: c ? "none" : "var(--warn)", "stroke-width": 2 }));
        if (c && level + 1 < levels.length) {
          const step = list[list.length - 1 - level], reach = step.dilation * (step.kernel - 1), pad = step.causal ? reach : Math.floor(reach / 2);
          for (let k = 0; k < step.kernel; k++) lines.push(s("line", { x1: x(p), y1: y(level), x2: x(p * step.stride - pad + k * step.dilation), y2: y(level + 1), stroke: "var(--kernel)", "stroke-width": Math.max(1, Math.min(3, gap / 8)), opacity: 0.6 }));
        }
      }
    });
    tree.replaceChildren(s("svg", { viewBox: `0 0 1000 ${levels.length * high}`, role: "img", "aria-label": size.textContent }, ...lines, ...dots));
  }

  const build = () => {
    const list = steps();
    chips.replaceChildren(
      ...Object.entries(presets).map(([name, [stack, causal]]) => h("button", { type: "button", onclick: () => { set({ stack, causal }); build(); update(); } }, name)),
      check(t("causal"), state.causal === "1", (v) => { set({ causal: v ? "1" : "" }); update(); }),
      ...list.flatMap((c, i) => [h("strong", {}, `${t("layer")} ${i + 1}`), slider(t("kernel"), 2, 5, c.kernel, (v) => { c.kernel = v; keep(list); update(); }), slider(t("dilation"), 1, 16, c.dilation, (v) => { c.dilation = v; keep(list); update(); })]),
      h("button", { type: "button", onclick: () => { if (list.length < 6) { keep([...list, { kernel: 3, dilation: 1 }]); build(); update(); } } }, "+"),
      h("button", { type: "button", onclick: () => { if (list.length > 1) { keep(list.slice(0, -1)); build(); update(); } } }, "−"));
  };
  build();
  await update();
}
