package output

import "context"

// Files are several outputs: none is in its place before all are complete.
type Files []*File

// CreateAll starts a file at each path, as Create does; none is left behind where one cannot be.
func CreateAll(ctx context.Context, paths []string, o Options) (Files, error) {
	var all Files
	for _, path := range paths {
		f, err := Create(ctx, path, o)
		if err != nil {
			all.Abort()
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

// Commit puts each file in its place.
func (fs Files) Commit() error {
	for _, f := range fs {
		if err := f.Commit(); err != nil {
			return err
		}
	}
	return nil
}

// Abort leaves what was there before at every path whose file is not in its place.
func (fs Files) Abort() {
	for _, f := range fs {
		f.Abort()
	}
}
