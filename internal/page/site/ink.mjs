// A drawing by hand: strokes as text, two letters a point, and their picture.
import { h } from "./ui.mjs";
import { chosen, sample, scaled } from "./picture.mjs";

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

/** Strokes of points from 0 to 63, from their text: strokes are joined by dots. */
export const strokesOf = (text) => text.split(".").filter(Boolean).map((s) => Array.from({ length: s.length >> 1 }, (_, i) => [letters.indexOf(s[2 * i]), letters.indexOf(s[2 * i + 1])]));
export const textOf = (strokes) => strokes.map((s) => s.map(([x, y]) => letters[x] + letters[y]).join("")).join(".");

/** Draws strokes on paper, as pens do. */
export function inked(strokes, side) {
  const c = h("canvas", { width: side, height: side }), g = c.getContext("2d", { willReadFrequently: true });
  g.fillStyle = "#f2f2f2";
  g.fillRect(0, 0, side, side);
  g.strokeStyle = "#202020";
  g.lineCap = g.lineJoin = "round";
  g.lineWidth = side / 10;
  for (const s of strokes) {
    g.beginPath();
    s.forEach(([x, y], i) => g[i ? "lineTo" : "moveTo"](((x + 0.5) * side) / 64, ((y + 0.5) * side) / 64));
    if (s.length === 1) g.lineTo(((s[0][0] + 0.6) * side) / 64, ((s[0][1] + 0.5) * side) / 64);
    g.stroke();
  }
  return c;
}

/** The drawings that the page brings. */
export const drawings = ["7", "star", "arrow"];

/** The picture that a network of the state sees: a drawing, one's own (ink), or the picture of the page. */
export async function seen(state) {
  if (state.from === "picture") return scaled(await chosen(state), 160);
  if (state.from === "ink") return scaled(inked(strokesOf(state.ink), 320), 32);
  return sample("drawing-" + (drawings.includes(state.from) ? state.from : drawings[0]));
}
