package page

import (
	"context"
	"encoding/base64"

	"convx/configs"
	"convx/internal/layer"
)

// sample is an embedded picture as a data URL: "cat", "drawing-star".
func sample(_ context.Context, request []byte) (any, error) {
	q, err := read[struct{ Name string }](request)
	if err != nil {
		return nil, err
	}
	data, err := configs.Samples.ReadFile("samples/" + q.Name + ".png")
	if err != nil {
		return nil, layer.Errorf("unknown sample %q", q.Name)
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(data), nil
}
