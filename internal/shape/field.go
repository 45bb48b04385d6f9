package shape

import (
	"math"

	"convx/internal/layer"
)

// Field is a receptive field: what part of the layer's input one output position can see, in input pixels, per spatial
// axis, on a plane without borders. Where outputs differ (upsampling), Size is the most that one sees, and Least the least.
// The first output's window starts at Start (negative: padding); neighbours are Jump pixels apart. See Araujo, Norris & Sim
// 2019, Computing Receptive Fields of Convolutional Neural Networks.
type Field struct {
	Size, Least, Jump, Start []float64
	// Variance is that of where an output's influence comes from, in pixels squared, if every tap weighs the same: see
	// Effective.
	Variance []float64
	// Whole says that every output sees the whole plane: after global pooling, a linear layer, RoI pooling.
	Whole bool
	// Local is what outputs that see the whole by a path beside (a gate's) see without it; nil if there is no other path.
	Local *Field
	// Unaligned says that branches were joined whose windows match up in no phase.
	Unaligned bool
	axes      []Axis
}

// FieldOf puts together the fields along the spatial axes.
func FieldOf(axes ...Axis) Field {
	n := len(axes)
	all := make([]float64, 5*n)
	cut := func(i int) []float64 { return all[i*n : (i+1)*n : (i+1)*n] }
	f := Field{Size: cut(0), Least: cut(1), Jump: cut(2), Start: cut(3), Variance: cut(4), Whole: n > 0, axes: axes}
	for i, a := range axes {
		f.Size[i], f.Least[i] = a.sizes()
		f.Start[i], _ = a.first()
		f.Jump[i], f.Variance[i] = a.step(), a.variance
		f.Whole, f.Unaligned = f.Whole && a.Whole, f.Unaligned || a.Unaligned
	}
	if f.Whole && axes[0].local != nil {
		f.Local = localOf(axes)
	}
	return f
}

// Window is the field along paths on which positions keep their place: all of it, or Local; false if there is none.
func (f Field) Window() (Field, bool) {
	if f.Local != nil {
		return *f.Local, true
	}
	return f, !f.Whole && len(f.Size) > 0
}

// localOf is the field along the other paths; nil if some axis has none.
func localOf(axes []Axis) *Field {
	local := make([]Axis, len(axes))
	for i, a := range axes {
		if a.local == nil {
			return nil
		}
		local[i] = *a.local
	}
	return ptr(FieldOf(local...))
}

// Start is the field of the input itself.
func Start(dims int) Field {
	axes := make([]Axis, dims)
	for i := range axes {
		axes[i] = AxisStart()
	}
	return FieldOf(axes...)
}

// Effective estimates how much of the field matters, in pixels per axis: influence falls off as a Gaussian from the
// centre, and 95% of it lies within two standard deviations either way. Layers add variances: K taps of equal weight,
// d*j pixels apart, have (d*j)^2 * (K^2-1)/12; branches that meet are taken to weigh the same. Never more than Size. See
// Luo, Li, Urtasun & Zemel 2016, Understanding the Effective Receptive Field in Deep Convolutional Neural Networks.
func (f Field) Effective() []float64 {
	e := make([]float64, len(f.Size))
	for i, v := range f.Variance {
		e[i] = min(f.Size[i], max(1, 4*math.Sqrt(v)))
	}
	return e
}

// Center is the input coordinate in the middle of the first output's field.
func (f Field) Center() []float64 {
	c := make([]float64, len(f.axes))
	for i, a := range f.axes {
		c[i] = a.center()
	}
	return c
}

// OfField gives the field of a stage's output from the fields of its inputs; st is the stage's shape.
func OfField(op layer.Op, st Stage, in []Field) Field {
	axes := append([]Axis{}, in[0].axes...)
	for i, r := range Reaches(op, st) {
		if i < len(axes) {
			axes[i] = axes[i].Along(r)
		}
	}
	f := FieldOf(axes...)
	if op.Kind().Joins() {
		for _, g := range in[1:] {
			f = f.Join(g)
		}
	}
	if seesAll(op) { // a linear layer reads a plane that has no axes any more
		for i := range axes {
			axes[i].Whole, axes[i].local = true, nil
		}
		f = FieldOf(axes...)
	}
	return f
}

func seesAll(op layer.Op) bool {
	switch op := op.(type) {
	case layer.Linear, layer.ROIPool:
		return true
	case layer.Pool:
		return op.Global
	}
	return false
}

// Join is the field of two branches that meet: what either sees.
func (f Field) Join(g Field) Field {
	axes := make([]Axis, len(f.axes))
	for i := range axes {
		axes[i] = f.axes[i].Join(g.axes[i])
	}
	return FieldOf(axes...)
}
