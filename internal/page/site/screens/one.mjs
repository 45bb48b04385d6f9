// One number: a picture, a window, its weights, the sums of the channels, one cell of the output. The picture is one that the page carries,
// or what one neuron of a network reads (state.net): then the weights are that neuron's.
import { ask, base64, keeping, pack, unpack } from "../engine.mjs";
import { arrows, bitmap, button, cell, choice, clamp, dragged, framed, h, imageOf, inkOn, num, paced, range, signedColour, slider } from "../ui.mjs";
import { picture, planes, rgba, scaled } from "../picture.mjs";
import { seen } from "../ink.mjs";
import { askModel } from "../model.mjs";

export const defaults = { filter: "sobel-x", kernel: "3", stride: "1", padding: "1", dilation: "1", mode: "zeros", x: "56", y: "31", weights: "", bias: "0", net: "", layer: "", channel: "0", from: "" };

/** What brightness is of red, green and blue. */
const luma = [0.299, 0.587, 0.114];
const modes = ["zeros", "reflect", "replicate", "circular"];
const zoom = 4; // canvas pixels of a picture's pixel, at least

/** Where position i of an axis of n lies, padded as `mode` says; -1 holds zero. */
function inside(i, n, mode) {
  if (i >= 0 && i < n) return i;
  switch (mode) {
    case "replicate": return clamp(i, 0, n - 1);
    case "circular": return ((i % n) + n) % n;
    case "reflect": return i < 0 ? -i : 2 * n - 2 - i;
  }
  return -1;
}

export async function show(context) {
  const { root, state, set, t, fail, command } = context, neuron = state.net !== "";
  const view = h("canvas", { class: "input hand", tabindex: "0", role: "img", "aria-label": t("input") }), map = h("canvas", { class: "output answer", role: "img", "aria-label": t("output") });
  const grid = h("div", { class: "weights" }), cards = h("div", { class: "sums answer" }), total = h("div", { class: "big huge answer", id: "one-total", "aria-live": "polite" }), rest = h("div", { class: "answer" });
  const formula = h("div", { class: "formula" }), controls = h("div", { class: "controls" });
  root.append(controls, h("div", { class: "row trio" },
    h("div", { class: "grow" }, view), h("div", { class: "fit result" }, grid, total, rest), h("div", { class: "grow" }, map)), cards, formula);

  let source = null, layer = null, out = null, filters = [], weights = [], base = null, top = [], filled = Infinity, flying = 1;
  const pic = neuron ? null : await picture(context, () => { load(); return compute(); });

  // The layer: what it reads (planes of height x width), its window, and the weights of each plane.
  const K = () => layer.kernel, taps = () => K()[0] * K()[1];
  const weightOf = (c, i) => (layer.weight ? layer.weight[c * taps() + i] : weights[i]), shareOf = (c) => source.share?.[c] ?? 1;

  function load() {
    const small = scaled(pic.get(), 120), data = planes(small);
    source = { width: small.width, height: small.height, channels: 3, data, share: luma, names: ["red", "green", "blue"], ask: keeping([1, 3, small.height, small.width], data) };
    base = small;
  }

  async function loadFilters() {
    const k = +state.kernel;
    filters = await ask("filters", { size: k });
    if (!filters.some((f) => f.name === state.filter)) set({ filter: filters[0]?.name ?? "" });
    const kept = state.weights ? state.weights.split(" ").map(Number) : [];
    weights = kept.length === k * k ? kept : [...(filters.find((f) => f.name === state.filter)?.weights ?? new Array(k * k).fill(1 / (k * k)))];
    grid.style.gridTemplateColumns = `repeat(${k}, minmax(0, ${k > 5 ? 2.3 : k > 3 ? 2.9 : 3.9}rem))`;
    grid.replaceChildren(...weights.map((w, i) => h("input", {
      value: String(+w.toFixed(3)), inputmode: "decimal", "aria-label": `${t("weights")} ${i + 1}`, style: tint(w),
      oninput: (e) => {
        weights[i] = +e.target.value || 0;
        e.target.setAttribute("style", tint(weights[i]));
        set({ weights: weights.join(" ") });
        compute();
      },
    })));
  }
  function tint(w) {
    const colour = signedColour(w / (Math.max(...weights.map(Math.abs)) || 1));
    return `background:rgb(${colour.map(Math.round).join(" ")});color:${inkOn(colour)}`;
  }

  const compute = paced(async () => {
    try { await (neuron ? computeNeuron() : computeFilter()); fail(); refresh(); } catch (e) { out = null; fail(e); }
  });

  async function computeFilter() {
    const k = +state.kernel, d = state.dilation, keys = { kernel: state.kernel, stride: state.stride, padding: state.padding, ...(state.mode === "zeros" ? {} : { "pad-mode": state.mode }), ...(d === "1" ? {} : { dilation: d }) };
    const variant = d === "1" ? "standard" : "dilated", full = { "out-channels": "1", bias: "true", ...keys };
    const from = source, w = Float32Array.from(luma.flatMap((share) => weights.map((v) => v * share)));
    const a = await from.ask("run", { variant, layer: full, mute: true, weights: { weight: pack([1, 3, k, k], w), bias: pack([1], Float32Array.of(+state.bias)) } });
    const shape = await ask("shape", { variant, layer: { ...full, input: `3x${from.height}x${from.width}` } });
    layer = { kernel: [k, k], stride: [+state.stride, +state.stride], dilation: [+d, +d], before: [+state.padding, +state.padding], bias: +state.bias, after: [] };
    out = { height: a.output.shape[2], width: a.output.shape[3], data: unpack(a.output) };
    formula.replaceChildren(...shape.stages[0].formulas.map((f) => h("div", {}, `${f.axis}: ${f.expression} = ${f.value}`)));
    const named = state.weights ? Array.from({ length: k }, (_, i) => weights.slice(i * k, i * k + k).join(" ")).join("; ") : state.filter;
    command({ command: "run", variant, layer: keys, more: `${state.picture === "cat" ? "" : "photo.png "}--color gray --filter ${state.weights ? `'${named}'` : named} -o out.png` });
  }

  async function computeNeuron() {
    const canvas = await seen(state);
    const a = await askModel("neuron", state, { layer: state.layer, channel: +state.channel, picture: { width: canvas.width, height: canvas.height, rgba: base64(rgba(canvas)) } });
    const [, channels, height, width] = a.input.shape;
    source = { channels, height, width, data: unpack(a.input), names: Array.from({ length: channels }, (_, c) => `${t("map")} ${a.first + c}`) };
    layer = { ...a.window, weight: unpack(a.weight), bias: a.bias, after: a.after ?? [] };
    out = { height: a.output.shape[2], width: a.output.shape[3], data: unpack(a.output) };
    command(`convx run --net ${state.net} drawing.png --at ${state.layer} -o maps.npz`);
  }

  /** The window's numbers in one channel. */
  function read(c, x, y) {
    const [kh, kw] = K(), values = new Float32Array(kh * kw);
    for (let i = 0; i < kh; i++) for (let j = 0; j < kw; j++) {
      const yy = inside(y * layer.stride[0] - layer.before[0] + i * layer.dilation[0], source.height, neuron ? "zeros" : state.mode);
      const xx = inside(x * layer.stride[1] - layer.before[1] + j * layer.dilation[1], source.width, neuron ? "zeros" : state.mode);
      values[i * kw + j] = yy < 0 || xx < 0 ? 0 : source.data[(c * source.height + yy) * source.width + xx];
    }
    return values;
  }

  function refresh() {
    set({ x: String(clamp(+state.x, 0, out.width - 1)), y: String(clamp(+state.y, 0, out.height - 1)) });
    const [lo, hi] = range(out.data);
    out.image = bitmap(imageOf(out.data, out.height, out.width, lo, hi, lo < 0));
    paintAll();
  }

  const paintAll = framed(() => {
    if (!out) return;
    const x = +state.x, y = +state.y, sums = [];
    for (let c = 0; c < source.channels; c++) {
      const values = read(c, x, y), products = values.map((v, i) => v * weightOf(c, i));
      const sum = products.reduce((a, b) => a + b, 0);
      sums.push({ c, values, products, sum, part: sum * shareOf(c) });
    }
    top = source.channels <= 3 ? sums : [...sums].sort((a, b) => Math.abs(b.part) - Math.abs(a.part)).slice(0, 3);
    paintInput(x, y);
    paintOutput(x, y);
    paintCards();
    const all = sums.reduce((a, b) => a + b.part, 0) + layer.bias, others = all - layer.bias - top.reduce((a, b) => a + b.part, 0);
    rest.replaceChildren(...top.map((b) => h("div", { class: "term" }, h("span", {}, label(b.c)), h("b", {}, num(b.part)))),
      ...(source.channels > 3 ? [h("div", { class: "term" }, h("span", {}, `${source.channels - 3} ${t("others")}`), h("b", {}, num(others)))] : []),
      h("div", { class: "term line" }, h("span", {}, t("bias")), h("b", {}, num(layer.bias))));
    total.textContent = num(all) + (layer.after.includes("Relu") ? ` → ${num(Math.max(0, all))}` : "");
    total.dataset.sum = all;
    total.dataset.engine = out.data[y * out.width + x];
  });
  const label = (c) => (neuron ? source.names[c] : t(source.names[c]));

  function paintInput(x, y) {
    const scale = Math.max(zoom, Math.round(560 / source.width)), g = view.getContext("2d");
    if (neuron) {
      const at = top[0].c * source.height * source.width, [lo, hi] = range(source.data, at, at + source.height * source.width);
      base = bitmap(imageOf(source.data, source.height, source.width, lo, hi, false, at));
    }
    size(view, source.width * scale, source.height * scale);
    g.imageSmoothingEnabled = false;
    g.drawImage(base, 0, 0, view.width, view.height);
    const [kh, kw] = K(), left = x * layer.stride[1] - layer.before[1], up = y * layer.stride[0] - layer.before[0];
    const wide = (kw - 1) * layer.dilation[1] + 1, tall = (kh - 1) * layer.dilation[0] + 1;
    g.lineWidth = 1.5;
    for (let i = 0; i < kh; i++) for (let j = 0; j < kw; j++) {
      g.strokeStyle = "#ffb057";
      g.strokeRect((left + j * layer.dilation[1]) * scale, (up + i * layer.dilation[0]) * scale, scale, scale);
    }
    frameAround(g, left * scale, up * scale, wide * scale, tall * scale, "#ff9a1f");
  }
  function frameAround(g, x, y, w, hh, colour) {
    for (const [width, c] of [[8, "#1d2733"], [5, colour]]) { g.lineWidth = width; g.strokeStyle = c; g.strokeRect(x - 3, y - 3, w + 6, hh + 6); }
  }
  function paintOutput(x, y) {
    const scale = Math.max(zoom, Math.round(560 / out.width)), g = map.getContext("2d");
    size(map, out.width * scale, out.height * scale);
    g.imageSmoothingEnabled = false;
    g.drawImage(out.image, 0, 0, map.width, map.height);
    if (filled < out.height * out.width) { // what has not been computed yet
      g.fillStyle = getComputedStyle(root).getPropertyValue("--card");
      g.fillRect(0, (y + 1) * scale, map.width, map.height);
      g.fillRect((x + 1) * scale, y * scale, map.width, scale);
    }
    frameAround(g, x * scale, y * scale, scale, scale, "#00d68f");
  }
  function size(canvas, width, height) {
    if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
    canvas.style.maxWidth = `calc(${state.back === "1" ? 34 : 40}vh * ${width / height})`;
  }

  // A card a channel: the window's numbers, its products, their sum; products fly into it.
  function paintCards() {
    const [kh, kw] = K();
    while (cards.children.length > top.length) cards.lastChild.remove();
    while (cards.children.length < top.length) cards.append(h("figure", {}, h("figcaption", {}), h("canvas", { "aria-hidden": "true", width: 1, height: 1 })));
    const most = Math.max(1e-9, ...top.flatMap((b) => Array.from(b.products, Math.abs))), heaviest = Math.max(1e-9, ...top.flatMap((b) => Array.from(b.products, (_, i) => Math.abs(weightOf(b.c, i)))));
    top.forEach((b, n) => {
      const [caption, canvas] = cards.children[n].children, g = canvas.getContext("2d"), side = kw > 3 ? 130 / kw : 44, wide = kw * side, gap = 30, last = 66, grids = neuron ? 3 : 2, signs = neuron ? ["×", "=", "Σ"] : ["×w =", "Σ"];
      caption.textContent = label(b.c) + (source.share ? `  ${shareOf(b.c)} × ${num(b.sum)} = ${num(b.part)}` : "");
      const lead = neuron ? gap : 76, starts = neuron ? [0, wide + gap, 2 * (wide + gap)] : [0, 0, wide + lead], end = starts[2] + wide;
      const width = Math.round(end + gap + last), height = Math.round(kh * side);
      if (canvas.width !== width * 2 || canvas.height !== height * 2) { canvas.width = width * 2; canvas.height = height * 2; }
      g.setTransform(2, 0, 0, 2, 0, 0);
      g.clearRect(0, 0, width, height);
      for (let i = 0; i < kh * kw; i++) {
        const x = (i % kw) * side, y = Math.floor(i / kw) * side, v = b.values[i], w = weightOf(b.c, i), p = b.products[i];
        const shade = neuron ? [255 * clamp(v, 0, 1), 255 * clamp(v, 0, 1), 255 * clamp(v, 0, 1)] : [0, 1, 2].map((k) => 255 * (k === b.c ? Math.max(v, 0.12) : v * 0.25));
        cell(g, x, y, side, shade, num(v));
        if (grids === 3) cell(g, x + starts[1], y, side, signedColour(w / heaviest), num(w));
        const to = end + gap + last / 2 - side / 2, at = x + starts[2], e = flying >= 1 ? 0 : flying * flying * (3 - 2 * flying);
        g.globalAlpha = 1 - e * 0.6;
        cell(g, at + (to - at) * e, y + (height / 2 - side / 2 - y) * e, side, signedColour(p / most), num(p));
        g.globalAlpha = 1;
      }
      g.fillStyle = getComputedStyle(root).color;
      g.font = "800 24px system-ui, sans-serif";
      g.textAlign = "center";
      g.textBaseline = "middle";
      signs.forEach((sign, k) => g.fillText(sign, k === signs.length - 1 ? end + gap / 2 : (k + 1) * wide + k * gap + lead / 2, height / 2));
      g.fillText(num(b.sum), width - last / 2, height / 2);
    });
  }

  function fly() {
    const begin = performance.now();
    const step = (now) => { flying = Math.min(1, (now - begin) / 450); paintAll(); if (flying < 1 && !context.signal.aborted) requestAnimationFrame(step); };
    requestAnimationFrame(step);
  }
  function place(x, y) {
    if (!out) return;
    filled = Infinity;
    set({ x: String(clamp(x, 0, out.width - 1)), y: String(clamp(y, 0, out.height - 1)) });
    paintAll();
  }
  /** The window runs over the picture, and the map fills. */
  function run() {
    const all = out.height * out.width, begin = performance.now();
    filled = 0;
    const step = (now) => {
      if (context.signal.aborted || filled === Infinity) return;
      filled = Math.min(all, Math.floor(((now - begin) / 4000) * all));
      const at = Math.min(all - 1, filled);
      set({ x: String(at % out.width), y: String(Math.floor(at / out.width)) });
      paintAll();
      if (filled < all) requestAnimationFrame(step); else filled = Infinity;
    };
    requestAnimationFrame(step);
  }
  dragged(view, (px, py, what) => {
    if (!out) return;
    if (what === "up") return fly();
    const [kh, kw] = K();
    const at = (p, n, k, axis) => Math.round((p * n - 0.5 - ((k - 1) * layer.dilation[axis]) / 2 + layer.before[axis]) / layer.stride[axis]);
    place(at(px, source.width, kw, 1), at(py, source.height, kh, 0));
  });
  dragged(map, (px, py, what) => { if (out && what !== "up") place(Math.floor(px * out.width), Math.floor(py * out.height)); });
  arrows(view, (dx, dy) => { place(+state.x + dx, +state.y + dy); fly(); });

  const again = (key) => (v) => { set({ [key]: String(v) }); compute(); };
  const build = () => controls.replaceChildren(...(neuron ? [
    h("strong", {}, `${state.net || ""} · ${state.layer} · ${t("channel")} ${state.channel}`),
    button("−", () => other(-1), { "aria-label": t("channel") + " −" }), button("+", () => other(1), { "aria-label": t("channel") + " +" }), button(t("fill"), run, { class: "go" }),
    button(t("to network"), () => context.go("network", { net: state.net === "file" ? "file" : state.net, from: state.from })),
  ] : [
    pic.element, button(t("fill"), run, { class: "go" }),
    choice(t("filter"), filters.map((f) => f.name), state.filter, async (v) => { set({ filter: v, weights: "" }); await loadFilters(); compute(); }),
    slider(t("kernel"), 1, 7, +state.kernel, async (v) => { set({ kernel: String(v), weights: "" }); await loadFilters(); build(); compute(); }),
    slider(t("stride"), 1, 4, +state.stride, again("stride")), slider(t("padding"), 0, 6, +state.padding, again("padding")), slider(t("dilation"), 1, 4, +state.dilation, again("dilation")),
    choice(t("padded"), modes.map((m) => [m, t("mode." + m)]), state.mode, again("mode")),
    slider(t("bias"), -10, 10, +state.bias * 10, (v) => again("bias")(v / 10), (v) => (v / 10).toFixed(1)),
  ]));
  async function other(by) {
    set({ channel: String(Math.max(0, +state.channel + by)) });
    await compute();
    build();
  }

  if (neuron) grid.remove(); else { load(); await loadFilters(); }
  build();
  await compute();
}
