//go:build !unix

package memory

func processLimits() limits { return limits{addressSpace: -1, data: -1} }
