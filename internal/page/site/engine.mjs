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
export function pack(shape, data) {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return { shape, data: btoa(text) };
}

/** The numbers of an array that travelled. */
export function unpack(a) {
  const text = atob(a.data), bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new Float32Array(bytes.buffer);
}
