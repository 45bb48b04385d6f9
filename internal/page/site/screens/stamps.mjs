// Stamps: a transposed convolution puts its kernel onto the output once for each input pixel; overlaps add.
import { ask, pack, unpack } from "../engine.mjs";
import { fitted, h, range, slider } from "../ui.mjs";

export const defaults = { kernel: "3", stride: "2", on: "2.2" };
const side = 6, cell = 40;

/** Paints numbers as cells of one colour, the number in each that is not zero. */
function cells(canvas, data, height, width, most, colour) {
  canvas.width = width * cell;
  canvas.height = height * cell;
  fitted(canvas);
  const g = canvas.getContext("2d");
  g.fillStyle = "#fff";
  g.fillRect(0, 0, canvas.width, canvas.height);
  g.font = `700 ${cell * 0.5}px system-ui, sans-serif`;
  g.textAlign = "center";
  g.textBaseline = "middle";
  for (let i = 0; i < height; i++) for (let j = 0; j < width; j++) {
    const v = data[i * width + j];
    g.globalAlpha = v ? 0.25 + (0.75 * v) / most : 0;
    g.fillStyle = colour;
    g.fillRect(j * cell, i * cell, cell, cell);
    g.globalAlpha = 1;
    g.strokeStyle = "#b8bfc6";
    g.strokeRect(j * cell, i * cell, cell, cell);
    if (v) { g.fillStyle = v > most / 2 ? "#fff" : "#1d2733"; g.fillText(String(v), (j + 0.5) * cell, (i + 0.5) * cell); }
  }
}

export async function show({ root, state, set, t, fail, command }) {
  const controls = h("div", { class: "controls" }), input = h("canvas", { class: "input", "aria-label": t("input") }), output = h("canvas", { class: "output answer", "aria-label": t("output") });
  const verdict = h("p", { class: "big answer", id: "stamps-verdict" }), line = h("div", { class: "formula answer" });
  root.append(controls, h("div", { class: "row" }, h("div", { class: "grow" }, input, h("p", { class: "caption" }, t("click"))), h("div", { class: "grow" }, output)), verdict, line);
  const pixels = () => {
    const x = new Float32Array(side * side);
    for (const at of state.on.split("_").filter(Boolean)) { const [i, j] = at.split(".").map(Number); x[i * side + j] = 1; }
    return x;
  };

  async function update() {
    const k = +state.kernel, st = +state.stride, x = pixels(), layer = { "out-channels": "1", kernel: String(k), stride: String(st), bias: "false" };
    cells(input, x, side, side, 1, "#0067a5");
    command({ command: "draw", variant: "transposed", layer: { kernel: String(k), stride: String(st) } });
    try {
      const w = new Float32Array(k * k).fill(1);
      const a = await ask("run", { variant: "transposed", layer, input: pack([1, 1, side, side], x), weights: { weight: pack([1, 1, k, k], w) } });
      const y = unpack(a.output), [, hi] = range(y);
      cells(output, y, a.output.shape[2], a.output.shape[3], Math.max(1, hi), "#00734c");
      const meets = await ask("overlap", { kernel: k, stride: st, dilation: 1, padding: 0, in: 32, out: 31 * st + k });
      const middle = meets.counts.slice(2 * k, -2 * k || undefined);
      const even = new Set(middle).size <= 1;
      verdict.textContent = even ? t("even") : t("uneven");
      verdict.style.color = even ? "var(--output)" : "var(--warn)";
      verdict.dataset.even = even;
      line.textContent = middle.slice(0, 16).join(" ");
      fail();
    } catch (e) { fail(e); }
  }

  input.addEventListener("click", (e) => {
    const r = input.getBoundingClientRect(), j = Math.floor(((e.clientX - r.left) / r.width) * side), i = Math.floor(((e.clientY - r.top) / r.height) * side);
    const on = new Set(state.on.split("_").filter(Boolean)), at = `${i}.${j}`;
    if (!on.delete(at)) on.add(at);
    set({ on: [...on].join("_") });
    update();
  });
  controls.append(
    slider(t("kernel"), 1, 6, +state.kernel, (v) => { set({ kernel: String(v) }); update(); }),
    slider(t("stride"), 1, 4, +state.stride, (v) => { set({ stride: String(v) }); update(); }),
    h("button", { type: "button", onclick: () => { set({ on: Array.from({ length: side * side }, (_, i) => `${Math.floor(i / side)}.${i % side}`).join("_") }); update(); } }, t("all")),
    h("button", { type: "button", onclick: () => { set({ on: "" }); update(); } }, t("clear")));
  await update();
}
