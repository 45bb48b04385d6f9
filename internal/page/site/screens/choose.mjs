// Choose: variants of the same channels and size side by side.
import { ask } from "../engine.mjs";
import { bar, count, h, slider } from "../ui.mjs";

export const defaults = { channels: "64", size: "28", kernel: "3" };
const variants = ["standard", "grouped", "separable", "inverted-residual", "dilated", "deformable"];

export async function show({ root, state, set, t, fail, command }) {
  const controls = h("div", { class: "controls" }), cards = h("div", { class: "cards answer", id: "choose-cards" });
  root.append(controls, cards);

  async function update() {
    const k = state.kernel, layerOf = (v) => ({ input: `${state.channels}x${state.size}x${state.size}`, "out-channels": state.channels, kernel: k, padding: v === "dilated" ? String(k - 1) : String((k - 1) / 2), ...(v === "grouped" ? { groups: "4" } : {}), ...(v === "dilated" ? { dilation: "2" } : {}) });
    command({ command: "flops", variant: "standard", layer: layerOf("standard") });
    try {
      const rows = [];
      for (const v of variants) {
        const layer = layerOf(v), cost = await ask("flops", { variant: v, layer });
        let best = Infinity;
        for (let i = 0; i < 3; i++) best = Math.min(best, (await ask("run", { variant: v, layer })).seconds);
        rows.push({ v, cost, best });
      }
      const most = (f) => Math.max(...rows.map(f)), params = most((r) => r.cost.params), macs = most((r) => r.cost.macs), moved = most((r) => r.cost.activation_bytes + r.cost.weight_bytes), time = most((r) => r.best);
      cards.replaceChildren(...rows.map(({ v, cost, best }) => h("div", { class: "card", "data-variant": v, "data-macs": cost.macs },
        h("h3", {}, v),
        bar(t("params"), cost.params / params, count(cost.params)),
        bar(t("macs"), cost.macs / macs, count(cost.macs)),
        bar(t("moved"), (cost.activation_bytes + cost.weight_bytes) / moved, count(cost.activation_bytes + cost.weight_bytes) + "B", "moved"),
        bar(t("time"), best / time, (best * 1e3).toFixed(2) + " ms", "measured"))));
      fail();
    } catch (e) { fail(e); }
  }

  controls.append(
    slider(t("channels"), 1, 16, +state.channels / 16, (v) => { set({ channels: String(v * 16) }); update(); }, (v) => String(16 * v)),
    slider(t("size"), 7, 56, +state.size, (v) => { set({ size: String(v) }); update(); }),
    slider(t("kernel"), 1, 3, (+state.kernel - 1) / 2, (v) => { set({ kernel: String(2 * v + 1) }); update(); }, (v) => String(2 * v + 1)));
  await update();
}
