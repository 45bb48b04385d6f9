// The picture that screens look at: a sample, a file of one's own, or the camera. Own pictures stay in the page.
import { ask } from "./engine.mjs";
import { button, choice, h } from "./ui.mjs";

const samples = ["cat", "drawing-7", "drawing-star", "drawing-arrow"];
const most = 480; // of the longer side that is kept
let own = null; // a canvas, as long as the page is open
const cache = new Map();

function canvasOf(source, width, height) {
  const k = Math.min(1, most / Math.max(width, height));
  const c = h("canvas", { width: Math.max(1, Math.round(width * k)), height: Math.max(1, Math.round(height * k)) });
  c.getContext("2d").drawImage(source, 0, 0, c.width, c.height);
  return c;
}

/** An embedded picture, as a canvas. */
export async function sample(name) {
  if (!cache.has(name)) {
    const img = new Image();
    img.src = await ask("sample", { name });
    await img.decode();
    cache.set(name, canvasOf(img, img.width, img.height));
  }
  return cache.get(name);
}

/** The picture of a state, as a canvas. */
export const chosen = async (state) => (state.picture === "own" && own ? own : sample(samples.includes(state.picture) ? state.picture : "cat"));

/** The control that chooses a picture, and the picture: get() is a canvas. `onchange` hears of another one, of each frame of a camera. */
export async function picture({ state, set, t, signal, fail, root }, onchange) {
  let video = null, current = null;
  const file = h("input", { type: "file", accept: "image/*", class: "unseen", tabindex: "-1", "aria-label": t("picture"), onchange: () => file.files[0] && take(file.files[0]) });
  const names = () => [...samples.map((n) => [n, t("sample." + n)]), ...(own ? [["own", t("picture")]] : [])];
  const element = h("div", { class: "source" });

  async function load() {
    if (state.picture === "own" && !own) set({ picture: "cat" });
    current = await chosen(state);
  }
  async function show(name) { stop(); set({ picture: name }); await load(); build(); onchange(); }
  async function take(blob) {
    try {
      const image = await createImageBitmap(blob);
      own = canvasOf(image, image.width, image.height);
      await show("own");
      fail();
    } catch { fail(new Error(t("no picture"))); }
  }
  function stop() {
    video?.srcObject?.getTracks().forEach((track) => track.stop());
    video = null;
  }
  async function camera() {
    if (video) { stop(); build(); return; }
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 480 } } });
      video = h("video", { muted: true, playsInline: true, srcObject: stream });
      await video.play();
      set({ picture: "own" });
      build();
      const frame = async () => {
        if (!video || signal.aborted) return stop();
        own = current = canvasOf(video, video.videoWidth, video.videoHeight);
        await onchange();
        requestAnimationFrame(frame);
      };
      frame();
    } catch { stop(); fail(new Error(t("no camera"))); }
  }
  const build = () => element.replaceChildren(choice(t("input"), names(), state.picture, show), button(t("file"), () => file.click()), file,
    ...(navigator.mediaDevices?.getUserMedia ? [button(t(video ? "stop" : "camera"), camera, { "aria-pressed": String(Boolean(video)) })] : []));
  signal.addEventListener("abort", stop);
  root.addEventListener("picture", (e) => take(e.detail)); // dropped onto the page
  await load();
  build();
  return { element, get: () => current };
}

/** A canvas scaled so that no side is above `side`. */
export function scaled(canvas, side) {
  const k = Math.min(1, side / Math.max(canvas.width, canvas.height));
  const c = h("canvas", { width: Math.max(1, Math.round(canvas.width * k)), height: Math.max(1, Math.round(canvas.height * k)) });
  const g = c.getContext("2d", { willReadFrequently: true });
  g.imageSmoothingQuality = "high";
  g.drawImage(canvas, 0, 0, c.width, c.height);
  return c;
}

/** 8-bit red, green, blue, opacity of a canvas. */
export const rgba = (canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;

/** Planes of 0 to 1: red, green, blue; or one of brightness. */
export function planes(canvas, gray = false) {
  const p = rgba(canvas), n = canvas.width * canvas.height, data = new Float32Array(gray ? n : 3 * n);
  for (let i = 0; i < n; i++) {
    if (gray) data[i] = (0.299 * p[4 * i] + 0.587 * p[4 * i + 1] + 0.114 * p[4 * i + 2]) / 255;
    else for (let c = 0; c < 3; c++) data[c * n + i] = p[4 * i + c] / 255;
  }
  return data;
}
