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

/** A list to choose from; options are names, or [value, name]. */
export function choice(label, options, value, on) {
  const select = h("select", { "aria-label": label, onchange: () => on(select.value) }, options.map((o) => (Array.isArray(o) ? h("option", { value: o[0] }, o[1]) : h("option", { value: o }, o))));
  select.value = value;
  return h("label", {}, h("span", {}, label), select);
}

export function check(label, value, on) {
  const box = h("input", { type: "checkbox", onchange: () => on(box.checked) });
  box.checked = value;
  return h("label", {}, box, h("span", {}, label));
}

export const button = (label, on, more = {}) => h("button", { type: "button", onclick: on, ...more }, label);

/** Buttons of which one is pressed. */
export function tabs(label, options, value, on) {
  const box = h("div", { class: "tabs", role: "group", "aria-label": label });
  const press = (v) => { for (const b of box.children) b.setAttribute("aria-pressed", String(b.dataset.value === v)); };
  for (const [v, name] of options) box.append(button(name, () => { press(v); on(v); }, { "data-value": v }));
  press(value);
  return box;
}

/** A bar with its name and figure; share is 0 to 1. */
export const bar = (name, share, text, kind = "") =>
  h("div", { class: "bar " + kind }, h("span", {}, name), h("i", { style: `width:${Math.max(0, Math.min(1, share)) * 100}%` }), h("span", {}, text));

export const count = (n) => (n >= 1e9 ? (n / 1e9).toPrecision(3) + " G" : n >= 1e6 ? (n / 1e6).toPrecision(3) + " M" : n >= 1e3 ? (n / 1e3).toPrecision(3) + " k" : String(n));
export const num = (v) => (Object.is(v, -0) ? "0.00" : Math.abs(v) >= 100 ? v.toFixed(0) : Math.abs(v) >= 10 ? v.toFixed(1) : v.toFixed(2)).replace("-", "\u2212");
export const time = (s) => (s >= 1 ? s.toPrecision(3) + " s" : s >= 1e-3 ? (s * 1e3).toPrecision(3) + " ms" : (s < 1e-6 ? "< 1" : (s * 1e6).toFixed(0)) + " \u00b5s");
export const clamp = (v, lo, hi) => Math.max(lo, Math.min(hi, v));

/** Orange above zero, blue below, white at it: t from -1 to 1. */
export function signedColour(t) {
  const a = Math.min(1, Math.abs(t) || 0), [r, g, b] = t > 0 ? [179, 89, 0] : [0, 103, 165];
  return [255 + (r - 255) * a, 255 + (g - 255) * a, 255 + (b - 255) * a];
}
export const css = ([r, g, b]) => `rgb(${r | 0} ${g | 0} ${b | 0})`;
/** Ink that is read on a colour. */
export const inkOn = ([r, g, b]) => (0.299 * r + 0.587 * g + 0.114 * b > 140 ? "#1d2733" : "#fff");

/** Numbers as pixels: gray from lo to hi, or signed. */
export function imageOf(data, height, width, lo, hi, signed = false, from = 0) {
  const image = new ImageData(width, height), p = image.data, most = Math.max(Math.abs(lo), Math.abs(hi)) || 1, k = hi > lo ? 255 / (hi - lo) : 0;
  for (let i = 0; i < width * height; i++) {
    const v = data[from + i];
    if (signed) [p[4 * i], p[4 * i + 1], p[4 * i + 2]] = signedColour(v / most);
    else p[4 * i] = p[4 * i + 1] = p[4 * i + 2] = k ? (v - lo) * k : hi > 0 ? 128 : 0;
    p[4 * i + 3] = 255;
  }
  return image;
}

/** Paints one plane of numbers, a pixel each. */
export function paint(canvas, data, height, width, lo, hi, signed = false, from = 0) {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  canvas.getContext("2d").putImageData(imageOf(data, height, width, lo, hi, signed, from), 0, 0);
}

/** A canvas with pixels of its own, to draw from. */
export function bitmap(image) {
  const c = h("canvas", { width: image.width, height: image.height });
  c.getContext("2d").putImageData(image, 0, 0);
  return c;
}

/** A cell with its number. */
export function cell(g, x, y, side, colour, text, ink) {
  g.fillStyle = css(colour);
  g.fillRect(x, y, side, side);
  g.strokeStyle = "#8a949e";
  g.lineWidth = 1;
  g.strokeRect(x + 0.5, y + 0.5, side - 1, side - 1);
  if (text == null || side < 22) return;
  g.fillStyle = ink ?? inkOn(colour);
  g.font = `700 ${Math.min(side * 0.5, (side * 1.45) / text.length)}px system-ui, sans-serif`;
  g.textAlign = "center";
  g.textBaseline = "middle";
  g.fillText(text, x + side / 2, y + side / 2 + side * 0.03);
}

/** Lo and hi of numbers. */
export function range(data, from = 0, to = data.length) {
  let lo = Infinity, hi = -Infinity;
  for (let i = from; i < to; i++) { if (data[i] < lo) lo = data[i]; if (data[i] > hi) hi = data[i]; }
  return [lo, hi];
}

/** Calls f, never twice at once; of the calls that come meanwhile only the last is made, a frame later. */
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

/** Calls f once before the next frame, however often it is asked to. */
export function framed(f) {
  let due = false;
  return () => { if (!due) { due = true; requestAnimationFrame(() => { due = false; f(); }); } };
}

/** Hears a pointer that presses and drags on an element: at(x, y, "down" | "move" | "up"), from 0 to 1 across it. */
export function dragged(element, at) {
  const tell = (e, what) => {
    const r = element.getBoundingClientRect();
    at((e.clientX - r.left) / r.width, (e.clientY - r.top) / r.height, what, e);
  };
  element.addEventListener("pointerdown", (e) => { element.setPointerCapture?.(e.pointerId); element.focus({ preventScroll: true }); tell(e, "down"); });
  element.addEventListener("pointermove", (e) => { if (e.buttons) tell(e, "move"); });
  element.addEventListener("pointerup", (e) => tell(e, "up"));
}

/** Hears the arrow keys on an element, as steps; with Shift they are ten times as long. */
export function arrows(element, on) {
  element.addEventListener("keydown", (e) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
    if (!step) return;
    e.preventDefault();
    const by = e.shiftKey ? 10 : 1;
    on(step[0] * by, step[1] * by);
  });
}
