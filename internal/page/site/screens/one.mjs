// One number: a photograph, a window, nine weights, three channel sums, one cell of the output.
import { ask, pack, unpack } from "../engine.mjs";
import { choice, fitted, h, num, paced, paint, planes, range, slider } from "../ui.mjs";

export const defaults = { filter: "sobel-x", kernel: "3", stride: "1", padding: "1", dilation: "1", x: "60", y: "40", weights: "" };

export async function show({ root, state, set, t, fail, command }) {
  const picture = await planes(await ask("sample", { name: "cat" }));
  let filters = [], weights = [], out = null;
  const input = h("canvas", { class: "input", "aria-label": t("input"), tabindex: "0" }), output = h("canvas", { class: "output answer", "aria-label": t("output") });
  const grid = h("div", { class: "weights" }), sums = h("div", { class: "sum answer" }), total = h("div", { class: "big answer", id: "one-total", "aria-live": "polite" });
  const formula = h("div", { class: "formula" });
  const names = h("div", { class: "controls" });
  root.append(names, h("div", { class: "row" },
    h("div", { class: "grow" }, input), h("div", {}, h("strong", {}, t("weights")), grid), h("div", { class: "grow" }, output)),
    h("div", { class: "row" }, h("div", { class: "grow" }, sums), h("div", {}, h("div", {}, t("total")), total)), formula);

  const K = () => +state.kernel, S = () => +state.stride, P = () => +state.padding, D = () => +state.dilation;
  const layer = () => ({ "out-channels": "1", kernel: state.kernel, stride: state.stride, padding: state.padding, dilation: state.dilation, bias: "false", input: `3x${picture.height}x${picture.width}` });
  const variant = () => (D() > 1 ? "dilated" : "standard");

  async function loadFilters() {
    filters = await ask("filters", { size: K() });
    if (!filters.some((f) => f.name === state.filter)) set({ filter: filters[0]?.name ?? "" });
    const kept = state.weights ? state.weights.split(" ").map(Number) : [];
    weights = kept.length === K() * K() ? kept : [...(filters.find((f) => f.name === state.filter)?.weights ?? new Array(K() * K()).fill(1 / (K() * K())))];
    grid.style.gridTemplateColumns = `repeat(${K()}, 3.6rem)`;
    grid.replaceChildren(...weights.map((w, i) => h("input", {
      value: String(+w.toFixed(4)), inputmode: "decimal", "aria-label": `${t("weights")} ${i + 1}`,
      onchange: (e) => { weights[i] = +e.target.value || 0; set({ weights: weights.join(" ") }); compute(); },
    })));
  }

  const compute = paced(async () => {
    // The same nine weights for each channel, a third each: the output is the filtered brightness.
    const w = Float32Array.from([0, 1, 2].flatMap(() => weights.map((v) => v / 3)));
    try {
      const l = layer(), a = await ask("run", { variant: variant(), layer: l, input: pack([1, 3, picture.height, picture.width], picture.data), weights: { weight: pack([1, 3, K(), K()], w) } });
      out = { height: a.output.shape[2], width: a.output.shape[3], data: unpack(a.output) };
      const shape = await ask("shape", { variant: variant(), layer: l });
      formula.replaceChildren(...shape.stages[0].formulas.map((f) => h("div", {}, `${f.axis}: ${f.expression} = ${f.value}`)));
      command({ command: "run", variant: variant(), layer: { kernel: state.kernel, stride: state.stride, padding: state.padding, dilation: state.dilation }, more: state.weights ? "" : `--filter ${state.filter} --color gray` });
      fail();
      paintAll();
    } catch (e) { out = null; fail(e); }
  });

  function paintAll() {
    if (!out) return;
    const { width: w, height: hh } = picture, n = w * hh;
    input.width = w * 4; input.height = hh * 4;
    fitted(input);
    const g = input.getContext("2d"), small = h("canvas", {});
    small.width = w; small.height = hh;
    const image = small.getContext("2d").createImageData(w, hh);
    for (let i = 0; i < n; i++) { for (let c = 0; c < 3; c++) image.data[4 * i + c] = 255 * picture.data[c * n + i]; image.data[4 * i + 3] = 255; }
    small.getContext("2d").putImageData(image, 0, 0);
    g.imageSmoothingEnabled = false;
    g.drawImage(small, 0, 0, w * 4, hh * 4);
    const [lo, hi] = range(out.data);
    paint(output, out.data, out.height, out.width, lo, hi, lo < 0);
    point();
  }

  function point() {
    if (!out) return;
    const x = Math.max(0, Math.min(out.width - 1, +state.x)), y = Math.max(0, Math.min(out.height - 1, +state.y)), n = picture.width * picture.height;
    const g = input.getContext("2d");
    g.lineWidth = 2;
    const lines = [];
    let all = 0;
    for (let c = 0; c < 3; c++) {
      let sum = 0;
      const terms = [];
      for (let i = 0; i < K(); i++) for (let j = 0; j < K(); j++) {
        const yy = y * S() - P() + i * D(), xx = x * S() - P() + j * D();
        const inside = yy >= 0 && xx >= 0 && yy < picture.height && xx < picture.width;
        const v = inside ? picture.data[c * n + yy * picture.width + xx] : 0, w = weights[i * K() + j] / 3;
        sum += v * w;
        if (K() <= 3 && w) terms.push(`${num(v)}·${num(w)}`);
        if (c === 0) { g.strokeStyle = inside ? "#ffb057" : "#ff8fa9"; g.strokeRect(xx * 4, yy * 4, 4, 4); }
      }
      all += sum;
      lines.push(h("span", {}, t(["red", "green", "blue"][c])), h("span", {}, (terms.length ? terms.join(" + ") + " = " : t("sum") + " ") + num(sum)));
    }
    sums.replaceChildren(...lines);
    total.textContent = num(all);
    total.dataset.engine = String(out.data[y * out.width + x]);
    const o = output.getContext("2d");
    o.strokeStyle = "#00d68f";
    o.lineWidth = 1;
    o.strokeRect(x - 1.5, y - 1.5, 4, 4);
  }

  function move(e) {
    if (!out || (e.type === "pointermove" && !e.buttons)) return;
    const r = input.getBoundingClientRect();
    const px = ((e.clientX - r.left) / r.width) * picture.width, py = ((e.clientY - r.top) / r.height) * picture.height;
    const half = (D() * (K() - 1)) / 2;
    set({ x: String(Math.max(0, Math.min(out.width - 1, Math.round((px - half + P()) / S())))), y: String(Math.max(0, Math.min(out.height - 1, Math.round((py - half + P()) / S())))) });
    paintAll();
  }
  input.addEventListener("pointerdown", move);
  input.addEventListener("pointermove", move);
  input.addEventListener("keydown", (e) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
    if (!step || !out) return;
    e.preventDefault();
    set({ x: String(Math.max(0, Math.min(out.width - 1, +state.x + step[0]))), y: String(Math.max(0, Math.min(out.height - 1, +state.y + step[1]))) });
    paintAll();
  });

  await loadFilters();
  const controls = () => names.replaceChildren(
    choice(t("filter"), filters.map((f) => f.name), state.filter, async (v) => { set({ filter: v, weights: "" }); await loadFilters(); compute(); }),
    slider(t("kernel"), 1, 7, +state.kernel, async (v) => { set({ kernel: String(v), weights: "" }); await loadFilters(); controls(); compute(); }),
    slider(t("stride"), 1, 4, +state.stride, (v) => { set({ stride: String(v) }); compute(); }),
    slider(t("padding"), 0, 6, +state.padding, (v) => { set({ padding: String(v) }); compute(); }),
    slider(t("dilation"), 1, 4, +state.dilation, (v) => { set({ dilation: String(v) }); compute(); }));
  controls();
  await compute();
}
