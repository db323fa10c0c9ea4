package expr

// Local gives what SetLocal kept for this run under key, or nil. It is how a
// Module, which all runs share, has a state that belongs to one of them: the key
// is a pointer that only the module knows.
func (t *Thread) Local(key any) any { return t.local[key] }

// SetLocal keeps v under key until the run is over (Done, or the next Run).
// Whoever calls it charges what v takes.
func (t *Thread) SetLocal(key, v any) {
	if t.local == nil {
		t.local = map[any]any{}
	}
	t.local[key] = v
	t.Keep()
}
