// Network: what each step of a running network makes, in columns; what a number reads, lit back to the picture; the classes.
import { base64, unpack } from "../engine.mjs";
import { arrows, button, choice, clamp, count, dragged, framed, h, imageOf, num, paced, range, tabs, time } from "../ui.mjs";
import { picture, rgba, scaled } from "../picture.mjs";
import { drawings, inked, seen, strokesOf, textOf } from "../ink.mjs";
import { askModel, ownModel, takeModel } from "../model.mjs";

export const defaults = { net: "drawings", from: "7", column: "4", map: "", x: "", y: "", covered: "" };
const nets = ["drawings", "filters"];

const sheet = 236; // of the drawing

export async function show(context) {
  const { root, state, set, t, fail, command, signal, go } = context;
  const paper = h("canvas", { class: "input hand", width: sheet, height: sheet, tabindex: "0", role: "img", "aria-label": t("draw here") }), classes = h("div", { class: "classes answer", id: "network-classes", "aria-live": "polite" });
  const heat = h("canvas", { class: "output answer", role: "img", "aria-label": t("covered"), width: sheet, height: sheet }), columns = h("div", { class: "columns" }), line = h("p", { class: "formula number", id: "network-number", "aria-live": "polite" });
  const controls = h("div", { class: "controls" });
  root.append(controls, h("div", { class: "net-row" }, h("div", { class: "left" }, paper, classes, heat), h("div", { class: "right" }, line, columns)));
  let net = null, boxes = [], sheets = [], strokes = strokesOf(state.ink), base = null, pen = { x: 32, y: 32, down: false }, round = 0;
  let lit = { column: +state.column, map: state.map === "" ? null : +state.map, x: +state.x, y: +state.y };
  const pic = await picture(context, () => { if (state.from !== "picture") { set({ from: "picture" }); build(); } return update(); });
  const drawn = () => state.from === "ink";
  /** How wide a column is, in pixels: of maps as wide as there is room for all, of single numbers narrow. */
  const flat = (c) => c.height * c.width === 1;
  const wideOf = (c) => (flat(c) ? 46 : net.wide);

  const update = paced(async () => {
    try {
      round++;
      base = await seen(state);
      paintPaper();
      const small = state.from === "picture" ? base : scaled(base, 160);
      const a = await askModel("network", state, { picture: { width: small.width, height: small.height, rgba: base64(rgba(small)) } });
      net = a;
      a.columns.forEach((c, i) => { c.data = unpack(c.maps); [c.count, c.height, c.width] = c.maps.shape; c.image = imageOfColumn(c, i); });
            const narrow = a.columns.filter(flat).length;
      net.wide = clamp((columns.clientWidth - 56 * narrow) / Math.max(1, a.columns.length - narrow) - 14, 98, 190);
      columnsOf();
      classesOf();
      command(`convx run --net ${state.net === "file" ? ownModel() ?? "model.onnx" : state.net} ${state.from === "picture" ? "photo.png" : "drawing.png"} --top 3`);
      fail();
      light(lit);
      if (state.covered === "1") cover(round);
    } catch (e) { fail(e); }
  });

  /** The maps of a column below one another, each on a scale of its own. */
  function imageOfColumn(c, i) {
    if (flat(c)) return null;
    const signed = c.low < 0, sheet = (sheets[i] ??= h("canvas", {})), n = c.height * c.width;
    if (sheet.width !== c.width || sheet.height !== c.count * c.height) { sheet.width = c.width; sheet.height = c.count * c.height; }
    const g = sheet.getContext("2d");
    for (let k = 0; k < c.count; k++) {
      const [lo, hi] = range(c.data, k * n, k * n + n);
      g.putImageData(imageOf(c.data, c.height, c.width, signed ? lo : 0, hi, signed, k * n), 0, k * c.height);
    }
    return sheet;
  }

  // Columns.
  function columnsOf() {
    if (boxes.length !== net.columns.length || boxes.some((b, i) => b.name !== net.columns[i].name)) {
      boxes = net.columns.map((c, i) => {
        const canvas = h("canvas", { tabindex: "0", role: "img", "aria-label": c.name, class: "maps" }), under = h("div", { class: "under" });
        hear(canvas, i);
        return { name: c.name, canvas, under, box: h("div", { class: flat(c) ? "column answer" : "column", style: `flex-basis:${wideOf(c) + 4}px` }, canvas, under) };
      });
      columns.replaceChildren(...boxes.map((b) => b.box));
    }
    const slowest = Math.max(...net.columns.map((c) => c.seconds)), most = Math.max(1, ...net.columns.map((c) => c.macs));
    // What is below the columns does not change while a hand draws, but for the times.
    if (net.columns.every((c, i) => boxes[i].times)) return net.columns.forEach((c, i) => { boxes[i].times[0].textContent = time(c.seconds); boxes[i].times[1].style.width = `${(100 * c.seconds) / slowest}%`; });
    net.columns.forEach((c, i) => boxes[i].under.replaceChildren(h("b", {}, c.name), h("span", {}, c.shape.slice(1).join(" × ")),
      h("span", { title: t("field") }, c.field ? `▢ ${c.field.whole ? t("whole") : c.field.size[1]}` : " "),
      c.macs ? h("span", {}, `${count(c.macs)} ${t("macs")}`) : h("span", {}, " "), h("i", { class: "m", style: `width:${(100 * c.macs) / most}%` }),
      ...(boxes[i].times = [h("span", {}, time(c.seconds)), h("i", { class: "s", style: `width:${(100 * c.seconds) / slowest}%` })])));
  }
  /** Where map k of a column is painted, and how large its pixels are. */
  function placeOf(c, k) {
    const across = flat(c) ? (c.count > 16 ? 4 : 1) : c.count > 4 ? 2 : 1, gap = flat(c) ? 2 : 4, side = (wideOf(c) - gap * (across - 1)) / across, tall = flat(c) ? 21 : (side * c.height) / c.width;
    return { x: (k % across) * (side + gap), y: Math.floor(k / across) * (tall + gap), w: side, h: tall };
  }
  const paintAll = framed(() => {
    if (!net) return;
    const dark = state.theme === "dark";
    net.columns.forEach((c, i) => {
      const last = placeOf(c, c.count - 1), canvas = boxes[i].canvas, height = Math.ceil(last.y + last.h), wide = wideOf(c);
      if (canvas.width !== wide * 2 || canvas.height !== height * 2) { canvas.width = wide * 2; canvas.height = height * 2; }
      const g = canvas.getContext("2d");
      g.setTransform(2, 0, 0, 2, 0, 0);
      g.imageSmoothingEnabled = false;
      g.clearRect(0, 0, wide, height);
      const shown = lit.rects?.[i];
      for (let k = 0; k < c.count; k++) {
        const p = placeOf(c, k);
        if (c.image) g.drawImage(c.image, 0, k * c.height, c.width, c.height, p.x, p.y, p.w, p.h);
        else {
          const v = c.high > c.low ? (c.data[k] - Math.min(0, c.low)) / (c.high - Math.min(0, c.low)) : 0;
          g.fillStyle = dark ? "#2a333d" : "#e4e7ea";
          g.fillRect(p.x, p.y, p.w, p.h);
          g.fillStyle = "#00a06b";
          g.fillRect(p.x, p.y + p.h * (1 - v), p.w, p.h * v);
        }
        if (!shown || (shown.maps && !shown.maps.includes(k))) continue;
        const u = p.w / c.width, v = p.h / c.height, r = shown, x0 = Math.max(0, r.x0 / c.step), y0 = Math.max(0, r.y0 / c.step), x1 = Math.min(c.width, (r.x1 + 1) / c.step), y1 = Math.min(c.height, (r.y1 + 1) / c.step);
        for (const [w, colour] of i === lit.column ? [[5, "#1d2733"], [3, "#00d68f"]] : [[1.6, "#ff9a1f"]]) { g.lineWidth = w; g.strokeStyle = colour; g.strokeRect(p.x + x0 * u, p.y + y0 * v, Math.max(3, (x1 - x0) * u), Math.max(3, (y1 - y0) * v)); }
      }
    });
    paintPaper();
  });

  /** Where the largest number of a column is. */
  function loudest(c) {
    let best = 0;
    c.data.forEach((v, i) => { if (v > c.data[best]) best = i; });
    const n = c.height * c.width;
    return { map: Math.floor(best / n), y: Math.floor((best % n) / c.width) * c.step, x: (best % c.width) * c.step };
  }
  /** Lights what a number reads: its own place, then the windows of the columns before it, back to the picture. */
  function light(at) {
    if (!net) return;
    const c = net.columns[at.column] ?? net.columns.at(-1), i = net.columns.indexOf(c);
    const shape = (n) => (n < 0 ? net.input.shape.slice(-2) : net.columns[n].shape.length === 4 ? net.columns[n].shape.slice(2) : [1, 1]);
    if (at.map == null) at = loudest(c);
    at = { column: i, map: clamp(at.map, 0, c.count - 1), x: clamp(at.x, 0, shape(i)[1] - 1), y: clamp(at.y, 0, shape(i)[0] - 1), rects: {} };
    at.rects[i] = { x0: at.x, x1: at.x, y0: at.y, y1: at.y, maps: [at.map] };
    for (let n = i; n >= 0; n--) {
      const r = at.rects[n], col = net.columns[n];
      if (!r) continue;
      for (const from of col.reads) {
        const [hh, ww] = shape(from), [oh, ow] = shape(n), w = col.window;
        let next = { x0: 0, y0: 0, x1: ww - 1, y1: hh - 1 };
        if (w) {
          const span = (lo, hi, k) => [lo * w.stride[k] - w.before[k], hi * w.stride[k] - w.before[k] + (w.kernel[k] - 1) * w.dilation[k]];
          [next.y0, next.y1] = span(r.y0, r.y1, 0);
          [next.x0, next.x1] = span(r.x0, r.x1, 1);
        } else if (oh === hh && ow === ww) next = { x0: r.x0, x1: r.x1, y0: r.y0, y1: r.y1 };
        // A pool, or an elementwise step, reads the channel of its own.
        const alone = w ? w.groups === col.shape[1] && w.groups > 1 : oh === hh && ow === ww;
        next.maps = from >= 0 && alone ? r.maps : null;
        const old = at.rects[from];
        at.rects[from] = old ? { x0: Math.min(old.x0, next.x0), x1: Math.max(old.x1, next.x1), y0: Math.min(old.y0, next.y0), y1: Math.max(old.y1, next.y1), maps: old.maps && next.maps ? [...new Set([...old.maps, ...next.maps])] : null } : next;
      }
    }
    lit = at;
    const value = c.data[at.map * c.height * c.width + Math.floor(at.y / c.step) * c.width + Math.floor(at.x / c.step)];
    const f = at.rects[-1];
    line.replaceChildren(h("strong", {}, `${c.name}[${at.map}, ${at.y}, ${at.x}] = `), h("b", { class: "output answer" }, num(value)), f ? h("span", {}, `   ${t("sees")} ${Math.min(f.x1, shape(-1)[1] - 1) - Math.max(0, f.x0) + 1} × ${Math.min(f.y1, shape(-1)[0] - 1) - Math.max(0, f.y0) + 1}`) : "", h("span", { class: "caption" }, "   " + t("open neuron")));
    line.dataset.value = value;
    paintAll();
  }
  function hear(canvas, i) {
    const at = (e) => {
      const c = net.columns[i], r = canvas.getBoundingClientRect(), x = ((e.clientX - r.left) / r.width) * wideOf(c), y = ((e.clientY - r.top) / r.height) * (canvas.height / 2);
      for (let k = 0; k < c.count; k++) {
        const p = placeOf(c, k);
        if (x >= p.x && x < p.x + p.w && y >= p.y && y < p.y + p.h) return { column: i, map: k, x: Math.floor(((x - p.x) / p.w) * c.width) * c.step, y: Math.floor(((y - p.y) / p.h) * c.height) * c.step };
      }
    };
    const choose = (a) => { if (a) { light(a); set({ column: String(lit.column), map: String(lit.map), x: String(lit.x), y: String(lit.y) }); } };
    canvas.addEventListener("pointermove", (e) => choose(at(e)));
    canvas.addEventListener("click", (e) => { choose(at(e)); open(); });
    const here = () => { if (lit.column !== i) choose({ column: i, map: null }); };
    canvas.addEventListener("focus", here);
    arrows(canvas, (dx, dy) => choose({ ...lit, column: i, x: lit.x + dx * net.columns[i].step, y: lit.y + dy * net.columns[i].step }));
    canvas.addEventListener("keydown", (e) => {
      here();
      const by = { PageUp: -1, PageDown: 1 }[e.key];
      if (by) { e.preventDefault(); choose({ ...lit, column: i, map: Math.max(0, lit.map + by) }); }
      if (e.key === "Enter") open();
    });
  }
  /** Opens the neuron that is lit; from a pool, the largest number of the window that it reads. */
  function open() {
    let { column, map, x, y } = lit;
    for (let c = net.columns[column]; c && !c.neuron; c = net.columns[column]) {
      const from = c.reads[0], w = c.window, before = net.columns[from];
      if (from == null || from < 0 || !before) return;
      if (w && before.step === 1) {
        let best = -Infinity, to = [y * w.stride[0], x * w.stride[1]];
        for (let i = 0; i < w.kernel[0]; i++) for (let j = 0; j < w.kernel[1]; j++) {
          const yy = y * w.stride[0] - w.before[0] + i, xx = x * w.stride[1] - w.before[1] + j, v = before.data[(map * before.height + yy) * before.width + xx];
          if (yy >= 0 && xx >= 0 && yy < before.height && xx < before.width && v > best) { best = v; to = [yy, xx]; }
        }
        [y, x] = to;
      } else if (c.height * c.width === 1 && before.height * before.width > 1) {
        const n = before.height * before.width, from = Math.min(map, before.count - 1) * n;
        let best = 0;
        for (let i = 0; i < n; i++) if (before.data[from + i] > before.data[from + best]) best = i;
        [y, x] = [Math.floor(best / before.width), best % before.width];
      }
      map = Math.min(map, before.count - 1);
      column = from;
    }
    const c = net.columns[column];
    if (c?.neuron) go("one", { net: state.net, from: state.from, layer: c.neuron, channel: String(map), x: String(x), y: String(y) });
  }

  function classesOf() {
    const list = (net.classes ?? []).slice(0, 5);
    classes.replaceChildren(...list.map((c, i) => h("div", { class: "class" + (i ? "" : " first") }, h("span", {}, c.label || String(c.index)), h("i", { style: `width:${c.share * 100}%` }), h("b", {}, Math.round(c.share * 100) + "%"))));
    classes.dataset.first = list[0]?.label ?? "";
    heat.hidden = state.covered !== "1" || !list.length;
  }

  /** Covers the picture piece by piece: where that takes the class away, the network looked. */
  async function cover(mine) {
    const best = net.classes?.[0], [height, width] = net.input.shape.slice(-2);
    if (!best) return;
    const every = Math.max(1, Math.round(Math.max(height, width) / 16)), side = Math.round(Math.max(height, width) / 3.2), small = state.from === "picture" ? base : scaled(base, 160);
    const g = heat.getContext("2d"), question = { picture: { width: small.width, height: small.height, rgba: base64(rgba(small)) }, class: best.index, side, every };
    heat.height = Math.round((sheet * height) / width);
    g.drawImage(base, 0, 0, heat.width, heat.height);
    let least = 1;
    for (let row = 0; row < height; row += every) {
      const kept = await askModel("occlude", state, { ...question, row });
      if (mine !== round || signal.aborted) return;
      kept.forEach((v, i) => {
        least = Math.min(least, v);
        const gone = clamp(1 - v / best.share, 0, 1), k = heat.width / width;
        g.fillStyle = `rgb(${255} ${Math.round(154 - 120 * gone)} 31 / ${0.85 * gone})`;
        g.fillRect(i * every * k, (row * heat.height) / height, every * k + 0.5, every * k + 0.5);
      });
    }
    heat.dataset.least = least;
  }

  // The paper.
  function paintPaper() {
    const g = paper.getContext("2d"), source = drawn() ? inked(strokes, sheet) : base;
    if (!source) return;
    const height = Math.round((sheet * source.height) / source.width);
    if (paper.height !== height) paper.height = height;
    g.imageSmoothingEnabled = drawn();
    g.drawImage(source, 0, 0, sheet, height);
    const r = lit.rects?.[-1];
    if (r && net) {
      const [hh, ww] = net.input.shape.slice(-2), x0 = Math.max(0, r.x0), y0 = Math.max(0, r.y0), x1 = Math.min(ww, r.x1 + 1), y1 = Math.min(hh, r.y1 + 1);
      for (const [w, c] of [[7, "#1d2733"], [4, "#ff9a1f"]]) { g.lineWidth = w; g.strokeStyle = c; g.strokeRect((x0 * sheet) / ww + 2, (y0 * height) / hh + 2, ((x1 - x0) * sheet) / ww - 4, ((y1 - y0) * height) / hh - 4); }
    }
    if (document.activeElement === paper && drawn()) {
      g.strokeStyle = pen.down ? "#d0342c" : "#0067a5";
      g.lineWidth = 3;
      g.beginPath();
      g.arc(((pen.x + 0.5) * sheet) / 64, ((pen.y + 0.5) * sheet) / 64, 8, 0, 7);
      g.stroke();
    }
  }
  function begin() {
    if (drawn()) return;
    strokes = [];
    set({ from: "ink", ink: "" });
    build();
  }
  function point(x, y, fresh) {
    x = clamp(Math.round(x), 0, 63); y = clamp(Math.round(y), 0, 63);
    const last = strokes.at(-1)?.at(-1);
    if (fresh || !strokes.length) strokes.push([[x, y]]);
    else if (Math.hypot(last[0] - x, last[1] - y) >= 2) strokes.at(-1).push([x, y]);
    else return;
    set({ ink: textOf(strokes) });
    paintPaper();
    update();
  }
  dragged(paper, (px, py, what) => {
    if (state.from === "picture" || what === "up") return;
    if (what === "down") begin();
    point(px * 64 - 0.5, py * 64 - 0.5, what === "down");
  });
  paper.addEventListener("focus", paintPaper);
  paper.addEventListener("blur", paintPaper);
  arrows(paper, (dx, dy) => {
    begin();
    pen.x = clamp(pen.x + dx * 3, 0, 63); pen.y = clamp(pen.y + dy * 3, 0, 63);
    if (pen.down) point(pen.x, pen.y); else paintPaper();
  });
  paper.addEventListener("keydown", (e) => {
    if (e.key === " ") { e.preventDefault(); begin(); pen.down = !pen.down; if (pen.down) point(pen.x, pen.y, true); else paintPaper(); }
    if (e.key === "Backspace" || e.key === "Delete") { e.preventDefault(); clear(); }
  });
  function clear() { strokes = []; set({ from: "ink", ink: "" }); build(); update(); }

  // Networks, of the page and of one's own.
  const file = h("input", { type: "file", accept: ".onnx", class: "unseen", tabindex: "-1", "aria-label": "ONNX", onchange: () => file.files[0] && take(file.files[0]) });
  async function take(blob) {
    try { await takeModel(blob); switchTo("file"); } catch (e) { fail(e); }
  }
  function switchTo(name) {
    net = null;
    columns.replaceChildren();
    boxes = [];
    lit = { column: 1, map: null };
    set({ net: name, from: name === "drawings" ? "7" : "picture", column: "1", map: "", x: "", y: "" });
    build();
    update();
  }

  function build() {
    if (state.net === "file" && !ownModel()) set({ net: "drawings", from: "7" });
    const sources = [...drawings.map((d) => [d, t("sample.drawing-" + d)]), ["ink", "✎ " + t("draw")], ["picture", t("sample")]];
    controls.replaceChildren(choice(t("net"), [...nets, ...(ownModel() ? [["file", ownModel()]] : [])], state.net, switchTo), button("ONNX…", () => file.click(), { title: t("own net") }), file,
      ...(state.net === "drawings" ? [tabs(t("input"), sources, state.from, (v) => { if (v === "ink") return clear(); set({ from: v }); build(); update(); })] : []),
      ...(drawn() ? [button(t("clear"), clear)] : []), ...(state.from === "picture" ? [pic.element] : []),
      button(t("covered"), () => { set({ covered: state.covered === "1" ? "" : "1" }); build(); update(); }, { "aria-pressed": String(state.covered === "1") }));
    paper.setAttribute("aria-label", t(state.from === "picture" ? "input" : "draw here"));
  }
  if (state.net !== "drawings" && state.from !== "picture") set({ from: "picture" });
  build();
  await update();
}
