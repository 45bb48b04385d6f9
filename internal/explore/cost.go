package explore

func (m Model) cost() []string { return nil }
