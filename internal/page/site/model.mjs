// The network that is looked at: a built-in one by its name, or a file of one's own, which stays in the page and its engine.
import { ask, base64 } from "./engine.mjs";

let file = null; // { name, key, data }

/** Takes an ONNX file. */
export async function takeModel(blob) {
  if (blob.size > 16 << 20) throw Object.assign(new Error(`${blob.name}: ${(blob.size / 2 ** 20).toFixed(1)} MiB`), { hint: "16 MiB" });
  file = { name: blob.name, data: base64(new Uint8Array(await blob.arrayBuffer())), key: null };
}
export const ownModel = () => file?.name;

/** How requests name the network of a state. */
function modelOf(state) {
  if (state.net !== "file" || !file) return { model: state.net === "file" || !state.net ? "drawings" : state.net };
  return file.key ? { key: file.key } : { data: file.data };
}

/** Asks about the network of a state. A file goes along as a whole only where the engine does not keep it. */
export async function askModel(name, state, question) {
  const model = modelOf(state);
  try {
    const a = await ask(name, { ...model, ...question });
    if (model.data && a.key) file.key = a.key;
    return a;
  } catch (e) {
    if (!model.key || !e.message.includes("kept no longer")) throw e;
    file.key = null;
    return askModel(name, state, question);
  }
}
