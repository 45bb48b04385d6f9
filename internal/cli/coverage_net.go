package cli

import (
	"context"

	"convx/internal/answer"
	"convx/internal/draw"
	"convx/internal/field"
	"convx/internal/lang"
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

// runCoverageNet draws what the middle of a network's layer sees of a picture.
func runCoverageNet(ctx context.Context, o coverageOptions) error {
	name, err := o.net.only()
	if err != nil {
		return err
	}
	q := field.Question{Network: name, Options: o.net.Options, At: o.at, As: o.feed.as(), Weights: o.weights, Seed: o.seed, MaxBytes: freeMemory()}
	if err := q.Check(); err != nil {
		return err
	}
	src, err := operands.OpenSource(operands.Origin{Path: o.picture, Stdin: o.In, MaxPixels: 1 << 26, Orient: true})
	if err != nil {
		return err
	}
	defer src.Close()
	if src.Pixels == nil {
		return usagef("%s is no picture: a field is shown on a PNG, JPEG or GIF", src.Name)
	}
	if q.Image, err = operands.ReadPicture(src); err != nil {
		return err
	}
	var seen field.Answer
	err = o.attend(ctx, func(stage func(string)) (err error) {
		seen, err = field.Of(ctx, q, stage)
		return err
	})
	if err != nil {
		return err
	}
	at, net := seen.Layer, seen.Network.Graph.Name
	title := lang.Sprintf("%s of %s, output %s", at.Node.Name, net, layer.FormatShape(at.Output))
	drawn := draw.FieldOn(seen.Image, at.Field, at.Output, seen.Effect, title, o.look.For)
	if err := writeFile(ctx, o.Streams, o.output, []string{o.picture}, o.drawn(drawn)); err != nil {
		return err
	}
	for _, line := range seen.Origins {
		o.sayf("%s", line)
	}
	if seen.Why != nil {
		o.warnf("the effective field is an estimate, as if all weights were alike: %v", seen.Why)
	}
	o.sayf("wrote %q: what %s of %s sees of %s", o.output, at.Node.Name, net, src.Name)
	return o.print(o.format, answer.FieldAt(seen.Network, at, seen.Effect))
}
