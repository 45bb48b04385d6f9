package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"convx/internal/lang"
	"convx/internal/page"
	"convx/internal/terminal"
)

type serveOptions struct {
	Streams
	port int
	open bool
}

func newServe(s Streams, run func(context.Context, serveOptions) error) *cobra.Command {
	o := serveOptions{Streams: s}
	cmd := &cobra.Command{
		Use: "serve",
		Long: `serve answers the page on this machine alone (127.0.0.1) until it is interrupted. The page asks the same engine as every other
command, and shows the command that asks the same. It reads no file by name, and nothing is loaded from elsewhere.`,
		Example: strings.Trim(`
  convx serve
  convx serve --open
  convx serve --port 8000`, "\n"),
		Args: argsUpTo(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if o.port < 0 || o.port > 65535 {
				return usagef("--port %d: give a port from 0 to 65535; 0 takes a free one", o.port)
			}
			return run(c.Context(), o)
		},
	}
	cmd.Flags().IntVar(&o.port, "port", 0, "answer on port `N`; 0 takes a free one")
	cmd.Flags().BoolVar(&o.open, "open", false, "start the browser")
	return cmd
}

func runServe(ctx context.Context, o serveOptions) error {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(o.port)))
	if err != nil {
		return lang.Errorf("listening on port %d: %w", o.port, errors.Unwrap(err))
	}
	server := &http.Server{Handler: pageHandler(l.Addr().String()), ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	address := "http://" + l.Addr().String() + "/"
	fmt.Fprintln(o.Out, address)
	o.sayf("serving the page until interrupted (Ctrl-C)")
	if o.open {
		if err := terminal.Browse(address); err != nil {
			o.sayf("starting the browser: %v; open %s", err, address)
		}
	}
	lang.Use(lang.English) // the page translates what it is answered
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return lang.Errorf("serving the page: %w", err)
	case <-ctx.Done():
		server.Close()
		return nil
	}
}

// policy lets the page load its own files and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// pageHandler serves the page's files, and its questions to the page itself alone: another site's script could reach this
// machine by its address, or by a name that it makes point here.
func pageHandler(address string) http.Handler {
	_, port, _ := net.SplitHostPort(address)
	hosts := []string{address, "localhost:" + port}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(page.Site()))
	engine := page.New()
	one := make(chan struct{}, 1) // a question at a time: each uses every core
	mux.HandleFunc("POST /ask", func(w http.ResponseWriter, r *http.Request) {
		request, err := io.ReadAll(http.MaxBytesReader(w, r.Body, page.MaxRequest))
		if err != nil {
			http.Error(w, lang.Text("the request is larger than a page's"), http.StatusRequestEntityTooLarge)
			return
		}
		select {
		case one <- struct{}{}:
			defer func() { <-one }()
		case <-r.Context().Done():
			return
		}
		answer := engine.Reply(r.Context(), request)
		w.Header().Set("Content-Type", "application/json")
		w.Write(answer)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		if !slices.Contains(hosts, r.Host) || origin != "" && !slices.Contains(hosts, strings.TrimPrefix(origin, "http://")) {
			http.Error(w, "convx serve answers its own page alone", http.StatusForbidden)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-cache")
		mux.ServeHTTP(w, r)
	})
}
