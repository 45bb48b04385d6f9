package settings

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"convx/configs"
)

// place runs a test in an empty folder with an empty configuration folder, and no CONVX_* variables.
func place(t *testing.T) (user string) {
	t.Helper()
	t.Chdir(t.TempDir())
	user = t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", user)
	for _, k := range Keys() {
		t.Setenv(k.Variable(), "")
	}
	t.Setenv("CONVX_CONFIG", "")
	return filepath.Join(user, "convx", "convx.yaml")
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func flags(t *testing.T, args ...string) *pflag.FlagSet {
	t.Helper()
	fs := pflag.NewFlagSet("test", pflag.ContinueOnError)
	for _, k := range Keys() {
		fs.String(k.Flag(), "unset", "")
	}
	if err := fs.Parse(args); err != nil {
		t.Fatal(err)
	}
	return fs
}

func TestEachSourceBeatsTheOneBefore(t *testing.T) {
	user := place(t)
	expect := func(file string, fs *pflag.FlagSet, text string, source Source, from string) {
		t.Helper()
		s, err := Load(file, fs)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(s.Values, func(v Value) bool { return v.Key == "threads" })
		if got, want := s.Values[i], (Value{"threads", text, source, from}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if get(s, "seed") != "0" {
			t.Errorf("seed = %q: a key that nobody set has changed", get(s, "seed"))
		}
	}
	expect("", flags(t), "0", Default, "default")
	write(t, user, "threads: 1\n")
	expect("", flags(t), "1", File, user)
	write(t, "convx.yaml", "threads: 2\n")
	expect("", flags(t), "2", File, "convx.yaml")
	write(t, "mine.yaml", "threads: 3\n")
	expect("mine.yaml", flags(t), "3", File, "mine.yaml")
	t.Setenv("CONVX_CONFIG", "mine.yaml")
	expect("", flags(t), "3", File, "mine.yaml")
	t.Setenv("CONVX_THREADS", "4")
	expect("mine.yaml", flags(t), "4", Variable, "CONVX_THREADS")
	expect("mine.yaml", flags(t, "--threads", "5"), "5", Flag, "--threads")
}

// Every key of the built-in file is a setting, every setting is in it, and each value passes its own check.
func TestEmbeddedDefaultsAreComplete(t *testing.T) {
	place(t)
	s, err := Load("", flags(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Values) != len(Keys()) {
		t.Fatalf("%d values for %d keys", len(s.Values), len(Keys()))
	}
	for _, v := range s.Values {
		if v.Text == "" && v.Key != "color" {
			t.Errorf("%s has no default", v.Key)
		}
	}
	path := filepath.Join(t.TempDir(), "convx.yaml")
	if err := os.WriteFile(path, []byte(configs.Settings), 0o600); err != nil {
		t.Fatal(err)
	}
	read, err := Load(path, flags(t))
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range read.Values {
		if v.Source != File || v.Text != s.Values[i].Text {
			t.Errorf("convx.yaml says %s: %q, and %q holds without it", v.Key, v.Text, s.Values[i].Text)
		}
	}
}

func TestFaultsNameKeyAndPlace(t *testing.T) {
	tests := []struct{ name, file, want string }{
		{"near", "treads: 1", `convx.yaml:1: unknown setting "treads": did you mean threads?`},
		{"far", "\nwombat: 1", `convx.yaml:2: unknown setting "wombat": settings are format, threads`},
		{"dash", "max-pixels: 1", `unknown setting "max-pixels": did you mean max_pixels?`},
		{"case", "Threads: 1", `unknown setting "Threads": did you mean threads?`},
		{"nested", "threads: {a: 1}", "convx.yaml:1: threads needs one value"},
		{"list", "format: [json]", "format needs one value"},
		{"empty", "seed:", "seed needs one value"},
		{"twice", "seed: 1\nseed: 2", "seed"},
		{"fraction", "threads: 2.7", `threads: "2.7" is not a whole number`},
		{"negative", "threads: -1", `threads: "-1" is not a whole number`},
		{"word", "dtype: float16", `dtype: "float16" is not one of float32, float64`},
		{"time", "min_time: 3", `min_time: "3" is not a time like 250ms`},
		{"list at the top", "- 1", "settings are lines of key: value"},
		{"brackets", strings.Repeat("[", 100000), "convx.yaml"},
		{"two faults", "a: 1\nzz: 2", `convx.yaml:2: unknown setting "zz"`},
		{"binary", "\x00\xff\xfe", `convx.yaml: it is no text in UTF-8`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			place(t)
			write(t, "convx.yaml", tt.file)
			_, err := Load("", flags(t))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestEmptyFilesChangeNothing(t *testing.T) {
	for _, text := range []string{"", "\n", "# only a comment\n", "---\n"} {
		place(t)
		write(t, "convx.yaml", text)
		if s, err := Load("", flags(t)); err != nil || get(s, "threads") != "0" {
			t.Errorf("%q: threads %q, %v", text, get(s, "threads"), err)
		}
	}
}

func TestMisspeltVariableIsAnError(t *testing.T) {
	place(t)
	t.Setenv("CONVX_TREADS", "1")
	if _, err := Load("", flags(t)); err == nil || !strings.Contains(err.Error(), "did you mean CONVX_THREADS?") {
		t.Errorf("got %v", err)
	}
}

func TestOtherVariablesAreListed(t *testing.T) {
	place(t)
	t.Setenv("CONVX_SOMETHING_ELSE", "1")
	if _, err := Load("", flags(t)); err == nil || !strings.Contains(err.Error(), "unknown setting CONVX_SOMETHING_ELSE") {
		t.Errorf("a variable that names no setting gave %v", err)
	}
}

// No file, however broken, may panic or hang; what is accepted gives every key a value that passes its check.
func FuzzFile(f *testing.F) {
	for _, text := range []string{"", "threads: 2", "a: &a [*a]", "? x\n: y", "threads: !!binary x", "<<: {threads: 1}", "threads: 2\n---\nseed: 1", "{", "\t", "seed: 0x10", "min_time: 1:30", "color: off"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "convx.yaml")
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
		s, err := Load(path, pflag.NewFlagSet("", pflag.ContinueOnError))
		if err != nil {
			return
		}
		for _, v := range s.Values {
			if k, ok := Named(v.Key); !ok || k.Check(v.Text) != nil {
				t.Errorf("%+v was accepted from %q", v, data)
			}
		}
	})
}

// get is the effective text of one setting.
func get(s Settings, key string) string {
	i := slices.IndexFunc(s.Values, func(v Value) bool { return v.Key == key })
	if i < 0 {
		return ""
	}
	return s.Values[i].Text
}

// Nobody asked by name for the file in the configuration folder: where another user's HOME is still set, it is none.
func TestUnreadableConfigurationFolder(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, file string){
		"a folder that leads nowhere": func(t *testing.T, file string) {
			loop := filepath.Dir(file)
			if err := os.Symlink(loop, loop); err != nil {
				t.Fatal(err)
			}
		},
		"a file of another user": func(t *testing.T, file string) {
			if os.Geteuid() == 0 {
				t.Skip("root reads every file")
			}
			write(t, file, "threads: 7\n")
			if err := os.Chmod(file, 0); err != nil {
				t.Fatal(err)
			}
		},
		"a folder of another user": func(t *testing.T, file string) {
			if os.Geteuid() == 0 {
				t.Skip("root reads every folder")
			}
			write(t, file, "threads: 7\n")
			if err := os.Chmod(filepath.Dir(file), 0); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			file := place(t)
			spoil(t, file)
			if s, err := Load("", flags(t)); err != nil || s.Path != "" {
				t.Errorf("read %q, %v", s.Path, err)
			}
			if _, err := Load(file, flags(t)); err == nil {
				t.Error("asked for by name, it was read")
			}
			if err := os.Symlink("convx.yaml", "convx.yaml"); err != nil {
				t.Fatal(err)
			}
			if _, err := Load("", flags(t)); err == nil {
				t.Error("./convx.yaml that cannot be read was passed over")
			}
		})
	}
}
