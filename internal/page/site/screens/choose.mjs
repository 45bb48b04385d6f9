// Choose: variants of the same channels and size side by side, on one picture.
import { ask, keeping, unpack } from "../engine.mjs";
import { bar, count, h, imageOf, paced, range, slider, time } from "../ui.mjs";
import { picture, planes, scaled } from "../picture.mjs";

export const defaults = { channels: "64", size: "28", kernel: "3" };
const variants = ["standard", "grouped", "separable", "inverted-residual", "dilated", "deformable", "se", "max-pool"];

export async function show(context) {
  const { root, state, set, t, fail, command } = context;
  const controls = h("div", { class: "controls" }), cards = h("div", { class: "cards choose answer", id: "choose-cards" });
  root.append(controls, cards);
  let source = null;
  const pic = await picture(context, () => { load(); return update(); });
  function load() {
    const small = scaled(pic.get(), 96);
    source = keeping([1, 3, small.height, small.width], planes(small));
  }
  /** The keys of a variant: same channels in and out, same size. */
  function layerOf(v, channels, input) {
    const k = +state.kernel, c = { "out-channels": channels };
    const keys = {
      standard: { ...c }, grouped: { ...c, groups: channels % 4 === 0 ? "4" : "3" }, separable: { ...c }, "inverted-residual": { ...c }, dilated: { ...c, dilation: "2", padding: String(k - 1) }, deformable: { ...c }, se: null, "max-pool": { stride: "1" },
    }[v];
    if (keys) for (const [name, value] of Object.entries({ kernel: String(k), padding: String((k - 1) / 2) })) keys[name] ??= value;
    if (v === "dilated" && k === 1) return { ...keys, kernel: "3", padding: "2", input };
    return { ...(keys ?? {}), ...(input ? { input } : {}) };
  }

  const update = paced(async () => {
    command(`convx compare -i ${state.channels}x${state.size}x${state.size} -c ${state.channels} -k ${state.kernel} -p same standard grouped,groups=4 separable inverted-residual dilated,dilation=2 deformable`);
    try {
      const rows = [], input = `${state.channels}x${state.size}x${state.size}`;
      for (const v of variants) {
        const layer = layerOf(v, state.channels, input), cost = await ask("flops", { variant: v, layer });
        let best = Infinity;
        for (let i = 0; i < 3; i++) best = Math.min(best, (await ask("run", { variant: v, layer, mute: true })).seconds);
        const seen = await source("run", { variant: v, mute: true, layer: layerOf(v, "3") });
        rows.push({ v, cost, best, moved: cost.activation_bytes + cost.weight_bytes, seen });
      }
      const most = (f) => Math.max(1e-12, ...rows.map(f)), params = most((r) => r.cost.params), macs = most((r) => r.cost.macs), moved = most((r) => r.moved), slowest = most((r) => r.best);
      cards.replaceChildren(...rows.map(({ v, cost, best, moved: bytes, seen }) => h("div", { class: "card", "data-variant": v, "data-macs": cost.macs },
        h("h3", {}, v), h("div", { class: "pair" }, pictureOf(seen, v), h("div", {},
          bar(t("params"), cost.params / params, count(cost.params)), bar(t("macs"), cost.macs / macs, count(cost.macs)),
          bar(t("moved"), bytes / moved, count(bytes) + "B", "moved"), bar(t("time"), best / slowest, time(best), "measured"))))));
      fail();
    } catch (e) { fail(e); }
  });
  /** Three channels of an output as red, green and blue, on one scale. */
  function pictureOf(a, name) {
    const [, , height, width] = a.output.shape, data = unpack(a.output), n = height * width, [lo, hi] = range(data), planesOf = [0, 1, 2].map((c) => imageOf(data, height, width, lo, hi, false, c * n)), image = planesOf[0];
    for (let i = 0; i < n; i++) { image.data[4 * i + 1] = planesOf[1].data[4 * i]; image.data[4 * i + 2] = planesOf[2].data[4 * i]; }
    const canvas = h("canvas", { width, height, class: "output", role: "img", "aria-label": name });
    canvas.getContext("2d").putImageData(image, 0, 0);
    return canvas;
  }
  controls.append(pic.element,
    slider(t("channels"), 1, 16, +state.channels / 16, (v) => { set({ channels: String(v * 16) }); update(); }, (v) => String(16 * v)),
    slider(t("size"), 7, 56, +state.size, (v) => { set({ size: String(v) }); update(); }),
    slider(t("kernel"), 1, 3, (+state.kernel - 1) / 2, (v) => { set({ kernel: String(2 * v + 1) }); update(); }, (v) => String(2 * v + 1)));
  load();
  await update();
}
