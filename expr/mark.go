package expr

// Mark is a moment of a run, for Settle.
type Mark struct {
	used int64
	kept int
}

// Mark notes this moment: where a round of a loop begins.
func (t *Thread) Mark() Mark { return Mark{t.used, t.kept} }

// Settle gives back what was charged since m, when nothing of it is needed any
// more but v, which may be nil. It does so only when v is a scalar and nothing
// made since m may be kept elsewhere (Keep), and says whether that was so. A
// function of the host calls it in a loop that throws much away.
func (t *Thread) Settle(m Mark, v Object) bool {
	_, scalar := scalarSize(v)
	t.settle(m.used, m.kept, v)
	return scalar && t.kept == m.kept
}
