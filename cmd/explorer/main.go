//go:build js

// Command explorer is the page's engine in a browser: compiled to js/wasm, it runs in a Worker and answers the page's
// questions without a server. `make page` builds it into one HTML file.
package main

import (
	"context"
	"syscall/js"

	"convx/internal/page"
)

func main() {
	engine := page.New()
	js.Global().Set("convxAsk", js.FuncOf(func(_ js.Value, args []js.Value) any {
		return string(engine.Reply(context.Background(), []byte(args[0].String())))
	}))
	js.Global().Get("convxReady").Invoke()
	select {} // the Worker lives as long as its page
}
