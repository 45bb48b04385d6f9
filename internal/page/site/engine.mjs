// The engine: a question in JSON becomes an answer. Here it is asked over HTTP; in the single file a Worker takes its place
// (globalThis.convxEngine).
const remote = async (question) => {
  const response = await fetch("ask", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(question) });
  return response.json();
};

/** Asks the engine; an answer that is an error throws, with its hint. */
export async function ask(name, question = {}) {
  const a = await (globalThis.convxEngine ?? remote)({ ask: name, ...question });
  if (a.error) throw Object.assign(new Error(a.error), { hint: a.hint });
  return a.result;
}

/** A float32 array as it travels. */
export const pack = (shape, data) => ({ shape, data: base64(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) });

/** Bytes as they travel. */
export function base64(bytes) {
  if (bytes.toBase64) return bytes.toBase64();
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

/** The numbers of an array that travelled. */
export function unpack(a) {
  if (Uint8Array.fromBase64) return new Float32Array(Uint8Array.fromBase64(a.data).buffer);
  const text = atob(a.data), bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new Float32Array(bytes.buffer);
}

/** An array that travels once: ask(...) with it as `input` sends its key alone, and the whole again where the engine forgot it. */
export function keeping(shape, data) {
  const whole = pack(shape, data);
  let key = null;
  return async (name, question) => {
    key ??= ask("keep", { array: whole });
    try { return await ask(name, { ...question, input: await key }); } catch (e) {
      if (!e.message.includes("kept no longer")) throw e;
      key = null;
      return ask(name, { ...question, input: whole });
    }
  };
}
