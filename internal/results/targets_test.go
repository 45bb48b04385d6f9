package results

import (
	"bytes"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"convx/internal/infer"
	"convx/internal/output"
	"convx/internal/picture"
	"convx/internal/tensor"
)

// What a file holds is read off its name; a network's results can go into a folder, and what no name says is refused.
func TestKindsByName(t *testing.T) {
	folder := t.TempDir()
	for _, c := range []struct {
		path           string
		layer, network Kind // -1 is refused
	}{
		{"y.npy", NPY, NPY}, {"Y.NPZ", NPZ, NPZ}, {"a/y.png", PNG, PNG}, {"-", NPY, NPY},
		{"maps/", -1, Folder}, {folder, -1, Folder}, {"y.jpg", -1, -1}, {"y", -1, -1},
	} {
		for name, f := range map[string]func([]string) (Targets, error){"layer": ForLayer, "network": ForNetwork} {
			want := map[string]Kind{"layer": c.layer, "network": c.network}[name]
			all, err := f([]string{"", c.path})
			switch {
			case want < 0 && (err == nil || !strings.Contains(err.Error(), "-o \""+c.path+"\"")):
				t.Errorf("%s: %q: %v, %v", name, c.path, all, err)
			case want >= 0 && (err != nil || len(all) != 1 || all[0].Kind != want):
				t.Errorf("%s: %q: %v, %v", name, c.path, all, err)
			}
		}
	}
}

func array(shape ...int) *tensor.Array {
	t := tensor.New[float32](shape...)
	for i := range t.Data { // values that a picture shows
		t.Data[i] = float32(i)
	}
	return tensor.FromTensor(t)
}

// Results go into a folder under numbers and names that a file can have; what is no picture is left out of pictures, and said.
func TestFolder(t *testing.T) {
	n := Network{As: "png", Results: []infer.Named{
		{Name: "block/conv:0", Array: array(1, 2, 4, 4)}, {Name: "../..", Array: array(1, 3, 2, 2)}, {Name: "volume", Array: array(1, 2, 3, 2, 2)}, {Name: "six", Array: array(1, 1, 1, 1, 2, 2)},
	}}
	for as, want := range map[string][]string{
		"png": {"000-block_conv_0.png", "001-.png", "002-volume.png"}, "npy": {"000-block_conv_0.npy", "001-.npy", "002-volume.npy", "003-six.npy"},
	} {
		folder := filepath.Join(t.TempDir(), "maps")
		n.As = as
		notes, err := n.Write(t.Context(), Targets{{Path: folder, Kind: Folder}}, func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		files, _ := os.ReadDir(folder)
		for _, f := range files {
			names = append(names, f.Name())
		}
		if !slices.Equal(names, want) || (len(notes) == 2) != (as == "png") {
			t.Errorf("as %s: %v, want %v; %q", as, names, want, notes)
		}
	}
}

// Of a volume every plane is a map: those of a channel that is asked for, and of no other.
func TestVolume(t *testing.T) {
	size := func(channels ...int) int {
		var out bytes.Buffer
		n := Network{Results: []infer.Named{{Name: "volume", Array: array(1, 3, 2, 4, 4)}}, Show: picture.MapOptions{Channels: channels}}
		if err := n.sheet(&out, "y.png", n.Results[0]); err != nil {
			t.Fatal(err)
		}
		c, err := png.DecodeConfig(&out)
		if err != nil {
			t.Fatal(err)
		}
		return c.Width * c.Height
	}
	if one, all := size(2), size(); one >= all {
		t.Errorf("a channel takes %d pixels, all three %d", one, all)
	}
	n := Network{Results: []infer.Named{{Name: "volume", Array: array(1, 3, 2, 4, 4)}}, Show: picture.MapOptions{Channels: []int{3}}}
	if err := n.sheet(io.Discard, "y.png", n.Results[0]); err == nil || !strings.Contains(err.Error(), "volume has 3, counted from 0") {
		t.Errorf("channel 3: %v", err)
	}
}

// A file of one result refuses several, and says what takes them.
func TestOneResultAFile(t *testing.T) {
	var out bytes.Buffer
	ts := Targets{{Path: "-", Kind: NPY}}
	files, err := ts.Create(t.Context(), output.Options{Stdout: &out})
	if err != nil {
		t.Fatal(err)
	}
	defer files.Abort()
	two := []infer.Named{{Name: "a", Array: array(2)}, {Name: "b", Array: array(3)}}
	if _, err := (Network{Results: two}).Write(t.Context(), ts, func(string) {}); err == nil || !strings.Contains(err.Error(), "there are 2") {
		t.Errorf("%v", err)
	}
	if _, err := (Network{Results: two[:1]}).Write(t.Context(), ts, func(string) {}); err != nil || !bytes.HasPrefix(out.Bytes(), []byte("\x93NUMPY")) {
		t.Errorf("%v: %q", err, out.Bytes())
	}
}
