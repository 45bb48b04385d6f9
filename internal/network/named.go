package network

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"convx/configs"
	"convx/internal/layer"
)

// Names lists the embedded networks, sorted.
func Names() []string {
	entries, err := configs.Networks.ReadDir("networks")
	if err != nil {
		panic(err) // the folder is embedded
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), ".yaml")
	}
	slices.Sort(names)
	return names
}

// Source is the file of an embedded network.
func Source(name string) ([]byte, error) {
	data, err := configs.Networks.ReadFile(path.Join("networks", name+".yaml"))
	if err != nil {
		e := layer.Errorf("unknown network %q", name)
		if near := layer.Nearest(name, Names()); near != "" {
			return nil, e.Hint("did you mean " + near + "?")
		}
		return nil, e.Hint("networks are " + strings.Join(Names(), ", ")).Hint("give a file, like ./net.yaml")
	}
	return data, nil
}

// Named reads an embedded network. The error for a name that there is not is a *layer.Error.
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
	switch ext := strings.ToLower(path.Ext(name)); ext {
	case ".yaml", ".yml":
		return ReadFile(name)
	default:
		return nil, fmt.Errorf("reading %q: a network file ends in .yaml or .yml, not %q", name, ext)
	}
}
