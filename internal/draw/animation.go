package draw

const (
	// mostFrames bounds an animation that shows every frame.
	mostFrames = 150
	// stepRows are the rows of the output whose positions are shown one by one, fillFrames how many frames the rest takes.
	stepRows, fillFrames = 2, 16
)

// Animation lists the frames that an animation shows, in order. The window never jumps where it can be followed: all positions
// if they are few; else every position of a few rows, and then whole rows at a time, the last frame always.
func (f *Figure) Animation() []int {
	var list []int
	if f.frames <= mostFrames || f.columns == 0 {
		step := max(1, (f.frames+mostFrames-1)/mostFrames)
		for i := 0; i < f.frames; i += step {
			list = append(list, i)
		}
	} else {
		single := min(f.columns*stepRows, mostFrames)
		for i := range single {
			list = append(list, i)
		}
		rows := (f.frames-single)/f.columns + 1
		step := max(1, (rows+fillFrames-1)/fillFrames) * f.columns
		for i := single + f.columns - 1; i < f.frames; i += step {
			list = append(list, i)
		}
	}
	if last := f.frames - 1; list[len(list)-1] != last {
		list = append(list, last)
	}
	return list
}
