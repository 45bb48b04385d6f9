package cli

import (
	"github.com/spf13/cobra"

	"convx/configs"
	"convx/internal/budget"
	"convx/internal/device"
	"convx/internal/lang"
)

// budgetVar, deviceVar and fpsVar add the flags that limits are measured with.
func budgetVar(cmd *cobra.Command, at *[]string, usage string) {
	cmd.Flags().StringArrayVar(at, "budget", nil, lang.Text(usage)+lang.Sprintf("`LIMITS` like max-macs=310M,max-params=3.6M, a .yaml file, or %s", lang.Or(configs.BudgetNames())))
	completes(cmd, "budget", configs.BudgetNames()...)
}

func deviceVar(cmd *cobra.Command, at *string, usage string) {
	cmd.Flags().StringVar(at, "device", "", lang.Text(usage)+lang.Sprintf("a `NAME` (%s) or a .yaml file", lang.List(configs.DeviceNames())))
	completes(cmd, "device", configs.DeviceNames()...)
}

func fpsVar(cmd *cobra.Command, at *string) {
	cmd.Flags().StringVar(at, "fps", "", "pictures a second, for limits of MACs a second: `N`, like 30 or 29.97")
}

// openDevice finds the device that is asked for; nil if none is.
func openDevice(name string) (*device.Device, error) {
	if name == "" {
		return nil, nil
	}
	d, err := device.Open(name)
	if err != nil {
		return nil, usageError{lang.Errorf("--device: %w", err)}
	}
	return &d, nil
}

// rateOf reads --fps; nil if it was not given.
func rateOf(text string) (*budget.Rate, error) {
	if text == "" {
		return nil, nil
	}
	r, err := budget.ParseRate(text)
	if err != nil {
		return nil, usagef("--fps: %w", err)
	}
	return &r, nil
}

// fileOf is where a network comes from, as annotations of it spell the path; empty if it is no file.
func fileOf(name string) string {
	if !looksLikeFile(name) {
		return ""
	}
	return budget.PathInRepository(name)
}
