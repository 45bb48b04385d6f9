package budget

import (
	"os"
	"path/filepath"
	"strings"

	"convx/configs"
	"convx/internal/lang"
	"convx/internal/layer"
)

// Read reads budgets as a command line names them: limits like max-macs=310M, a file like ./budget.yaml, or a built-in one.
// Errors are *layer.Error; of what a file holds *network.Error, and of files *FileError around their cause.
func Read(texts ...string) (all []Budget, err error) {
	for _, text := range texts {
		b, err := read(text)
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}

func read(text string) (Budget, error) {
	if strings.Contains(text, "=") {
		b, err := ParseLimits(text)
		if err != nil {
			return b, layer.Errorf("--budget: %v", err)
		}
		return b, nil
	}
	if strings.ContainsAny(text, "./\\") {
		b, err := ReadFile(text)
		if err != nil {
			err = &FileError{File: text, Err: err}
		}
		return b, err
	}
	data, ok := configs.Budget(text)
	if !ok {
		return Budget{}, layer.Errorf("--budget %q is neither limits like max-macs=310M, nor a file like ./budget.yaml, nor one of %s", text, lang.List(configs.BudgetNames()))
	}
	return Parse(text+".yaml", data)
}

// PathInRepository is a path as annotations spell it: from the root of its repository, or from here where it is in none.
func PathInRepository(name string) string {
	path := filepath.Clean(name)
	abs, err := filepath.Abs(path)
	if err != nil {
		return filepath.ToSlash(path)
	}
	for dir := filepath.Dir(abs); ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			if inside, err := filepath.Rel(dir, abs); err == nil {
				return filepath.ToSlash(inside)
			}
		}
		if dir == filepath.Dir(dir) {
			return filepath.ToSlash(path)
		}
	}
}
