//go:build js && wasm

// Command explorer is the page's engine in a browser: compiled to js/wasm, it runs in a Worker and answers the page's
// questions without a server. `make page` builds it into one HTML file.
package main

import (
	"context"
	"encoding/json"
	"syscall/js"

	"convx/internal/page"
)

func main() {
	js.Global().Set("convxAsk", js.FuncOf(func(_ js.Value, args []js.Value) any {
		answer, err := json.Marshal(page.Ask(context.Background(), []byte(args[0].String())))
		if err != nil {
			return `{"error":"the answer is not JSON"}`
		}
		return string(answer)
	}))
	js.Global().Get("convxReady").Invoke()
	select {} // the Worker lives as long as its page
}
