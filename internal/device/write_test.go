package device

import (
	"bytes"
	"reflect"
	"testing"

	"convx/configs"
	"convx/internal/flops"
)

// What is written reads back as it was: every built-in device, and a measured machine with an odd name.
func TestWriteReadsBack(t *testing.T) {
	all := []Device{Measured("a \"CPU\": 3.2 GHz \\ # x", 4, 321.5, 23.25, 1<<30), Measured("b", 1, 0.001, 1e-3, 0)}
	for _, name := range configs.DeviceNames() {
		d, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		d.Name = ""
		all = append(all, d)
	}
	for _, d := range all {
		var b bytes.Buffer
		if err := d.Write(&b); err != nil {
			t.Fatal(err)
		}
		got, err := Parse("", b.Bytes())
		if err != nil || !reflect.DeepEqual(got, d) {
			t.Errorf("%v\n%s\nread %+v, was %+v", err, b.String(), got, d)
		}
	}
	if peak, _ := all[0].Peak(flops.Float32); peak != 321.5e9 {
		t.Errorf("the peak is %g", peak)
	}
}
