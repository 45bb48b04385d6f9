// Stamps: a transposed convolution puts its kernel onto the output once for each input pixel; overlaps add. The same by zero
// insertion; and the overlaps on a picture, with what cures them.
import { ask, keeping, pack, unpack } from "../engine.mjs";
import { arrows, button, cell, dragged, h, imageOf, paced, range, slider, tabs } from "../ui.mjs";
import { picture, planes, scaled } from "../picture.mjs";

export const defaults = { kernel: "3", stride: "2", on: "1.1_1.2_2.1_3.4", how: "stamp", cure: "transposed" };
const side = 6, cellSize = 40;
const cures = ["transposed", "divisible", "resize-conv", "sub-pixel"];

export async function show(context) {
  const { root, state, set, t, fail, command } = context;
  const controls = h("div", { class: "controls" }), input = h("canvas", { class: "input hand", role: "img", "aria-label": t("input"), tabindex: "0" }), output = h("canvas", { class: "output answer", role: "img", "aria-label": t("output") });
  const photo = h("canvas", { class: "output answer", role: "img", "aria-label": t("enlarged") }), verdict = h("p", { class: "big answer", id: "stamps-verdict", "aria-live": "polite" }), meets = h("div", { class: "formula answer" }), cureBox = h("div", { class: "cure" });
  root.append(controls, h("div", { class: "row stamps-row" }, h("div", { class: "small" }, h("p", { class: "label input" }, t("input")), input), h("div", { class: "middle" }, h("p", { class: "label output" }, t("output")), output, meets), h("div", { class: "grow" }, h("p", { class: "label" }, t("enlarged")), photo, cureBox)), verdict);
  let source = null, at = [2, 2];
  const pic = await picture(context, () => { load(); return update(); });
  function load() {
    const small = scaled(pic.get(), 96), data = planes(small, true);
    source = { height: small.height, width: small.width, ask: keeping([1, 1, small.height, small.width], data) };
  }
  const pixels = () => {
    const x = new Float32Array(side * side);
    for (const a of state.on.split("_").filter(Boolean)) { const [i, j] = a.split(".").map(Number); if (i < side && j < side) x[i * side + j] = 1; }
    return x;
  };
  const ones = (k) => pack([1, 1, k, k], new Float32Array(k * k).fill(1));

  const update = paced(async () => {
    const k = +state.kernel, st = +state.stride, x = pixels();
    cells(input, x, side, side, 1, [0, 103, 165]);
    frame(input, at[1], at[0], 1);
    command({ command: "draw", variant: "transposed", layer: { kernel: String(k), stride: String(st) }, more: "-o stamps.gif" });
    try {
      const zeros = state.how === "zeros", a = await ask("run", { variant: "transposed", layer: { "out-channels": "1", kernel: String(k), stride: String(st), bias: "false" }, input: pack([1, 1, side, side], x), weights: { weight: ones(k) } });
      const wide = (side - 1) * st + 1 + 2 * (k - 1), y = unpack(a.output);
      let answer = a;
      if (zeros) { // zeros between the pixels and around them, then an ordinary convolution
        const z = new Float32Array(wide * wide);
        for (let i = 0; i < side; i++) for (let j = 0; j < side; j++) z[(i * st + k - 1) * wide + j * st + k - 1] = x[i * side + j];
        answer = await ask("run", { variant: "standard", layer: { "out-channels": "1", kernel: String(k), bias: "false" }, input: pack([1, 1, wide, wide], z), weights: { weight: ones(k) } });
        cells(input, z, wide, wide, 1, [0, 103, 165], (i, j) => i >= k - 1 && j >= k - 1 && i < wide - k + 1 && j < wide - k + 1 && (i - k + 1) % st === 0 && (j - k + 1) % st === 0);
      }
      const out = unpack(answer.output), [, hi] = range(out), size = answer.output.shape[2];
      cells(output, out, size, size, Math.max(1, hi), [0, 115, 76]);
      if (!zeros) frame(output, at[1] * st, at[0] * st, k);
      output.dataset.same = out.every((v, i) => v === y[i]);
      const over = await ask("overlap", { kernel: k, stride: st, dilation: 1, padding: 0, in: 32, out: 31 * st + k }), middle = over.counts.slice(2 * k, -2 * k || undefined), even = new Set(middle).size <= 1;
      verdict.textContent = even ? t("even") : t("uneven");
      verdict.style.color = even ? "var(--output)" : "var(--warn)";
      verdict.dataset.even = even;
      meets.textContent = middle.slice(0, 14).join(" ") + " …";
      await enlarge(k, st);
      fail();
    } catch (e) { fail(e); }
  });

  /** The picture, enlarged: a kernel of ones shows how many stamps meet; each cure gives every pixel as many. */
  async function enlarge(k, st) {
    const from = source, share = (n) => 1 / Math.max(1, n);
    const ask = (variant, layer, weight) => from.ask("run", { variant, mute: true, layer: { "out-channels": "1", bias: "false", ...layer }, weights: { weight } });
    const even = Math.max(1, Math.ceil(k / st)) * st;
    const a = await {
      transposed: () => ask("transposed", { kernel: String(k), stride: String(st) }, ones(k)),
      divisible: () => ask("transposed", { kernel: String(even), stride: String(st) }, ones(even)),
      "resize-conv": () => ask("resize-conv", { kernel: "3", padding: "1", scale: String(st) }, pack([1, 1, 3, 3], new Float32Array(9).fill(share(9)))),
      "sub-pixel": () => ask("sub-pixel", { kernel: "3", padding: "1", scale: String(st) }, pack([st * st, 1, 3, 3], Float32Array.from({ length: 9 * st * st }, () => share(9)))),
    }[state.cure in { transposed: 1, divisible: 1, "resize-conv": 1, "sub-pixel": 1 } ? state.cure : "transposed"]();
    const data = unpack(a.output), [, , height, width] = a.output.shape, [lo, hi] = range(data), crop = Math.min(1, 150 / width), w = Math.round(width * crop), hh = Math.round(height * crop);
    photo.width = w; photo.height = hh;
    const image = imageOf(data, height, width, lo, hi);
    photo.getContext("2d").putImageData(image, -Math.round((width - w) * 0.45), -Math.round((height - hh) * 0.35));
    photo.dataset.cure = state.cure;
  }

  /** Numbers as cells of one colour, the number in each that is not zero. */
  function cells(canvas, data, height, width, most, colour, mark) {
    canvas.width = width * cellSize; canvas.height = height * cellSize;
    const g = canvas.getContext("2d");
    for (let i = 0; i < height; i++) for (let j = 0; j < width; j++) {
      const v = data[i * width + j], a = v ? 0.25 + (0.75 * v) / most : 0;
      cell(g, j * cellSize, i * cellSize, cellSize, colour.map((c) => 255 + (c - 255) * a), v ? String(v) : mark && !mark(i, j) ? "0" : "", v ? undefined : "#8a949e");
    }
  }
  function frame(canvas, x, y, n) {
    const g = canvas.getContext("2d");
    for (const [w, c] of [[9, "#1d2733"], [5, "#ff9a1f"]]) { g.lineWidth = w; g.strokeStyle = c; g.strokeRect(x * cellSize + 3, y * cellSize + 3, n * cellSize - 6, n * cellSize - 6); }
  }
  function toggle() {
    const on = new Set(state.on.split("_").filter(Boolean)), a = at.join(".");
    if (!on.delete(a)) on.add(a);
    set({ on: [...on].join("_") });
    update();
  }
  dragged(input, (px, py, what) => {
    if (state.how === "zeros" || what === "up") return;
    const to = [Math.floor(py * side), Math.floor(px * side)].map((v) => Math.max(0, Math.min(side - 1, v)));
    if (what === "move" && to.join() === at.join()) return;
    at = to;
    toggle();
  });
  arrows(input, (dx, dy) => { at = [(at[0] + dy + side) % side, (at[1] + dx + side) % side]; update(); });
  input.addEventListener("keydown", (e) => { if (e.key === " " || e.key === "Enter") { e.preventDefault(); toggle(); } });
  const put = (on) => { set({ on }); update(); };
  controls.append(
    slider(t("kernel"), 1, 6, +state.kernel, (v) => { set({ kernel: String(v) }); update(); }),
    slider(t("stride"), 1, 4, +state.stride, (v) => { set({ stride: String(v) }); update(); }),
    tabs(t("how"), [["stamp", t("stamp")], ["zeros", t("zero insertion")]], state.how, (v) => { set({ how: v }); update(); }),
    button(t("all"), () => put(Array.from({ length: side * side }, (_, i) => `${Math.floor(i / side)}.${i % side}`).join("_"))), button(t("clear"), () => put("")), pic.element);
  cureBox.append(tabs(t("cure"), cures.map((c) => [c, t("cure." + c)]), state.cure, (v) => { set({ cure: v }); update(); }));
  load();
  await update();
}
