package cli

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"convx/internal/page"
)

// servePage serves the page as convx serve does.
func servePage(t *testing.T) string {
	t.Helper()
	var h http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	h = pageHandler(server.Listener.Addr().String())
	return server.URL
}

// The command line, the server and the engine give one answer.
func TestServedAnswersAreTheCommands(t *testing.T) {
	const question = `{"ask":"shape","variant":"dilated","layer":{"input":"64x56x56","kernel":"3","dilation":"4","padding":"same"}}`
	out, errText, status := execute(t, "shape", "dilated", "-i", "64x56x56", "-k", "3", "-d", "4", "-p", "same", "-f", "json")
	if status != exitDone {
		t.Fatal(errText)
	}
	response, err := http.Post(servePage(t)+"/ask", "application/json", strings.NewReader(question))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	served, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	direct, err := json.Marshal(page.New().Ask(context.Background(), []byte(question)))
	if err != nil {
		t.Fatal(err)
	}
	var a, b struct{ Result any }
	var c any
	for _, decode := range []struct {
		text string
		to   any
	}{{string(served), &a}, {string(direct), &b}, {out, &c}} {
		if err := json.Unmarshal([]byte(decode.text), decode.to); err != nil {
			t.Fatal(err)
		}
	}
	if !reflect.DeepEqual(a, b) || !reflect.DeepEqual(a.Result, c) {
		t.Errorf("served  %s\ndirect  %s\nprinted %s", served, direct, out)
	}
}

// Another site's script, or another name for this machine, gets nothing.
func TestServeAnswersItsOwnPageAlone(t *testing.T) {
	url := servePage(t)
	for name, change := range map[string]func(*http.Request){
		"another origin": func(r *http.Request) { r.Header.Set("Origin", "http://example.com") },
		"another host":   func(r *http.Request) { r.Host = "example.com" },
		"its own":        func(r *http.Request) { r.Header.Set("Origin", url) },
	} {
		r, err := http.NewRequest(http.MethodPost, url+"/ask", strings.NewReader(`{"ask":"variants"}`))
		if err != nil {
			t.Fatal(err)
		}
		change(r)
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if answered := response.StatusCode == http.StatusOK; answered != (name == "its own") {
			t.Errorf("%s: status %d", name, response.StatusCode)
		}
	}
}

// gestures are the main gesture of each screen, and an expression that is true after it: the page shows what the engine says.
var gestures = map[string]struct{ gesture, holds string }{
	"one": {
		`document.querySelector("canvas.input").focus(); for (let i = 0; i < 5; i++) document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true}))`,
		`Math.abs(document.querySelector("#one-total").textContent - document.querySelector("#one-total").dataset.engine) < 0.01 && location.hash.includes("x=65")`,
	},
	"groups": {`slide("groups", 2)`, `document.querySelector("#groups-bars").dataset.macs === "1806336"`},
	"stamps": {`slide("kernel", 4)`, `document.querySelector("#stamps-verdict").dataset.even === "true"`},
	"reach":  {`[...document.querySelectorAll("button")].find((b) => b.textContent === "WaveNet").click()`, `document.querySelector("#reach-size").dataset.size === "16"`},
	"choose": {`slide("channels", 2)`, `document.querySelector("[data-variant=standard]")?.dataset.macs === String(32 * 32 * 9 * 28 * 28)`},
}

const slide = `globalThis.slide = (label, v) => { const e = document.querySelector('input[aria-label="' + label + '"]'); e.value = v; e.dispatchEvent(new Event("input")); }; true`

// Every screen opens in a real browser, and its main gesture changes the numbers; from the server and, where PAGE_FILE names
// it, from the single file that make page builds. Nothing is asked of anywhere else and no error is logged.
func TestPageInABrowser(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium: THE PAGE IS NOT TESTED IN A BROWSER")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser), chromedp.NoSandbox, chromedp.WindowSize(1280, 720))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	defer cancel()
	pages := map[string]string{"served": servePage(t) + "/"}
	if file := os.Getenv("PAGE_FILE"); file != "" {
		pages["file"] = "file://" + file
	}
	for from, url := range pages {
		for screen, g := range gestures {
			t.Run(from+"/"+screen, func(t *testing.T) { tryScreen(t, ctx, url+"#"+screen+"?lang=en", screen, g.gesture, g.holds) })
		}
	}
}

func tryScreen(t *testing.T, ctx context.Context, url, screen, gesture, holds string) {
	ctx, cancel := chromedp.NewContext(ctx)
	defer cancel()
	var mutex sync.Mutex
	var seen []string
	err := chromedp.Listen(ctx, func(e any) {
		mutex.Lock()
		defer mutex.Unlock()
		switch e := e.(type) {
		case *runtime.EventExceptionThrown:
			seen = append(seen, "an exception: "+e.ExceptionDetails.Text)
		case *network.EventRequestWillBeSent:
			if from, _, _ := strings.Cut(url, "#"); !strings.HasPrefix(e.Request.URL, from) && !strings.HasPrefix(e.Request.URL, "data:") && !strings.HasPrefix(e.Request.URL, "blob:") {
				seen = append(seen, "a request to "+e.Request.URL)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	limited, stop := context.WithTimeout(ctx, 2*time.Minute)
	defer stop()
	if err := chromedp.Do(limited, chromedp.Navigate(url)); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		expression string
		action     func(string) chromedp.Action[bool]
	}{
		{`document.body.dataset.ready === "` + screen + `"`, func(e string) chromedp.Action[bool] { return chromedp.Poll[bool](e) }},
		{slide, func(e string) chromedp.Action[bool] { return chromedp.Evaluate[bool](e) }},
		{gesture + "; true", func(e string) chromedp.Action[bool] { return chromedp.Evaluate[bool](e) }},
		{holds, func(e string) chromedp.Action[bool] { return chromedp.Poll[bool](e) }},
	} {
		if _, err := chromedp.Run(limited, step.action(step.expression)); err != nil {
			t.Fatalf("%s: %v", step.expression, err)
		}
	}
	mutex.Lock()
	defer mutex.Unlock()
	for _, what := range seen {
		t.Error("the page made " + what)
	}
}
