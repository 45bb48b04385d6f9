// Faders: squeeze-and-excitation as a mixing desk. Each map is squeezed to its mean, a small network makes a factor of the means,
// and each factor is a fader: it can be overridden. All maps are shown on one scale.
import { ask, keeping, pack, unpack } from "../engine.mjs";
import { button, choice, clamp, h, imageOf, num, paced, s } from "../ui.mjs";
import { picture, planes, scaled } from "../picture.mjs";

export const defaults = { gate: "loudest", hold: "" };
const names = ["identity", "gaussian", "sobel-x", "sobel-y", "laplacian", "edge", "sharpen", "emboss"], channels = names.length;

/** The two linear layers of the gate: what a network learns. */
const gates = {
  /** The louder a channel is than the average, the more it passes. */
  loudest: () => ({
    hidden: channels, one: (i, j) => 8 * ((i === j) - 1 / channels), two: (i, j) => (i === j ? 2.5 : 0), bias: -3,
  }),
  quietest: () => ({ hidden: channels, one: (i, j) => 8 * (1 / channels - (i === j)), two: (i, j) => (i === j ? 4 : 0), bias: -3 }),
  drawn: () => { const r = random(7); return { hidden: 2, one: () => 6 * r(), two: () => 3 * r(), bias: 0 }; },
};
function random(seed) {
  let a = seed;
  return () => { a = (a * 1664525 + 1013904223) >>> 0; return a / 2 ** 31 - 1; };
}

export async function show(context) {
  const { root, state, set, t, fail, command } = context;
  const controls = h("div", { class: "controls" }), upper = h("div", { class: "desk" }), lower = h("div", { class: "desk" }), mix = h("canvas", { class: "output answer", role: "img", "aria-label": t("mix") }), wires = h("div", { class: "gate answer" });
  root.append(controls, h("div", { class: "row desk-row" }, h("div", { class: "grow desk-box" }, upper, wires, lower), h("div", { class: "mix" }, h("p", { class: "label output" }, t("mix")), mix)));
  let maps = null, answer = null, strips = [], kernels = null, drawn = "";
  let hold = state.hold.split(",").map((v) => (v === "" || !Number.isFinite(+v) ? null : +v));
  hold = Array.from({ length: channels }, (_, i) => hold[i] ?? null);
  const pic = await picture(context, () => load());

  /** The maps: the picture through eight filters, and a ReLU. */
  const load = paced(async () => {
    try {
      const small = scaled(pic.get(), 120);
      kernels ??= await ask("filters", { size: 3 });
      const { height, width } = small, weight = Float32Array.from(names.flatMap((n) => kernels.find((f) => f.name === n).weights));
      const a = await ask("run", { variant: "standard", mute: true, layer: { "out-channels": String(channels), kernel: "3", padding: "1", "pad-mode": "replicate", bias: "false" }, input: pack([1, 1, height, width], planes(small, true)), weights: { weight: pack([channels, 1, 3, 3], weight) } });
      const data = unpack(a.output).map((v) => Math.max(0, v));
      maps = { height, width, data, high: 1, fresh: true, ask: keeping([1, channels, height, width], data) };
      await compute();
    } catch (e) { fail(e); }
  });

  const compute = paced(async () => {
    if (!maps) return;
    const g = (gates[state.gate] ?? gates.loudest)(), from = maps;
    const one = Float32Array.from({ length: g.hidden * channels }, (_, i) => g.one(Math.floor(i / channels), i % channels)), two = Float32Array.from({ length: channels * g.hidden }, (_, i) => g.two(Math.floor(i / g.hidden), i % g.hidden));
    try {
      const a = await from.ask("stages", {
        variant: "se", layer: { hidden: String(g.hidden) }, instead: { "fc2.sigmoid": hold },
        weights: { "fc1.weight": pack([g.hidden, channels], one), "fc1.bias": pack([g.hidden], new Float32Array(g.hidden)), "fc2.weight": pack([channels, g.hidden], two), "fc2.bias": pack([channels], new Float32Array(channels).fill(g.bias)) },
      });
      answer = { means: unpack(a.squeeze), hidden: unpack(a["fc1.relu"]), factors: unpack(a["fc2.sigmoid"]), out: unpack(a.scale), one, two };
      command({ command: "run", variant: "se", layer: { hidden: String(g.hidden) }, more: "maps.npy -w weights.npz -o scaled.npy" });
      fail();
      paintAll();
    } catch (e) { fail(e); }
  });

  function build() {
    strips = Array.from({ length: channels }, (_, c) => {
      const fader = h("input", { type: "range", min: "0", max: "1", step: "0.01", class: "fader", "aria-label": `${t("fader")} ${c + 1}`, oninput: () => { hold[c] = +fader.value; keep(); } });
      const free = button("↺", () => { hold[c] = null; keep(); }, { class: "free", "aria-label": `${t("free")} ${c + 1}`, title: t("free") });
      const strip = { map: h("canvas", { class: "input", "aria-hidden": "true" }), mean: h("i", {}), meanText: h("b", {}), fader, factor: h("b", { class: "factor" }), free, out: h("canvas", { class: "output", "aria-hidden": "true" }) };
      strip.top = h("div", { class: "strip" }, h("span", { class: "name" }, names[c]), strip.map, h("div", { class: "mean", title: t("mean") }, strip.mean, strip.meanText));
      strip.box = h("div", { class: "strip answer" }, h("div", { class: "fade" }, fader), h("div", {}, strip.factor, free), strip.out);
      return strip;
    });
    upper.replaceChildren(...strips.map((x) => x.top));
    lower.replaceChildren(...strips.map((x) => x.box));
    controls.replaceChildren(pic.element, choice(t("gate"), Object.keys(gates).map((g) => [g, t("gate." + g)]), state.gate, (v) => { set({ gate: v }); compute(); }), button(t("free all"), () => { hold.fill(null); keep(); }));
  }
  function keep() {
    set({ hold: hold.some((v) => v != null) ? hold.map((v) => v ?? "").join(",") : "" });
    paintLocal();
    compute();
  }
  /** The faders follow the hand before the engine has answered. */
  function paintLocal() {
    if (!answer) return;
    hold.forEach((v, c) => { if (v != null) answer.factors[c] = v; });
    paintFactors();
  }
  function paintFactors() {
    strips.forEach((x, c) => {
      const f = answer.factors[c], held = hold[c] != null;
      if (document.activeElement !== x.fader || !held) x.fader.value = f;
      x.factor.textContent = "× " + num(f);
      x.box.classList.toggle("held", held);
      x.free.style.visibility = held ? "" : "hidden";
    });
  }
  function paintAll() {
    const { height, width } = maps, n = height * width, sum = new Float32Array(n), loudest = Math.max(...answer.means) || 1;
    strips.forEach((x, c) => {
      if (maps.fresh) put(x.map, maps.data, c * n);
      put(x.out, answer.out, c * n);
      x.mean.style.width = (answer.means[c] / loudest) * 100 + "%";
      x.meanText.textContent = answer.means[c].toFixed(2);
      for (let i = 0; i < n; i++) sum[i] += answer.out[c * n + i];
    });
    paintFactors();
    size(mix, height, width);
    mix.getContext("2d").putImageData(imageOf(sum, height, width, 0, 1.5), 0, 0);
    let out = 0;
    for (const v of answer.out) out += v;
    mix.dataset.mean = out / answer.out.length;
    mix.dataset.factors = [...answer.factors].join(" ");
    if (maps.fresh || drawn !== state.gate) gate();
    else answer.factors.forEach((f, c) => wires.querySelector(`[data-out="${c}"]`).setAttribute("r", radius(f)));
    maps.fresh = false;
    drawn = state.gate;
  }
  const radius = (f) => 4 + 9 * clamp(f, 0, 1);
  /** Every map on one scale: black is nothing, white the loudest of all. */
  function put(canvas, data, from) {
    size(canvas, maps.height, maps.width);
    canvas.getContext("2d").putImageData(imageOf(data, maps.height, maps.width, 0, maps.high, false, from), 0, 0);
  }
  const size = (canvas, height, width) => { if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; } };

  /** The gate: means, hidden units, factors, and the wires between, as thick as what flows. */
  function gate() {
    const hidden = answer.hidden.length, x = (i, n) => ((i + 0.5) * 1000) / n, lines = [], dots = [];
    const flow = (w, v) => Math.min(7, Math.abs(w * v));
    for (let j = 0; j < hidden; j++) {
      for (let c = 0; c < channels; c++) {
        lines.push([x(c, channels), 14, x(j, hidden), 62, flow(answer.one[j * channels + c], answer.means[c]), answer.one[j * channels + c]], [x(j, hidden), 62, x(c, channels), 110, flow(answer.two[c * hidden + j], answer.hidden[j]), answer.two[c * hidden + j]]);
      }
      dots.push(s("circle", { cx: x(j, hidden), cy: 62, r: 6 + Math.min(9, answer.hidden[j] * 4), fill: "var(--kernel)" }));
    }
    for (let c = 0; c < channels; c++) dots.push(s("circle", { cx: x(c, channels), cy: 14, r: 10, fill: "var(--input)" }), s("circle", { cx: x(c, channels), cy: 110, r: radius(answer.factors[c]), "data-out": c, fill: "var(--output)" }));
    wires.replaceChildren(s("svg", { viewBox: "0 0 1000 126", role: "img", "aria-label": t("gate"), preserveAspectRatio: "none" }, ...lines.filter((l) => l[4] > 0.05).map(([x1, y1, x2, y2, w, sign]) => s("line", { x1, y1, x2, y2, "stroke-width": 0.5 + w, stroke: sign > 0 ? "var(--kernel)" : "var(--input)", opacity: 0.65 })), ...dots));
  }
  build();
  await load();
}
