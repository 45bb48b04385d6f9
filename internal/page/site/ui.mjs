// Elements, controls and painting that the screens share.
const SVG = "http://www.w3.org/2000/svg";

function fill(e, attributes, children) {
  for (const [k, v] of Object.entries(attributes ?? {})) {
    if (k.startsWith("on")) e.addEventListener(k.slice(2), v);
    else if (k === "class") e.setAttribute("class", v);
    else if (k in e && typeof v !== "string" && !(e instanceof SVGElement)) e[k] = v;
    else if (v !== false && v != null) e.setAttribute(k, v === true ? "" : v);
  }
  e.append(...children.flat().filter((c) => c != null));
  return e;
}

export const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
export const s = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/** A slider with its number, or what `text` makes of it; `on` hears every step. */
export function slider(label, min, max, value, on, text = String) {
  const out = h("output", {}, text(value));
  const input = h("input", { type: "range", min: String(min), max: String(max), "aria-label": label, oninput: () => { out.textContent = text(+input.value); on(+input.value); } });
  input.value = value;
  return h("label", {}, h("span", {}, label), input, out);
}

export function choice(label, options, value, on) {
  const select = h("select", { "aria-label": label, onchange: () => on(select.value) }, options.map((o) => h("option", { value: o, selected: o === value }, o)));
  select.value = value;
  return h("label", {}, h("span", {}, label), select);
}

export function check(label, value, on) {
  const box = h("input", { type: "checkbox", onchange: () => on(box.checked) });
  box.checked = value;
  return h("label", {}, box, h("span", {}, label));
}

/** A bar with its name and figure; share is 0 to 1. */
export const bar = (name, share, text, kind = "") =>
  h("div", { class: "bar " + kind }, h("span", {}, name), h("i", { style: `width:${Math.max(0, Math.min(1, share)) * 100}%` }), h("span", {}, text));

export const count = (n) => (n >= 1e9 ? (n / 1e9).toPrecision(3) + " G" : n >= 1e6 ? (n / 1e6).toPrecision(3) + " M" : n >= 1e3 ? (n / 1e3).toPrecision(3) + " k" : String(n));
export const num = (v) => (Object.is(v, -0) ? 0 : Math.abs(v) >= 100 ? v.toFixed(0) : Math.abs(v) >= 10 ? v.toFixed(1) : v.toFixed(2));

/** Paints one plane of h x w numbers between lo and hi; signed planes are orange above zero and blue below. */
export function paint(canvas, data, height, width, lo, hi, signed = false) {
  canvas.width = width;
  canvas.height = height;
  fitted(canvas);
  const g = canvas.getContext("2d"), image = g.createImageData(width, height), p = image.data;
  const most = Math.max(Math.abs(lo), Math.abs(hi)) || 1;
  for (let i = 0; i < width * height; i++) {
    const v = data[i];
    if (signed) {
      const t = Math.max(-1, Math.min(1, v / most)), a = Math.abs(t);
      const [r, gr, b] = t > 0 ? [179, 89, 0] : [0, 103, 165];
      p[4 * i] = 255 + (r - 255) * a; p[4 * i + 1] = 255 + (gr - 255) * a; p[4 * i + 2] = 255 + (b - 255) * a;
    } else {
      p[4 * i] = p[4 * i + 1] = p[4 * i + 2] = 255 * (hi > lo ? (v - lo) / (hi - lo) : 0.5);
    }
    p[4 * i + 3] = 255;
  }
  g.putImageData(image, 0, 0);
}

/** Makes a canvas as large as its column and the screen allow. */
export const fitted = (canvas) => { canvas.style.width = `min(100%, ${(58 * canvas.width) / canvas.height}vh)`; };

/** A picture's planes, 3 x height x width, 0 to 1, no side above `most`. */
export async function planes(url, most = 160) {
  const img = new Image();
  img.src = url;
  await img.decode();
  const k = Math.min(1, most / Math.max(img.width, img.height));
  const width = Math.max(1, Math.round(img.width * k)), height = Math.max(1, Math.round(img.height * k));
  const c = h("canvas", { width, height }), g = c.getContext("2d", { willReadFrequently: true });
  g.drawImage(img, 0, 0, width, height);
  const rgba = g.getImageData(0, 0, width, height).data, data = new Float32Array(3 * width * height);
  for (let i = 0; i < width * height; i++) for (let ch = 0; ch < 3; ch++) data[ch * width * height + i] = rgba[4 * i + ch] / 255;
  return { width, height, data };
}

/** Lo and hi of numbers. */
export function range(data, from = 0, to = data.length) {
  let lo = Infinity, hi = -Infinity;
  for (let i = from; i < to; i++) { if (data[i] < lo) lo = data[i]; if (data[i] > hi) hi = data[i]; }
  return [lo, hi];
}

/** Calls f at most once a frame, with the last arguments, and never twice at once. */
export function paced(f) {
  let busy = false, again = null;
  const go = async (...args) => {
    if (busy) { again = args; return; }
    busy = true;
    try { await f(...args); } finally {
      busy = false;
      if (again) { const a = again; again = null; requestAnimationFrame(() => go(...a)); }
    }
  };
  return go;
}
