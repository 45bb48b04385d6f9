// Command page puts the page's files, its engine and the runtime that Go's distribution has for it into one HTML file.
//
// The modules import each other by paths; in one file each becomes a blob's URL, the imported before those that import them.
package main

import (
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"
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
	p := &packer{done: map[string]bool{}}
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
	if err := p.module(entry); err != nil {
		return err
	}
	modules, err := json.Marshal(p.modules)
	if err != nil {
		return err
	}
	text64 := base64.StdEncoding.EncodeToString
	html := strings.NewReplacer(
		`<meta charset="utf-8">`, `<meta charset="windows-1252">`,
		`<link rel="stylesheet" href="style.css">`, "<style>\n"+string(style)+"</style>",
		`<script type="module" src="app.mjs"></script>`, fmt.Sprintf(loader, raw(engine), text64(runtime), text64(modules)),
	).Replace(string(index))
	if i := strings.IndexFunc(string(index)+string(style), func(c rune) bool { return c > unicode.MaxASCII }); i >= 0 {
		return fmt.Errorf("index.html or style.css has a letter that is not ASCII: phrases belong in words.mjs")
	}
	return os.WriteFile(*out, []byte(html), 0o644)
}

// raw is bytes as text of windows-1252, in which every byte is a letter: base64 would take a third more. What the parser of
// HTML changes (NUL, CR) or acts upon ("<") stands behind "=", 64 higher, as in yEnc.
func raw(data []byte) string {
	text := make([]byte, 0, len(data)+len(data)/32)
	for _, b := range data {
		switch b {
		case 0, '\r', '<', '=':
			text = append(text, '=', b+64)
		default:
			text = append(text, b)
		}
	}
	return string(text)
}

// entry is the module that starts the page.
const entry = "app.mjs"

// module is a file of the page whose imports are written as "@NAME@".
type module struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// packer lists the modules, the imported before those that import them.
type packer struct {
	done    map[string]bool
	modules []module
}

var imports = regexp.MustCompile(`(from|import) "(\.[^"]+)"`)

func (p *packer) module(name string) error {
	if p.done[name] {
		return nil
	}
	p.done[name] = true
	text, err := os.ReadFile(filepath.Join(*site, filepath.FromSlash(name)))
	if err != nil {
		return err
	}
	var failed error
	text = imports.ReplaceAllFunc(text, func(m []byte) []byte {
		parts := imports.FindSubmatch(m)
		imported := path.Join(path.Dir(name), string(parts[2]))
		if err := p.module(imported); err != nil {
			failed = err
		}
		return fmt.Appendf(nil, `%s "@%s@"`, parts[1], imported)
	})
	p.modules = append(p.modules, module{name, string(text)})
	return failed
}

// loader starts the engine in a Worker and then the page. A question waits for the engine; answers come in order.
const loader = `<script type="application/octet-stream" id="engine">%s</script>
<script type="text/plain" id="runtime">%s</script>
<script type="text/plain" id="modules">%s</script>
<script type="module">
const text = (id) => document.getElementById(id).textContent;
const bytes = (id) => Uint8Array.from(atob(text(id)), (c) => c.charCodeAt(0));
const utf8 = (id) => new TextDecoder().decode(bytes(id));
const blob = (code) => URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
// The engine's letters of windows-1252 become bytes in the Worker, while the page is painted.
const glue = 'onmessage = async ({ data }) => { if (data.letters) { const bytes = decode(data.letters), go = new Go(); globalThis.convxReady = () => postMessage({ ready: true });' +
  ' const { instance } = await WebAssembly.instantiateStreaming(new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")), { headers: { "Content-Type": "application/wasm" } }), go.importObject); go.run(instance); return; }' +
  ' postMessage({ id: data.id, answer: convxAsk(data.question) }); };' +
  'function decode(letters) { const byte = new Uint8Array(65536), out = new Uint8Array(letters.length); let n = 0;' +
  ' new TextDecoder("windows-1252").decode(Uint8Array.from({ length: 256 }, (_, b) => b)).split("").forEach((c, b) => { byte[c.charCodeAt(0)] = b; });' +
  ' for (let i = 0; i < letters.length; i++) { const c = letters.charCodeAt(i); out[n++] = c === 61 ? byte[letters.charCodeAt(++i)] - 64 : byte[c]; } return out.subarray(0, n); }';
const worker = new Worker(blob(utf8("runtime") + "\n" + glue));
worker.postMessage({ letters: text("engine") });
const waiting = new Map();
let next = 0, ready;
const started = new Promise((go) => { ready = go; });
worker.onmessage = ({ data }) => { if (data.ready) return ready(); waiting.get(data.id)(JSON.parse(data.answer)); waiting.delete(data.id); };
globalThis.convxEngine = async (question) => { await started; return new Promise((done) => { waiting.set(++next, done); worker.postMessage({ id: next, question: JSON.stringify(question) }); }); };
const urls = {};
for (const { name, text } of JSON.parse(utf8("modules"))) urls[name] = blob(text.replace(/"@([^"@]+)@"/g, (_, n) => JSON.stringify(urls[n])));
await import(urls["app.mjs"]);
</script>`
