// Command page puts the page's files, its engine and the runtime that Go's distribution has for it into one HTML file.
//
// The modules import each other by paths; in one file each becomes a data URL, the imported before those that import them.
package main

import (
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	site = flag.String("site", "internal/page/site", "the page's `FOLDER`")
	wasm = flag.String("wasm", "", "the engine, compressed with gzip")
	exec = flag.String("exec", "", "wasm_exec.js of Go's distribution")
	out  = flag.String("out", "dist/explorer.html", "the `FILE` to write")
)

func main() {
	flag.Parse()
	if err := build(); err != nil {
		fmt.Fprintln(os.Stderr, "page:", err)
		os.Exit(1)
	}
}

func build() error {
	p := &packer{urls: map[string]string{}}
	index, err := os.ReadFile(filepath.Join(*site, "index.html"))
	if err != nil {
		return err
	}
	style, err := os.ReadFile(filepath.Join(*site, "style.css"))
	if err != nil {
		return err
	}
	engine, err := os.ReadFile(*wasm)
	if err != nil {
		return err
	}
	runtime, err := os.ReadFile(*exec)
	if err != nil {
		return err
	}
	app, err := p.module("app.mjs")
	if err != nil {
		return err
	}
	html := strings.NewReplacer(
		`<link rel="stylesheet" href="style.css">`, "<style>\n"+string(style)+"</style>",
		`<script type="module" src="app.mjs"></script>`, fmt.Sprintf(loader, base64.StdEncoding.EncodeToString(engine), base64.StdEncoding.EncodeToString(runtime), app),
	).Replace(string(index))
	return os.WriteFile(*out, []byte(html), 0o644)
}

// packer makes a data URL of each module, once.
type packer struct{ urls map[string]string }

var imports = regexp.MustCompile(`(from|import) "(\.[^"]+)"`)

func (p *packer) module(name string) (string, error) {
	if url, done := p.urls[name]; done {
		return url, nil
	}
	text, err := os.ReadFile(filepath.Join(*site, filepath.FromSlash(name)))
	if err != nil {
		return "", err
	}
	var failed error
	text = imports.ReplaceAllFunc(text, func(m []byte) []byte {
		parts := imports.FindSubmatch(m)
		url, err := p.module(path.Join(path.Dir(name), string(parts[2])))
		if err != nil {
			failed = err
		}
		return []byte(string(parts[1]) + ` "` + url + `"`)
	})
	p.urls[name] = "data:text/javascript;base64," + base64.StdEncoding.EncodeToString(text)
	return p.urls[name], failed
}

// loader starts the engine in a Worker and then the page. A question waits for the engine; answers come in order.
const loader = `<script type="application/octet-stream" id="engine">%s</script>
<script type="text/plain" id="runtime">%s</script>
<script type="module">
const bytes = (id) => Uint8Array.from(atob(document.getElementById(id).textContent), (c) => c.charCodeAt(0));
const glue = 'onmessage = async ({ data }) => { if (data.wasm) { const go = new Go(); globalThis.convxReady = () => postMessage({ ready: true });' +
  ' const stream = new Blob([data.wasm]).stream().pipeThrough(new DecompressionStream("gzip"));' +
  ' const { instance } = await WebAssembly.instantiate(await new Response(stream).arrayBuffer(), go.importObject); go.run(instance); return; }' +
  ' postMessage({ id: data.id, answer: convxAsk(data.question) }); };';
const worker = new Worker(URL.createObjectURL(new Blob([new TextDecoder().decode(bytes("runtime")), "\n", glue], { type: "text/javascript" })));
const waiting = new Map();
let next = 0, ready;
const started = new Promise((go) => { ready = go; });
worker.onmessage = ({ data }) => { if (data.ready) return ready(); waiting.get(data.id)(JSON.parse(data.answer)); waiting.delete(data.id); };
const wasm = bytes("engine");
worker.postMessage({ wasm }, [wasm.buffer]);
globalThis.convxEngine = async (question) => { await started; return new Promise((done) => { waiting.set(++next, done); worker.postMessage({ id: next, question: JSON.stringify(question) }); }); };
await import("%s");
</script>`
