package array

import (
	"math"

	"convx/internal/tensor"
)

// mvn walks the folded axes three times: for the means, the variances and the result.
func mvn[T tensor.Float](c *Call) {
	in := c.In[0]
	rank := len(in.Shape)
	folded := c.shape(rank)
	clear(folded)
	axes := c.ints("axes")
	if !c.has("axes") {
		axes = []int64{0, 2, 3}
	}
	n := 1
	for _, axis := range axes {
		folded[c.axis(tensor.Int(axis), rank)] = 1
	}
	for i, d := range in.Shape {
		if folded[i] == 0 {
			n *= d
		}
	}
	out, x := data[T](c, c.typed(0, in.Shape)), data[T](c, in)
	means, variances := make([]float64, n), make([]float64, n)
	count := float64(c.foldNest(in.Shape, folded))
	each := func(f func(group, element int)) {
		c.nest.rows(func(at [operands]int, count int, step [operands]int) {
			for i := range count {
				f(at[0]+i*step[0], at[1]+i*step[1])
			}
		})
	}
	each(func(g, i int) { means[g] += float64(x[i]) / count })
	each(func(g, i int) { d := float64(x[i]) - means[g]; variances[g] += d * d / count })
	each(func(g, i int) { out[i] = T((float64(x[i]) - means[g]) / (math.Sqrt(variances[g]) + 1e-9)) })
}

func lpNorm[T tensor.Float](c *Call) {
	in, p := c.In[0], c.int("p", 2)
	if p != 1 && p != 2 {
		c.refusef("p is %d, expected 1 or 2", p)
	}
	a := aroundAxis(in.Shape, c.attributeAxis(-1))
	out, x := data[T](c, c.typed(0, in.Shape)), data[T](c, in)
	a.lines(func(_, start int) {
		var sum float64
		for k := range a.n {
			v := math.Abs(float64(x[start+k*a.inner]))
			if p == 2 {
				v *= v
			}
			sum += v
		}
		if p == 2 {
			sum = math.Sqrt(sum)
		}
		for k := range a.n {
			at, v := start+k*a.inner, 0.0
			if sum != 0 {
				v = float64(x[at]) / sum
			}
			out[at] = T(v)
		}
	})
}

// lrn is local response normalization (Krizhevsky et al., 2012).
func lrn[T tensor.Float](c *Call) {
	in, size := c.In[0], c.int("size", 0)
	n, channels, _ := c.batched(in)
	if size < 1 {
		c.refusef("size is %d", size)
	}
	alpha, beta, bias := c.float("alpha", 1e-4), c.float("beta", 0.75), c.float("bias", 1)
	out, x := data[T](c, c.typed(0, in.Shape)), data[T](c, in)
	plane := sizeOf(in.Shape[2:])
	squares := resize(&c.sums, plane)
	for image := range n {
		for ch := range channels {
			clear(squares)
			for near := max(0, ch-(size-1)/2); near <= min(channels-1, ch+size/2); near++ {
				for i, v := range x[(image*channels+near)*plane:][:plane] {
					squares[i] += float64(v) * float64(v)
				}
			}
			at := (image*channels + ch) * plane
			for i, s := range squares {
				out[at+i] = T(float64(x[at+i]) * inversePower(bias+alpha/float64(size)*s, beta))
			}
		}
	}
}

// inversePower is base^-exponent, by roots where the exponent is 3/4, as it mostly is.
func inversePower(base, exponent float64) float64 {
	if exponent == 0.75 {
		root := math.Sqrt(base)
		return 1 / (root * math.Sqrt(root))
	}
	return math.Pow(base, -exponent)
}
