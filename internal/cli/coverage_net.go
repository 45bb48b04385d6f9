package cli

import (
	"context"
	"fmt"

	"convx/internal/answer"
	"convx/internal/draw"
	"convx/internal/feed"
	"convx/internal/layer"
	"convx/internal/operands"
)

// settleNet checks what coverage of a network is given: the layer, the picture, the file.
func (o *coverageOptions) settleNet(args []string, flags *layerFlags, dilations string) error {
	switch {
	case len(args) > 1:
		return usagef("%q and %q: the field of a network is shown on one picture", args[0], args[1])
	case len(args) == 1 && !looksLikeFile(args[0]):
		return usagef("%q and --net %s: give a variant or a network, not both", args[0], o.net.names[0])
	case dilations != "":
		return usagef("--dilations and --net: give one of them")
	case o.at == "":
		return usagef("--net %s: name the layer whose field is asked for with --at; convx shape --net %[1]s lists them", o.net.names[0])
	case o.output == "":
		return usagef("--net: the field is drawn on a picture: give -o FILE.png; convx shape --net %s prints the numbers", o.net.names[0])
	}
	for _, kv := range flags.given {
		if kv.Key != "input" {
			return usagef("--%s is for a layer: a network says it in its file; of the layer flags, --net reads -i", kv.Key)
		}
		if err := o.net.size(kv.Value); err != nil {
			return err
		}
	}
	o.picture = firstArg(args)
	return nil
}

// runCoverageNet draws what one output of a network's layer sees of a picture.
func runCoverageNet(ctx context.Context, o coverageOptions) error {
	r, err := o.net.one()
	if err != nil {
		return err
	}
	n, err := r.At(o.at)
	if err != nil {
		return usagef("--at %w; see convx shape --net %s", err, r.Graph.Name)
	}
	if len(r.Input) != 4 || len(n.Output) != 4 && !n.Field.Whole || len(n.Field.Size) != 2 && !n.Field.Whole {
		return usagef("--at %s: its field is not of a picture's two axes", o.at)
	}
	src, err := operands.OpenSource(operands.Origin{Path: o.picture, Stdin: o.In, MaxPixels: 1 << 26})
	if err != nil {
		return err
	}
	defer src.Close()
	if src.Pixels == nil {
		return usagef("%s is no picture: a field is shown on a PNG, JPEG or GIF", src.Name)
	}
	img, err := operands.ReadPicture(src)
	if err != nil {
		return err
	}
	fitted := feed.Fit(img, r.Input[3], r.Input[2], "crop")
	title := fmt.Sprintf("%s of %s, output %s", n.Node.Name, r.Graph.Name, layer.FormatShape(n.Output))
	if err := writeFile(ctx, o.Streams, o.output, []string{o.picture}, draw.FieldOn(fitted, n.Field, n.Output, title).Encode); err != nil {
		return err
	}
	o.sayf("wrote %q: what %s of %s sees of %s, cropped to %dx%d", o.output, n.Node.Name, r.Graph.Name, src.Name, r.Input[3], r.Input[2])
	return o.print(o.format, answer.FieldAt(r, n))
}
