package network

import (
	"path"
	"slices"
	"strings"

	"convx/configs"
	"convx/internal/lang"
	"convx/internal/layer"
)

// Names lists the embedded networks, sorted: those that are network files and those that are ONNX models with weights.
func Names() []string {
	return slices.Sorted(slices.Values(slices.Concat(configs.NetworkNames(), configs.ModelNames())))
}

// Source is the file of an embedded network.
func Source(name string) ([]byte, error) {
	data, ok := configs.Network(name)
	if !ok {
		data, ok = configs.Model(name)
	}
	if !ok {
		e := layer.Errorf("unknown network %q", name)
		if near := similar(name); len(near) > 0 {
			return nil, e.Hint(lang.Sprintf("did you mean %s?", lang.List(near)))
		}
		return nil, e.Hint(lang.Sprintf("networks are %s, or give a file, like ./net.yaml", lang.List(Names())))
	}
	return data, nil
}

// similar lists the networks that a mistyped name, or the beginning of one, may stand for.
func similar(name string) []string {
	name = strings.ToLower(name)
	if near := layer.Nearest(name, Names()); near != "" {
		return []string{near}
	}
	return slices.DeleteFunc(Names(), func(n string) bool { return name == "" || !strings.HasPrefix(n, name) })
}

// Named reads an embedded network that is a network file. The error for a name that there is not is a *layer.Error.
func Named(name string) (*Graph, error) {
	data, err := Source(name)
	if err != nil {
		return nil, err
	}
	return Parse(name+".yaml", data)
}

// Open reads an embedded network or a network file: a name with a dot or a slash in it is a file's.
func Open(name string) (*Graph, error) {
	if !strings.ContainsAny(name, "./\\") {
		return Named(name)
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".yaml", ".yml":
		return ReadFile(name)
	default:
		return nil, lang.Errorf("reading %q: a network file ends in .yaml or .yml, a model in .onnx", name)
	}
}
