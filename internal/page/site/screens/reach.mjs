// Reach: what one output sees through a stack of layers along one axis, level by level, and the field over a picture.
import { ask } from "../engine.mjs";
import { button, check, clamp, dragged, arrows, framed, h, s, slider } from "../ui.mjs";
import { picture, scaled } from "../picture.mjs";

export const defaults = { stack: "3.2 3.2 3.2", causal: "", often: "", x: "18", y: "12" };
const presets = { "WaveNet": ["2.1 2.2 2.4 2.8", "1"], "HDC 1, 2, 5": ["3.1 3.2 3.5", ""], "2, 2, 2": ["3.2 3.2 3.2", ""], "1, 2, 4": ["3.1 3.2 3.4", ""], "VGG": ["3.1 3.1 2.1.2p 3.1 3.1 2.1.2p", ""] };
const most = 8; // layers
const wide = 48; // pixels of the picture

export async function show(context) {
  const { root, state, set, t, fail, command } = context;
  const head = h("div", { class: "controls" }), chips = h("div", { class: "chips" }), tree = h("div", { class: "tree answer" }), size = h("p", { class: "big answer", id: "reach-size", "aria-live": "polite" }), advice = h("p", { class: "answer", id: "reach-advice" });
  const photo = h("canvas", { class: "input hand", tabindex: "0", role: "img", "aria-label": t("field") });
  root.append(head, chips, h("div", { class: "row reach-row" }, h("div", { class: "grow" }, size, tree, advice), h("div", { class: "field" }, photo)));
  let field = null, image = null;
  const pic = await picture(context, () => { image = scaled(pic.get(), wide); paint(); });
  image = scaled(pic.get(), wide);
  const steps = () => state.stack.split(" ").filter(Boolean).map((c) => { const [kernel, dilation, stride] = c.split(".").map((n) => parseInt(n, 10)); return { kernel, dilation, stride: stride || 1, causal: state.causal === "1", pool: c.endsWith("p") }; });
  const text = (list) => list.map((c) => `${c.kernel}.${c.dilation}${c.stride > 1 || c.pool ? "." + c.stride : ""}${c.pool ? "p" : ""}`).join(" ");

  async function update() {
    const list = steps();
    try {
      const levels = await ask("reach", { steps: list.map(({ pool, ...c }) => c) });
      field = levels.at(-1);
      const n = field.counts.length, holes = field.counts.filter((c) => c === 0).length;
      size.textContent = `${t("sees")} ${n - holes} ${t("of")} ${n}${holes ? ` — ${holes} ${t("holes")}` : ""}`;
      size.style.color = holes ? "var(--warn)" : "var(--output)";
      size.dataset.size = n;
      size.dataset.holes = holes;
      draw(levels, list);
      paint();
      await advise(list, n, holes);
      command("convx coverage " + list.map((c) => `${c.pool ? "max-pool" : c.dilation > 1 ? "dilated" : "standard"},kernel=${c.kernel}${c.dilation > 1 ? ",dilation=" + c.dilation : ""}${c.stride > 1 ? ",stride=" + c.stride : ""}${c.causal ? ",padding=causal" : ""}`).join(" ") + (state.causal === "1" ? " --dims 1" : ""));
      fail();
    } catch (e) { fail(e); }
  }

  /** Dilations of the same reach without holes, if there are some (hybrid dilated convolution, Wang et al. 2018). */
  async function advise(list, reach, holes) {
    advice.replaceChildren();
    delete advice.dataset.dilations;
    if (!holes || list.some((c) => c.stride > 1 || c.pool) || list.length > 5) return;
    const total = list.reduce((a, c) => a + c.dilation * (c.kernel - 1), 0);
    const full = (ds) => { let seen = new Set([0]); ds.forEach((d, i) => { const next = new Set(); for (const p of seen) for (let k = 0; k < list[i].kernel; k++) next.add(p + k * d); seen = next; }); return seen.size === total + 1; };
    let best = null; // the one whose largest dilation is the smallest
    const search = (ds, left) => {
      const i = ds.length, step = list[i]?.kernel - 1;
      if (i === list.length) { if (left === 0 && (!best || ds.at(-1) < best.at(-1)) && full(ds)) best = ds; return; }
      for (let d = ds.at(-1) ?? 1; d * step <= left; d++) search([...ds, d], left - d * step);
    };
    search([], total);
    if (!best) return;
    const better = list.map((c, i) => ({ ...c, dilation: best[i] })), levels = await ask("reach", { steps: better.map(({ pool, ...c }) => c) }), f = levels.at(-1);
    if (f.counts.length !== reach || f.counts.includes(0)) return;
    advice.dataset.dilations = best.join(" ");
    advice.append(button(`${t("dilation")} ${best.join(", ")}: ${t("same reach")} ${reach}, ${t("no holes")}`, () => { set({ stack: text(better) }); build(); update(); }, { class: "go" }));
  }

  function draw(levels, list) {
    const first = Math.min(...levels.map((l) => l.first)), last = Math.max(...levels.map((l) => l.first + l.counts.length - 1)), n = last - first + 1;
    const high = Math.min(92, 330 / Math.max(2, levels.length - 1)), gap = 1000 / n, y = (level) => 24 + level * high, x = (p) => (p - first + 0.5) * gap, r = Math.min(16, gap * 0.42, high * 0.35), lines = [], dots = [];
    levels.forEach((l, level) => {
      const bottom = level === levels.length - 1, top = Math.max(...l.counts);
      l.counts.forEach((c, i) => {
        const p = l.first + i;
        if (!c && !bottom) return;
        dots.push(s("circle", { cx: x(p), cy: y(level), r: c || !bottom ? r : r * 0.8, fill: c ? (bottom ? "var(--input)" : level ? "var(--soft)" : "var(--output)") : "var(--paper)", "fill-opacity": bottom && state.often === "1" ? 0.15 + (0.85 * c) / top : 1, stroke: c ? "none" : "var(--warn)", "stroke-width": 3 }));
        if (!c || bottom) return;
        const step = list[list.length - 1 - level], span = step.dilation * (step.kernel - 1), pad = step.causal ? span : Math.floor(span / 2);
        for (let k = 0; k < step.kernel; k++) lines.push(s("line", { x1: x(p), y1: y(level), x2: x(p * step.stride - pad + k * step.dilation), y2: y(level + 1), stroke: step.pool ? "var(--soft)" : "var(--kernel)", "stroke-dasharray": step.pool ? "6 5" : null, "stroke-width": Math.max(1, Math.min(3.5, gap / 8)), opacity: 0.65 }));
      });
    });
    tree.replaceChildren(s("svg", { viewBox: `0 0 1000 ${y(levels.length - 1) + 24}`, role: "img", "aria-label": size.textContent }, ...lines, ...dots));
  }

  /** The picture as one output sees it: what no path reaches is dark; with "how often", as bright as there are paths. */
  const paint = framed(() => {
    if (!field || !image) return;
    const k = 12, w = image.width, hh = image.height, g = photo.getContext("2d"), n = field.counts.length, top = Math.max(...field.counts);
    if (photo.width !== w * k || photo.height !== hh * k) { photo.width = w * k; photo.height = hh * k; }
    g.imageSmoothingEnabled = false;
    g.globalAlpha = 1;
    g.fillStyle = "#000";
    g.fillRect(0, 0, photo.width, photo.height);
    g.globalAlpha = 0.35;
    g.drawImage(image, 0, 0, photo.width, photo.height);
    const cx = +state.x + field.first, cy = +state.y + (state.causal === "1" ? 0 : field.first);
    for (let i = 0; i < (state.causal === "1" ? 1 : n); i++) for (let j = 0; j < n; j++) {
      const c = state.causal === "1" ? field.counts[j] / top : (field.counts[i] * field.counts[j]) / (top * top), x = cx + j, y = cy + i;
      if (!c || x < 0 || y < 0 || x >= w || y >= hh) continue;
      g.globalAlpha = state.often === "1" ? Math.sqrt(c) : 1;
      g.drawImage(image, x, y, 1, 1, x * k, y * k, k, k);
    }
    g.globalAlpha = 1;
    for (const [width, colour] of [[7, "#1d2733"], [4, "#ff9a1f"]]) { g.lineWidth = width; g.strokeStyle = colour; g.strokeRect(cx * k - 2, cy * k - 2, n * k + 4, (state.causal === "1" ? 1 : n) * k + 4); }
    g.fillStyle = "#00d68f";
    g.fillRect(+state.x * k - 2, +state.y * k - 2, k + 4, k + 4);
  });
  const place = (x, y) => { set({ x: String(clamp(Math.round(x), 0, image.width - 1)), y: String(clamp(Math.round(y), 0, image.height - 1)) }); paint(); };
  dragged(photo, (px, py, what) => { if (what !== "up") place(px * image.width - 0.5, py * image.height - 0.5); });
  arrows(photo, (dx, dy) => place(+state.x + dx, +state.y + dy));

  function build() {
    const list = steps(), keep = () => { set({ stack: text(list) }); update(); };
    head.replaceChildren(...Object.entries(presets).map(([name, [stack, causal]]) => button(name, () => { set({ stack, causal }); build(); update(); }, { "aria-pressed": String(stack === state.stack) })),
      check(t("causal"), state.causal === "1", (v) => { set({ causal: v ? "1" : "" }); update(); }), check(t("often"), state.often === "1", (v) => { set({ often: v ? "1" : "" }); update(); }), pic.element);
    chips.replaceChildren(...list.map((c, i) => h("fieldset", { class: "chip" }, h("legend", {}, `${t("layer")} ${i + 1}`),
      slider(t("kernel"), 2, 5, c.kernel, (v) => { c.kernel = v; keep(); }), c.pool ? "" : slider(t("dilation"), 1, 16, c.dilation, (v) => { c.dilation = v; keep(); }), slider(t("stride"), 1, 3, c.stride, (v) => { c.stride = v; keep(); }),
      check(t("pool"), c.pool, (v) => { Object.assign(c, v ? { pool: true, dilation: 1, stride: c.kernel } : { pool: false }); keep(); build(); }))),
      button("+", () => { if (list.length < most) { set({ stack: text([...list, { kernel: 3, dilation: 1, stride: 1 }]) }); build(); update(); } }, { "aria-label": t("more layers") }),
      button("−", () => { if (list.length > 1) { set({ stack: text(list.slice(0, -1)) }); build(); update(); } }, { "aria-label": t("fewer layers") }));
  }
  build();
  await update();
}
