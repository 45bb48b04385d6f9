package cli

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// step is something that a hand does, and what is true of the page afterwards: it shows what the engine says.
type step struct{ gesture, holds string }

// screens are the page's screens with their main gestures. The functions that these call are in helpers.
var screens = map[string][]step{
	"one": {
		{`key("canvas.input", "ArrowRight", 5)`, `near("#one-total", 1e-3) && location.hash.includes("x=61")`},
		{`slide("kernel", 5)`, `near("#one-total", 1e-3) && document.querySelectorAll(".weights input").length === 25`},
		{`pick("padded with", "reflect"); slide("bias", 5); drag("canvas.input", 0, 0)`, `near("#one-total", 1e-3) && location.hash.includes("x=0") && location.hash.includes("mode=reflect")`},
	},
	"groups": {
		{`slide("groups", 2)`, `at("#groups-bars").dataset.macs === "1806336"`},
		{`slide("groups", 5)`, `at("#groups-bars").dataset.macs === String((16 * 9 + 16 * 16) * 56 * 56)`},
	},
	"stamps": {
		{`slide("kernel", 4)`, `at("#stamps-verdict").dataset.even === "true"`},
		{`press("zero insertion")`, `at("canvas.output").dataset.same === "true" && document.querySelector("canvas.input").width > 240`},
		{`press("stamps"); key("canvas.input", " ", 1)`, `location.hash.includes("2.2")`},
		{`slide("kernel", 3); press("sub-pixel")`, `at("#stamps-verdict").dataset.even === "false" && at("[data-cure]").dataset.cure === "sub-pixel"`},
	},
	"reach": {
		{`press("WaveNet")`, `at("#reach-size").dataset.size === "16"`},
		{`press("VGG")`, `at("#reach-size").dataset.size === "16" && document.body.textContent.includes("max-pool,kernel=2,stride=2")`},
		{`press("2, 2, 2")`, `at("#reach-size").dataset.holes === "6" && at("#reach-advice").dataset.dilations === "1 2 3"`},
		{`at("#reach-advice button").click()`, `at("#reach-size").dataset.size === "13" && at("#reach-size").dataset.holes === "0"`},
	},
	"taps": {
		{``, `at("#taps-verdict").dataset.dilation === "2x2" && at("#taps-verdict").dataset.difference === "0" && near("#taps-total", 1e-2)`},
		{`key("canvas.kernel", "ArrowRight", 1)`, `at("#taps-verdict").dataset.dilation === "" && near("#taps-total", 1e-2)`},
		{`press("aspect")`, `at("#taps-verdict").dataset.dilation === "1x4" && at("#taps-verdict").dataset.difference === "0"`},
		{`press("rotate")`, `at("#taps-verdict").dataset.dilation === "" && near("#taps-total", 1e-2) && at("#command").textContent.includes("--offsets rotate:45")`},
		{`press("at rest"); drag("canvas.input", 0.9, 0.9)`, `at("#taps-verdict").dataset.dilation === "1x1" && at("#taps-verdict").dataset.difference === "0" && near("#taps-total", 1e-2)`},
		{`press("RoI bins")`, `at("#bins-verdict")?.dataset.difference === "0"`},
		{`key("canvas.input", "ArrowLeft", 4)`, `at("#bins-verdict").dataset.difference > 0`},
	},
	"faders": {
		{``, `at(".mix canvas").dataset.factors.split(" ").every((f) => f > 0 && f < 1)`},
		{`slide("factor of map 3", 1)`, `at(".mix canvas").dataset.factors.split(" ")[2] === "1" && location.hash.includes("hold=")`},
		{`press("all to the gate")`, `at(".mix canvas").dataset.factors.split(" ")[2] < 0.2`},
	},
	"network": {
		{`press("star")`, `at("#network-classes").dataset.first === "star"`},
		{`stroke("canvas.input", [[0.5, 0.12], [0.5, 0.9]])`, `at("#network-classes").dataset.first === "1" && location.hash.includes("ink=")`},
		{`press("clear"); stroke("canvas.input", [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8], [0.2, 0.2]])`, `at("#network-classes").dataset.first === "square"`},
		{`press("seven")`, `at("#network-classes").dataset.first === "7"`},
		{`press("where does it look?")`, `[...document.querySelectorAll(".left canvas.output")].at(-1).dataset.least < 0.5`},
		{`hover(".column:nth-child(1) canvas", 0.25, 0.05)`, `at("#network-number").textContent.startsWith("conv1[0, ")`},
		{`key(".column:nth-child(3) canvas", "Enter", 1)`, `location.hash.startsWith("#one?") && location.hash.includes("layer=conv2") && near("#one-total", 1e-3)`},
	},
	"choose": {
		{`slide("channels", 2)`, `at("[data-variant=standard]")?.dataset.macs === String(32 * 32 * 9 * 28 * 28)`},
	},
}

// helpers are what gestures are made of: a control by its label, a key on an element, a drag to a point from 0 to 1 across one.
const helpers = `
globalThis.at = (s) => document.querySelector(s);
globalThis.slide = (label, v) => { const e = at('input[aria-label="' + label + '"]'); e.value = v; e.dispatchEvent(new Event("input")); };
globalThis.pick = (label, v) => { const e = at('select[aria-label="' + label + '"]'); e.value = v; e.dispatchEvent(new Event("change")); };
globalThis.press = (label) => [...document.querySelectorAll("main button")].find((b) => b.textContent.replace("✎ ", "") === label).click();
globalThis.key = (s, key, n) => { at(s).focus(); for (let i = 0; i < n; i++) document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })); };
globalThis.stroke = (s, points) => { const e = at(s), r = e.getBoundingClientRect(), tell = (what, [x, y]) => e.dispatchEvent(new PointerEvent(what, { clientX: r.left + x * r.width, clientY: r.top + y * r.height, buttons: 1, pointerId: 1, bubbles: true }));
  e.setPointerCapture = () => {}; tell("pointerdown", points[0]);
  points.slice(1).forEach((p, i) => { for (let k = 1; k <= 12; k++) tell("pointermove", [0, 1].map((a) => points[i][a] + ((p[a] - points[i][a]) * k) / 12)); });
  tell("pointerup", points.at(-1)); };
globalThis.hover = (s, x, y) => { const e = at(s), r = e.getBoundingClientRect(); e.dispatchEvent(new PointerEvent("pointermove", { clientX: r.left + x * r.width, clientY: r.top + y * r.height, bubbles: true })); };
globalThis.drop = (name, bytes) => { const d = new DataTransfer(); d.items.add(new File([bytes], name)); at("main").dispatchEvent(new DragEvent("drop", { dataTransfer: d, bubbles: true, cancelable: true })); };
globalThis.drag = (s, x, y) => stroke(s, [[0.5, 0.5], [x, y]]);
globalThis.near = (s, by) => { const d = at(s)?.dataset; return d?.sum != null && Math.abs(d.sum - d.engine) < by; };
true`

// browser starts chromium, and gives the page's addresses: the server's and, where PAGE_FILE names it, that of the single file
// that make page builds.
func browser(t testing.TB) (ctx context.Context, pages map[string]string) {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser is started in the long run alone")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium: THE PAGE IS NOT TESTED IN A BROWSER")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(1280, 720),
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx) // the browser, of which each page is a tab
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	pages = map[string]string{"served": servePage(t) + "/"}
	if file := os.Getenv("PAGE_FILE"); file != "" {
		pages["file"] = "file://" + file
	}
	return ctx, pages
}

// tab is a page that is open, and what it did that it should not.
type tab struct {
	testing.TB
	context.Context
	mutex sync.Mutex
	wrong []string
}

// openTab opens an address at a size and waits until its screen is there.
func openTab(t testing.TB, ctx context.Context, url string, width, height int64) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	limited, stop := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop)
	p := &tab{TB: t, Context: limited}
	from, _, _ := strings.Cut(url, "#")
	err := chromedp.Listen(ctx, func(e any) {
		switch e := e.(type) {
		case *runtime.EventExceptionThrown:
			p.saw("an exception: " + e.ExceptionDetails.Text)
		case *runtime.EventConsoleAPICalled:
			p.saw("a line in the console: " + string(e.Type))
		case *network.EventRequestWillBeSent:
			if !strings.HasPrefix(e.Request.URL, from) && !strings.HasPrefix(e.Request.URL, "data:") && !strings.HasPrefix(e.Request.URL, "blob:") {
				p.saw("a request to " + e.Request.URL)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(limited, chromedp.EmulateViewport(width, height), chromedp.Navigate(url)); err != nil {
		t.Fatal(err)
	}
	p.wait(`document.body.dataset.ready != null`)
	p.do(helpers)
	return p
}

// show goes to another screen of the page that is open, as a link does: what loading the page costs is paid once. What follows is told to t.
func (p *tab) show(t testing.TB, screen, state string) {
	t.Helper()
	p.TB = t
	p.do(`at("#command").textContent = ""; delete document.body.dataset.ready; location.hash = "` + screen + "?" + state + `"`)
	p.wait(`document.body.dataset.ready === "` + screen + `"`)
}

func (p *tab) saw(what string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.wrong = append(p.wrong, what)
}

// do evaluates an expression, for what it does.
func (p *tab) do(expression string) {
	p.Helper()
	if _, err := chromedp.Run(p.Context, chromedp.Evaluate[bool](expression+"; true")); err != nil {
		p.Fatalf("%s: %v", expression, err)
	}
}

// wait waits until an expression is true.
func (p *tab) wait(expression string) {
	p.Helper()
	if _, err := chromedp.Run(p.Context, chromedp.Poll[bool]("Boolean("+expression+")", chromedp.WithPollingTimeout(time.Minute))); err != nil {
		shown, _ := chromedp.Run(p.Context, chromedp.Evaluate[string](`location.hash + " " + document.querySelector("main").innerText`))
		p.Fatalf("%s: %v\n%s", expression, err, shown)
	}
}

// keep writes what the page looks like into the folder that PAGE_SHOTS names, if it does.
func (p *tab) keep(name string) {
	p.Helper()
	folder := os.Getenv("PAGE_SHOTS")
	if folder == "" {
		return
	}
	picture, err := chromedp.Run(p.Context, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644)
	}
	if err != nil {
		p.Error(err)
	}
}

// done reports what the page did that it should not.
func (p *tab) done() {
	p.Helper()
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for _, what := range p.wrong {
		p.Error("the page made " + what)
	}
	p.wrong = nil
}

// Every screen opens in a real browser, and its gestures change the numbers to what the engine says. Nothing is asked of anywhere
// else, and nothing is logged.
func TestPageInABrowser(t *testing.T) {
	ctx, pages := browser(t)
	for from, url := range pages {
		for screen, steps := range screens {
			t.Run(from+"/"+screen, func(t *testing.T) {
				p := openTab(t, ctx, url+"#"+screen+"?lang=en", 1280, 720)
				for _, s := range steps {
					p.do(s.gesture)
					p.wait(s.holds)
				}
				p.do(`if (document.querySelector(".error")) throw new Error(document.querySelector(".error").textContent)`)
				p.keep(from + "-" + screen)
				p.done()
			})
		}
	}
}

// Every screen fits on a desk and on a phone, in both languages, dark, and for the back row, where the captions are away.
func TestPageFits(t *testing.T) {
	ctx, pages := browser(t)
	for name, look := range map[string]struct {
		width, height int64
		state         string
	}{
		"desk": {1280, 720, "lang=en&theme=light"}, "phone": {390, 844, "lang=en&theme=light"}, "dark": {1280, 720, "lang=en&theme=dark"}, "back": {1280, 720, "lang=en&theme=light&back=1"},
		"chinese": {1280, 720, "lang=zh&theme=light"}, "chinese-phone": {390, 844, "lang=zh&theme=dark"}, "predict": {1280, 720, "lang=en&theme=light&predict=1"},
	} {
		p := openTab(t, ctx, pages["served"], look.width, look.height)
		for screen := range screens {
			t.Run(screen+"/"+name, func(t *testing.T) {
				p.show(t, screen, look.state)
				p.keep(screen + "-" + name)
				p.wait(`document.documentElement.scrollWidth <= innerWidth`)
				switch name {
				case "back":
					p.wait(`[...document.querySelectorAll(".caption")].every((c) => c.offsetParent === null) && parseFloat(getComputedStyle(document.querySelector("main")).fontSize) > 24`)
				case "predict":
					p.wait(`[...document.querySelectorAll(".answer")].length > 0 && [...document.querySelectorAll(".answer")].every((a) => getComputedStyle(a).visibility === "hidden")`)
					p.do(`at(".reveal").click()`)
					p.wait(`[...document.querySelectorAll(".answer")].every((a) => getComputedStyle(a).visibility !== "hidden" || a.style.visibility)`)
				case "chinese":
					p.wait(`document.documentElement.lang === "zh-Hans" && /[\u4e00-\u9fff]/.test(document.querySelector("h2").textContent)`)
				}
				p.done()
			})
		}
	}
}

// The address holds the whole state: another tab that opens it shows the same.
func TestPageAddressHoldsTheState(t *testing.T) {
	ctx, pages := browser(t)
	p := openTab(t, ctx, pages["served"], 1280, 720)
	for screen, steps := range screens {
		t.Run(screen, func(t *testing.T) {
			p.show(t, screen, "lang=en")
			p.do(steps[len(steps)/2].gesture)
			p.wait(steps[len(steps)/2].holds)
			p.do(`globalThis.since = performance.now()`)
			p.wait(`performance.now() - since > 300`) // the address follows when the hand rests
			hash, err := chromedp.Run(p.Context, chromedp.Evaluate[string](`location.hash`))
			if err != nil {
				t.Fatal(err)
			}
			again := openTab(t, ctx, pages["served"]+hash, 1280, 720)
			again.wait(steps[len(steps)/2].holds)
			again.done()
		})
	}
}

// A picture and a network of one's own, and the camera, take the place of the page's; what is no picture is said to be none.
func TestPageTakesOnesOwn(t *testing.T) {
	ctx, pages := browser(t)
	give := func(p *tab, input, path string) {
		p.Helper()
		path, err := filepath.Abs(path)
		if err != nil {
			p.Fatal(err)
		}
		if err := chromedp.Do(p.Context, chromedp.SetUploadFiles(input, []string{path})); err != nil {
			p.Fatal(err)
		}
	}
	for from, url := range pages {
		for _, screen := range []string{"one", "taps", "faders", "reach", "stamps", "choose"} {
			t.Run(from+"/"+screen, func(t *testing.T) {
				p := openTab(t, ctx, url+"#"+screen+"?lang=en", 1280, 720)
				give(p, ".source input[type=file]", "../../configs/samples/drawing-star.png")
				p.wait(`location.hash.includes("picture=own") && at(".source select").value === "own"`)
				give(p, ".source input[type=file]", "serve.go")
				p.wait(`at(".error")?.textContent.includes("not a picture")`)
				p.done()
			})
		}
		t.Run(from+"/dropped", func(t *testing.T) {
			p := openTab(t, ctx, url+"#groups?lang=en", 1280, 720)
			p.do(`drop("nothing.onnx", "this is no model")`)
			p.wait(`location.hash.startsWith("#network") && at(".error")`)
			p.do(`location.hash = "#taps?lang=en"`)
			p.wait(`document.body.dataset.ready === "taps"`)
			p.do(`const c = document.createElement("canvas"); c.width = c.height = 64; c.getContext("2d").fillRect(8, 8, 20, 20); c.toBlob((b) => drop("drawn.png", b))`)
			p.wait(`location.hash.includes("picture=own")`)
			p.done()
		})
		t.Run(from+"/camera", func(t *testing.T) {
			p := openTab(t, ctx, url+"#one?lang=en", 1280, 720)
			p.do(`globalThis.before = at("#one-total").dataset.engine; press("camera")`)
			p.wait(`location.hash.includes("picture=own") && at("#one-total").dataset.engine !== before && near("#one-total", 1e-3)`)
			p.do(`press("stop")`)
			p.wait(`[...document.querySelectorAll("button")].some((b) => b.textContent === "camera")`)
			p.done()
		})
		t.Run(from+"/onnx", func(t *testing.T) {
			p := openTab(t, ctx, url+"#network?lang=en", 1280, 720)
			give(p, `input[accept=".onnx"]`, "../../configs/networks/filters.onnx")
			p.wait(`document.querySelectorAll(".column").length === 6 && location.hash.includes("net=file") && at("#command").textContent.includes("filters.onnx")`)
			p.do(`key(".column:nth-child(3) canvas", "Enter", 1)`)
			p.wait(`location.hash.includes("layer=edges.conv") && near("#one-total", 1e-3)`)
			p.do(`history.back()`)
			p.wait(`document.querySelectorAll(".column").length === 6`)
			give(p, `input[accept=".onnx"]`, "serve.go")
			p.wait(`at(".error")`)
			p.done()
		})
	}
}

// The command that a screen shows is one that convx carries out.
func TestPageShowsCommandsThatRun(t *testing.T) {
	ctx, pages := browser(t)
	folder := t.TempDir()
	for name, from := range map[string]string{"photo.png": "cat.png", "drawing.png": "drawing-7.png"} {
		data, err := os.ReadFile("../../configs/samples/" + from)
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name), data, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(folder)
	p := openTab(t, ctx, pages["served"], 1280, 720)
	for screen, more := range map[string][]string{
		"one": {"", "&weights=0+-1+0+-1+5+-1+0+-1+0", "&dilation=3&mode=reflect&padding=3", "&net=drawings&from=7&layer=conv2&channel=3", "&picture=drawing-7"}, "groups": {"", "&groups=1", "&groups=16", "&groups=separable"}, "stamps": {""},
		"reach": {"", "&stack=2.1+2.2+2.4&causal=1", "&stack=3.1+2.1.2"}, "taps": {"", "&taps=0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0", "&what=bins"}, "network": {"", "&net=filters&from=picture"}, "choose": {"&size=8&channels=16"},
	} {
		for _, state := range more {
			t.Run(screen+state, func(t *testing.T) {
				p.show(t, screen, "lang=en"+state)
				p.wait(`at("#command").textContent.startsWith("convx ")`)
				shown, err := chromedp.Run(p.Context, chromedp.Evaluate[string](`at("#command").textContent`))
				if err != nil {
					t.Fatal(err)
				}
				if _, errText, status := execute(t, words(shown)[1:]...); status != exitDone {
					t.Errorf("%s\nends with %d: %s", shown, status, errText)
				}
			})
		}
	}
}

// words cuts a line as a shell does: by spaces, but for those between quotes.
func words(line string) (list []string) {
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			list = append(list, part)
		} else {
			list = append(list, strings.Fields(part)...)
		}
	}
	return list
}

// dragging moves what a screen is about, a little every frame for two seconds: it counts the frames, and what the page's own
// code takes for one.
const dragging = `(async () => {
  const begin = performance.now(), lasts = [], took = [], request = requestAnimationFrame.bind(globalThis);
  let own = 0;
  globalThis.requestAnimationFrame = (f) => request((now) => { const from = performance.now(); f(now); own += performance.now() - from; });
  for (let last = begin; last - begin < 2000;) {
    const k = ((last - begin) % 1000) / 1000;
    const from = performance.now();
    MOVE;
    own += performance.now() - from;
    const now = await new Promise(request);
    lasts.push(now - last);
    took.push(own);
    own = 0;
    last = now;
  }
  const at = (list, share) => list.sort((a, b) => a - b)[Math.floor(list.length * share)];
  return [lasts.length / 2, at(lasts, 0.95), at(took, 0.5)];
})()`

// BenchmarkPage says how soon the page shows something and answers, and how many frames a second it paints while a hand drags.
func BenchmarkPage(b *testing.B) {
	ctx, pages := browser(b)
	moves := map[string]string{
		"one": `stroke("canvas.input", [[0.3 + k * 0.4, 0.5]])`, "reach": `stroke("canvas.input", [[0.3 + k * 0.4, 0.5]])`, "taps": `stroke("canvas.kernel", [[0.3 + k * 0.4, 0.4]])`,
		"faders": `slide("factor of map 3", k)`, "network": `stroke("canvas.input", [[0.3 + k * 0.4, 0.3 + 0.3 * k]])`, "stamps": `slide("kernel", 1 + Math.floor(k * 6))`, "groups": `slide("groups", Math.floor(k * 6))`,
	}
	for from, url := range pages {
		for screen, move := range moves {
			b.Run(from+"/"+screen, func(b *testing.B) {
				for range b.N {
					p := openTab(b, ctx, url+"#"+screen+"?lang=en", 1280, 720)
					opened, err := chromedp.Run(p.Context, chromedp.Evaluate[[]float64](`[performance.getEntriesByType("paint").at(-1).startTime, performance.getEntriesByName("ready")[0].startTime]`))
					if err != nil {
						b.Fatal(err)
					}
					frames, err := chromedp.Run(p.Context, chromedp.Evaluate[[]float64](strings.Replace(dragging, "MOVE", move, 1), chromedp.EvalAwaitPromise))
					if err != nil {
						b.Fatal(err)
					}
					p.done()
					b.ReportMetric(opened[0], "ms-to-paint")
					b.ReportMetric(opened[1], "ms-to-answer")
					b.ReportMetric(frames[0], "frames/s")
					b.ReportMetric(frames[1], "ms-p95-frame")
					b.ReportMetric(frames[2], "ms-script")
					b.ReportMetric(0, "ns/op")
				}
			})
		}
	}
}

// axe-core finds nothing serious on any screen, light or dark. AXE_FILE names axe.min.js, which .ci/run fetches.
func TestPageIsAccessible(t *testing.T) {
	path := os.Getenv("AXE_FILE")
	if path == "" {
		t.Skip("AXE_FILE names no axe.min.js: THE PAGE IS NOT TRIED BY AXE")
	}
	axe, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const serious = `axe.run(document, { resultTypes: ["violations"] }).then((r) => r.violations.filter((v) => v.impact === "serious" || v.impact === "critical")
		.map((v) => v.id + ": " + v.nodes.map((n) => n.html.slice(0, 120) + " " + n.any.map((a) => a.message).join("; ")).join(" | ")))`
	ctx, pages := browser(t)
	for screen := range screens {
		for _, look := range []string{"lang=en&theme=light", "lang=zh&theme=dark"} {
			t.Run(screen+"/"+look, func(t *testing.T) {
				p := openTab(t, ctx, pages["served"]+"#"+screen+"?"+look, 1280, 720)
				p.do(string(axe))
				found, err := chromedp.Run(p.Context, chromedp.Evaluate[[]string](serious, chromedp.EvalAwaitPromise))
				if err != nil {
					t.Fatal(err)
				}
				for _, what := range found {
					t.Error(what)
				}
			})
		}
	}
}
