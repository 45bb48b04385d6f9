package configs

import (
	"embed"
	"strings"
)

//go:embed budgets/*.yaml
var budgets embed.FS

// Budget is a built-in budget, by name.
func Budget(name string) ([]byte, bool) {
	data, err := budgets.ReadFile("budgets/" + name + ".yaml")
	return data, err == nil
}

// BudgetNames lists the built-in budgets, sorted.
func BudgetNames() []string {
	files, err := budgets.ReadDir("budgets")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), ".yaml"))
	}
	return names
}
