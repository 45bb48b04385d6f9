// Moving taps: a deformable convolution whose nine taps are dragged, and its difference from the dilated one; and the bins of
// deformable RoI pooling, moved likewise.
import { ask, keeping, pack, unpack } from "../engine.mjs";
import { arrows, bitmap, button, cell, clamp, css, dragged, framed, h, imageOf, num, paced, range, tabs } from "../ui.mjs";
import { picture, planes, scaled } from "../picture.mjs";

export const defaults = { what: "taps", x: "60", y: "40", taps: "-1,-1,-1,0,-1,1,0,-1,0,0,0,1,1,-1,1,0,1,1", bin: "0", roi: "40,20,110,80", bins: "" };

const patch = 11, zoom = 48; // the magnified pixels around the window, and how large each is
const sobel = [-1, 0, 1, -2, 0, 2, -1, 0, 1];
const regular = (t) => [Math.floor(t / 3) - 1, (t % 3) - 1];

const turned = Math.SQRT1_2;
/** Where presets put the tap that was at (row, col) from the middle, and what the command line calls them. */
const presets = {
  regular: { place: (r, c) => [r, c] },
  dilate: { place: (r, c) => [2 * r, 2 * c], name: "dilate:2" },
  scale: { place: (r, c) => [2.5 * r, 2.5 * c], name: "scale:2.5" },
  aspect: { place: (r, c) => [r, 4 * c], name: "aspect:4" },
  rotate: { place: (r, c) => [(r - c) * turned, (r + c) * turned], name: "rotate:45" },
  random: { place: (r, c) => [r + Math.random() * 5 - 2.5, c + Math.random() * 5 - 2.5] },
};
const round = (v) => Math.round(v * 1e4) / 1e4;
/** The offsets of a preset: dy, dx of each tap. */
const offsetsOf = ({ place }) => Array.from({ length: 9 }, (_, k) => { const [r, c] = regular(k), [y, x] = place(r, c); return [round(y - r), round(x - c)]; }).flat();
const exact = (v) => (Number.isInteger(v) ? String(v).replace("-", "\u2212") : num(v));

export async function show(context) {
  const { root, state, set, t } = context;
  const body = h("div", {}), controls = h("div", { class: "controls" });
  root.append(controls, body);
  let shown = null;
  const pic = await picture(context, () => shown?.load());
  const open = async () => {
    body.replaceChildren();
    const extra = h("div", { class: "tabs" });
    controls.replaceChildren(tabs(t("taps.title"), [["taps", t("taps")], ["bins", t("bins")]], state.what, (v) => { set({ what: v }); open(); }), extra, pic.element);
    shown = (state.what === "bins" ? bins : taps)(context, body, extra, pic);
    await shown.load();
  };
  await open();
}

/** Nine taps on a picture. */
function taps({ state, set, t, fail, command }, body, extra, pic) {
  const whole = h("canvas", { class: "input hand", tabindex: "0", role: "img", "aria-label": t("input") }), near = h("canvas", { class: "kernel hand", tabindex: "0", role: "img", "aria-label": t("taps") });
  const map = h("canvas", { class: "output answer", role: "img", "aria-label": t("output") });
  const verdict = h("p", { class: "big answer", id: "taps-verdict", "aria-live": "polite" }), four = h("canvas", { class: "four", role: "img", "aria-label": t("neighbours"), width: 240, height: 240 }), share = h("div", { class: "formula" }), total = h("p", { class: "big answer", id: "taps-total" });
  body.append(h("div", { class: "row taps-row" },
    h("div", { class: "side" }, whole, map), h("div", { class: "middle" }, near),
    h("div", { class: "side right" }, verdict, h("p", { class: "label" }, t("neighbours")), h("div", { class: "row quarter" }, four, share), h("p", { class: "label" }, t("total")), total)));
  let source = null, answer = null, out = null, chosen = +state.bin || 0;
  let offsets = read(state.taps, 18);

  async function load() {
    const small = scaled(pic.get(), 160), data = planes(small, true).map((v) => Math.round(255 * v)); // whole numbers: sums are exact
    source = { width: small.width, height: small.height, data, image: bitmap(imageOf(data, small.height, small.width, 0, 255)), ask: keeping([1, 1, small.height, small.width], data) };
    place(+state.x, +state.y);
    await compute();
  }
  const compute = paced(async () => {
    try {
      const from = source;
      answer = await from.ask("taps", { weight: sobel, offsets, at: [+state.y, +state.x] });
      out = { height: answer.output.shape[2], width: answer.output.shape[3], data: unpack(answer.output) };
      const [lo, hi] = range(out.data);
      out.image = bitmap(imageOf(out.data, out.height, out.width, lo, hi, true));
      fail();
      tell();
      paintWhole();
      paintNear();
    } catch (e) { fail(e); }
  });

  function tell() {
    const d = answer.dilation;
    verdict.replaceChildren(...(d ? [h("span", {}, d[0] === 1 && d[1] === 1 ? t("equals plain") : `${t("equals dilated")} d\u00a0=\u00a0${d[0] === d[1] ? d[0] : d.join("×")}`), h("br", {}), h("span", {}, `${t("difference")} ${answer.difference}`)] : [t("between")]));
    verdict.style.color = d ? "var(--output)" : "var(--kernel)";
    verdict.dataset.difference = d ? answer.difference : "";
    verdict.dataset.dilation = d ? d.join("x") : "";
    total.textContent = exact(answer.total);
    total.dataset.engine = out.data[+state.y * out.width + +state.x];
    total.dataset.sum = answer.total;
    const named = Object.values(presets).find((p) => p.name && offsetsOf(p).join() === offsets.join());
    command(d && d[0] === 1 && d[1] === 1 ? "convx run standard -k 3 -p 1 --color gray --filter sobel-x -o out.png" : `convx run ${named ? `deformable --offsets ${named.name}` : "deformable -w offset=offset.npy"} -k 3 -p 1 --color gray --filter sobel-x -o out.png`);
  }

  /** The whole picture with the box that is magnified, and the output. */
  const paintWhole = framed(() => {
    const x = +state.x, y = +state.y, half = patch >> 1;
    frame(whole, source, source.image);
    box(whole, (x - half) * 4, (y - half) * 4, patch * 4, "#ff9a1f");
    if (out) { frame(map, out, out.image); box(map, x * 4 - 2, y * 4 - 2, 8, "#00d68f"); }
  });
  /** The pixels around the window, and the taps on them. */
  const paintNear = framed(() => {
    const x = +state.x, y = +state.y, half = patch >> 1;
    if (near.width !== patch * zoom) near.width = near.height = patch * zoom;
    const g = near.getContext("2d");
    for (let i = 0; i < patch; i++) for (let j = 0; j < patch; j++) {
      const yy = y - half + i, xx = x - half + j, v = yy >= 0 && xx >= 0 && yy < source.height && xx < source.width ? source.data[yy * source.width + xx] : 0;
      g.fillStyle = css([v, v, v]);
      g.fillRect(j * zoom, i * zoom, zoom, zoom);
    }
    g.strokeStyle = "rgb(128 128 128 / .35)";
    g.lineWidth = 1;
    for (let i = 1; i < patch; i++) g.strokeRect(i * zoom, -1, 0, patch * zoom + 2), g.strokeRect(-1, i * zoom, patch * zoom + 2, 0);
    const at = (r, c) => [(half + c + 0.5) * zoom, (half + r + 0.5) * zoom];
    const picked = answer?.taps[chosen];
    if (picked) for (const p of picked.pixels) { // the four pixels that the chosen tap is made of
      const [px, py] = at(p.row - y, p.col - x);
      g.fillStyle = `rgb(0 160 255 / ${0.15 + 0.6 * p.share})`;
      g.fillRect(px - zoom / 2, py - zoom / 2, zoom, zoom);
      g.strokeStyle = "#19a7ff";
      g.lineWidth = 3;
      g.strokeRect(px - zoom / 2 + 1, py - zoom / 2 + 1, zoom - 2, zoom - 2);
    }
    for (let k = 0; k < 9; k++) {
      const [r, c] = regular(k), [x0, y0] = at(r, c), [x1, y1] = at(r + offsets[2 * k], c + offsets[2 * k + 1]);
      g.lineCap = "round";
      for (const [width, colour] of [[7, "#1d2733"], [4, "#ff9a1f"]]) { g.lineWidth = width; g.strokeStyle = colour; g.beginPath(); g.moveTo(x0, y0); g.lineTo(x1, y1); g.stroke(); }
      g.beginPath();
      g.arc(x0, y0, 6, 0, 7);
      g.lineWidth = 3;
      g.stroke();
    }
    for (let k = 0; k < 9; k++) {
      const [r, c] = regular(k), [x1, y1] = at(r + offsets[2 * k], c + offsets[2 * k + 1]);
      g.beginPath();
      g.arc(x1, y1, k === chosen ? 14 : 11, 0, 7);
      g.fillStyle = "#ff9a1f";
      g.fill();
      g.lineWidth = k === chosen ? 5 : 2.5;
      g.strokeStyle = k === chosen ? "#19a7ff" : "#1d2733";
      g.stroke();
    }
    quarter(picked);
  });

  /** The four pixels around the chosen sample, with their shares as areas. */
  function quarter(tap) {
    if (!tap) return;
    const g = four.getContext("2d"), side = 120;
    tap.pixels.forEach((p, i) => {
      const v = clamp(p.value, 0, 255), x = (i % 2) * side, y = (i >> 1) * side, part = Math.sqrt(p.share) * side * 0.92;
      cell(g, x, y, side, [v, v, v], "");
      g.fillStyle = "rgb(25 167 255 / .8)";
      g.fillRect(x + (side - part) / 2, y + (side - part) / 2, part, part);
      g.fillStyle = "#fff";
      g.strokeStyle = "#1d2733";
      g.lineWidth = 5;
      g.font = "800 30px system-ui, sans-serif";
      g.textAlign = "center";
      g.textBaseline = "middle";
      const text = Math.round(p.share * 100) + "%";
      g.strokeText(text, x + side / 2, y + side / 2);
      g.fillText(text, x + side / 2, y + side / 2);
    });
    share.replaceChildren(...tap.pixels.map((p) => h("div", {}, `${p.share.toFixed(2)} × ${p.value}`)), h("div", { class: "line" }, `= ${exact(tap.value)}`));
  }

  function moveTap(k, dy, dx) {
    const [r, c] = regular(k), half = patch >> 1;
    offsets[2 * k] = round(clamp(dy, -half - r, half - r));
    offsets[2 * k + 1] = round(clamp(dx, -half - c, half - c));
    keep();
  }
  function keep() {
    set({ taps: offsets.join(","), bin: String(chosen) });
    if (answer) answer.taps[chosen] = sampleHere(chosen);
    paintNear();
    compute();
  }
  /** What the chosen tap samples, until the engine says so: so that it moves with the hand. */
  function sampleHere(k) {
    const [r, c] = regular(k), row = +state.y + r + offsets[2 * k], col = +state.x + c + offsets[2 * k + 1], y0 = Math.floor(row), x0 = Math.floor(col);
    const pixels = [0, 1, 2, 3].map((i) => {
      const y = y0 + (i >> 1), x = x0 + (i % 2), there = y >= 0 && x >= 0 && y < source.height && x < source.width;
      return { row: y, col: x, value: there ? source.data[y * source.width + x] : 0, share: (1 - Math.abs(row - y)) * (1 - Math.abs(col - x)) };
    });
    return { ...answer.taps[k], row, col, pixels, value: pixels.reduce((a, p) => a + p.share * p.value, 0) };
  }
  const place = (x, y) => { set({ x: String(clamp(Math.round(x), 0, source.width - 1)), y: String(clamp(Math.round(y), 0, source.height - 1)) }); paintWhole(); paintNear(); };

  dragged(whole, (px, py, what) => { if (what !== "up") { place(px * source.width - 0.5, py * source.height - 0.5); compute(); } });
  dragged(map, (px, py, what) => { if (what !== "up") { place(px * source.width - 0.5, py * source.height - 0.5); compute(); } });
  arrows(whole, (dx, dy) => { place(+state.x + dx, +state.y + dy); compute(); });
  dragged(near, (px, py, what, e) => {
    const half = patch >> 1, col = px * patch - 0.5 - half, row = py * patch - 0.5 - half;
    if (what === "down") {
      const far = (k) => { const [r, c] = regular(k); return Math.hypot(r + offsets[2 * k] - row, c + offsets[2 * k + 1] - col); };
      for (let k = 0; k < 9; k++) if (far(k) < far(chosen)) chosen = k;
    }
    if (what === "up") return;
    const [r, c] = regular(chosen), snap = (v) => (e.altKey ? v : Math.abs(v - Math.round(v)) < 0.12 ? Math.round(v) : v);
    moveTap(chosen, snap(row - r), snap(col - c));
  });
  arrows(near, (dx, dy) => moveTap(chosen, offsets[2 * chosen] + dy * 0.25, offsets[2 * chosen + 1] + dx * 0.25));
  near.addEventListener("keydown", (e) => {
    const k = e.key === "Enter" || e.key === " " ? 1 : 0;
    if (!k) return;
    e.preventDefault();
    chosen = (chosen + 1) % 9;
    keep();
  });
  extra.replaceChildren(...Object.entries(presets).map(([name, preset]) => button(t("preset." + name), () => {
    offsets = offsetsOf(preset);
    keep();
  })));
  return { load };
}

/** Nine bins of a region. */
function bins({ state, set, t, fail, command }, body, extra, pic) {
  const view = h("canvas", { class: "input hand", tabindex: "0", role: "img", "aria-label": t("bins") });
  const before = h("canvas", { class: "output answer", role: "img", "aria-label": t("regular bins") }), after = h("canvas", { class: "kernel answer", role: "img", "aria-label": t("moved bins") });
  const verdict = h("p", { class: "big answer", id: "bins-verdict", "aria-live": "polite" });
  body.append(h("div", { class: "row bins-row" }, h("div", { class: "grow" }, view), h("div", { class: "fit pooled" }, h("p", { class: "label output" }, t("regular bins")), before), h("div", { class: "fit pooled" }, h("p", { class: "label kernel" }, t("moved bins")), after)), verdict);
  let source = null, chosen = 4, pooled = null, grabbed = null;
  let offsets = read(state.bins, 18); // dx, dy of each bin, in sizes of the region
  const roi = () => state.roi.split(",").map(Number);

  async function load() {
    const small = scaled(pic.get(), 160), data = planes(small, true);
    source = { width: small.width, height: small.height, data, image: small, ask: keeping([1, 1, small.height, small.width], data) };
    const [x0, y0, x1, y1] = roi();
    if (x1 > source.width || y1 > source.height) set({ roi: [x0, y0, Math.min(x1, source.width), Math.min(y1, source.height)].map((v, i) => (i < 2 ? Math.min(v, source[i ? "height" : "width"] - 9) : v)).join(",") });
    paintAll();
    await compute();
  }
  const pool = async (from, moved) => {
    // Plane 0 of the offsets is x, plane 1 is y; gamma 1 counts them in sizes of the region.
    const offset = new Float32Array(18);
    if (moved) for (let b = 0; b < 9; b++) { offset[b] = offsets[2 * b]; offset[9 + b] = offsets[2 * b + 1]; }
    const a = await from.ask("run", { variant: "deform-roi-pool", mute: true, layer: { pooled: "3", gamma: "1" }, weights: { rois: pack([1, 5], Float32Array.of(0, ...roi())), offset: pack([1, 2, 3, 3], offset) } });
    return unpack(a.output);
  };
  const compute = paced(async () => {
    try {
      pooled = [await pool(source, false), await pool(source, true)];
      const most = Math.max(...pooled[0].map((v, i) => Math.abs(v - pooled[1][i])));
      verdict.textContent = most === 0 ? `${t("bins at rest")}: ${t("difference")} 0` : `${t("difference")} ${num(most)}`;
      verdict.dataset.difference = most;
      verdict.dataset.bins = [...pooled[1]].join(" ");
      command({ command: "run", variant: "deform-roi-pool", layer: { pooled: "3", gamma: most === 0 ? "0" : "1", roi: state.roi }, more: (most === 0 ? "" : "-w offset=offset.npy ") + "--magnify 32 -o pooled.png" });
      fail();
      paintAll();
    } catch (e) { fail(e); }
  });

  const paintAll = framed(() => {
    frame(view, source, source.image);
    const g = view.getContext("2d"), [x0, y0, x1, y1] = roi(), bw = (x1 - x0) / 3, bh = (y1 - y0) / 3;
    for (const [w, c] of [[7, "#1d2733"], [4, "#00d68f"]]) { g.lineWidth = w; g.strokeStyle = c; g.strokeRect(x0 * 4, y0 * 4, (x1 - x0) * 4, (y1 - y0) * 4); }
    g.fillStyle = "#00d68f";
    for (const [x, y] of [[x0, y0], [x1, y0], [x0, y1], [x1, y1]]) g.fillRect(x * 4 - 8, y * 4 - 8, 16, 16);
    for (let b = 0; b < 9; b++) {
      const r = Math.floor(b / 3), c = b % 3, dx = offsets[2 * b] * (x1 - x0), dy = offsets[2 * b + 1] * (y1 - y0), x = (x0 + c * bw + dx) * 4, y = (y0 + r * bh + dy) * 4;
      const cx = (x0 + (c + 0.5) * bw) * 4, cy = (y0 + (r + 0.5) * bh) * 4;
      g.fillStyle = b === chosen ? "rgb(25 167 255 / .35)" : "rgb(255 154 31 / .18)";
      g.fillRect(x, y, bw * 4, bh * 4);
      g.lineWidth = b === chosen ? 4 : 2.5;
      g.strokeStyle = b === chosen ? "#19a7ff" : "#ff9a1f";
      g.strokeRect(x, y, bw * 4, bh * 4);
      g.lineWidth = 4;
      g.strokeStyle = "#ff9a1f";
      g.beginPath(); g.moveTo(cx, cy); g.lineTo(cx + dx * 4, cy + dy * 4); g.stroke();
      g.fillStyle = "#ff9a1f";
      g.beginPath(); g.arc(cx + dx * 4, cy + dy * 4, 7, 0, 7); g.fill();
    }
    if (pooled) [before, after].forEach((canvas, i) => {
      canvas.width = canvas.height = 300;
      const p = canvas.getContext("2d");
      for (let b = 0; b < 9; b++) { const v = 255 * clamp(pooled[i][b], 0, 1); cell(p, (b % 3) * 100, Math.floor(b / 3) * 100, 100, [v, v, v], num(pooled[i][b])); }
    });
  });
  function keep() {
    set({ bins: offsets.some(Boolean) ? offsets.join(",") : "" });
    paintAll();
    compute();
  }
  dragged(view, (px, py, what) => {
    const x = px * source.width, y = py * source.height, [x0, y0, x1, y1] = roi(), bw = (x1 - x0) / 3, bh = (y1 - y0) / 3;
    const centre = (b) => [x0 + ((b % 3) + 0.5) * bw + offsets[2 * b] * (x1 - x0), y0 + (Math.floor(b / 3) + 0.5) * bh + offsets[2 * b + 1] * (y1 - y0)];
    if (what === "down") {
      const corner = [[x0, y0], [x1, y0], [x0, y1], [x1, y1]].findIndex(([cx, cy]) => Math.hypot(cx - x, cy - y) < 4);
      const far = (b) => Math.hypot(centre(b)[0] - x, centre(b)[1] - y);
      for (let b = 0; b < 9; b++) if (far(b) < far(chosen)) chosen = b;
      grabbed = corner >= 0 ? corner : far(chosen) < Math.min(bw, bh) ? "bin" : "roi";
      view.dataset.x = x; view.dataset.y = y;
    }
    if (what === "up") return;
    const dx = x - view.dataset.x, dy = y - view.dataset.y;
    if (grabbed === "bin") {
      offsets[2 * chosen] = round((x - x0 - ((chosen % 3) + 0.5) * bw) / (x1 - x0));
      offsets[2 * chosen + 1] = round((y - y0 - (Math.floor(chosen / 3) + 0.5) * bh) / (y1 - y0));
    } else region(grabbed, Math.round(dx), Math.round(dy));
    if (grabbed !== "bin" && (Math.round(dx) || Math.round(dy))) { view.dataset.x = x; view.dataset.y = y; }
    keep();
  });
  /** Moves the region, or one of its corners. */
  function region(corner, dx, dy) {
    let [x0, y0, x1, y1] = roi();
    if (corner === "roi") {
      dx = clamp(dx, -x0, source.width - x1); dy = clamp(dy, -y0, source.height - y1);
      [x0, y0, x1, y1] = [x0 + dx, y0 + dy, x1 + dx, y1 + dy];
    } else {
      if (corner % 2) x1 = clamp(x1 + dx, x0 + 6, source.width); else x0 = clamp(x0 + dx, 0, x1 - 6);
      if (corner > 1) y1 = clamp(y1 + dy, y0 + 6, source.height); else y0 = clamp(y0 + dy, 0, y1 - 6);
    }
    set({ roi: [x0, y0, x1, y1].join(",") });
  }
  arrows(view, (dx, dy) => { offsets[2 * chosen] = round(offsets[2 * chosen] + dx * 0.02); offsets[2 * chosen + 1] = round(offsets[2 * chosen + 1] + dy * 0.02); keep(); });
  view.addEventListener("keydown", (e) => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); chosen = (chosen + 1) % 9; paintAll(); } });
  const put = (f) => () => { offsets = Array.from({ length: 9 }, (_, b) => f((b % 3) - 1, Math.floor(b / 3) - 1).map(round)).flat(); keep(); };
  extra.replaceChildren(button(t("preset.regular"), put(() => [0, 0])), button(t("preset.scale"), put((c, r) => [c * 0.2, r * 0.2])), button(t("preset.rotate"), put((c, r) => [(c * Math.cos(0.5) - r * Math.sin(0.5) - c) / 3, (c * Math.sin(0.5) + r * Math.cos(0.5) - r) / 3])), button(t("preset.random"), put(() => [Math.random() * 0.4 - 0.2, Math.random() * 0.4 - 0.2])));
  return { load };
}

/** n numbers from text, or as many zeros. */
function read(text, n) {
  const list = text.split(",").map(Number);
  return list.length === n && list.every(Number.isFinite) ? list : new Array(n).fill(0);
}
function frame(canvas, size, image) {
  const w = size.width * 4, hh = size.height * 4;
  if (canvas.width !== w || canvas.height !== hh) { canvas.width = w; canvas.height = hh; }
  const g = canvas.getContext("2d");
  g.imageSmoothingEnabled = false;
  g.drawImage(image, 0, 0, w, hh);
}
function box(canvas, x, y, side, colour) {
  const g = canvas.getContext("2d");
  for (const [w, c] of [[9, "#1d2733"], [5, colour]]) { g.lineWidth = w; g.strokeStyle = c; g.strokeRect(x, y, side, side); }
}
