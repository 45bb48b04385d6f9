package cli

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"convx/internal/page"
)

// servePage serves the page as convx serve does.
func servePage(t testing.TB) string {
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
