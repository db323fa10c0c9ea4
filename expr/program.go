package expr

import (
	"context"
	"sync"

	"althing/expr/syntax"
)

// Program is a parsed text. It is immutable and safe for concurrent use.
type Program struct {
	body       []statement
	one        [1]statement // where body lies when it is one statement, as nearly always
	slots      int
	captured   bool // a function may outlive the run and look into its frame
	expression bool
}

// Parse reads a text. The error is a *syntax.Error, which says where, and
// whether more text could mend it.
func Parse(src string) (*Program, error) {
	if d := new(direct); d.parse(src) {
		return &d.Program, nil
	}
	return parse(src)
}

// parse reads any text.
func parse(src string) (*Program, error) {
	tree, err := syntax.Parse(src)
	if err != nil {
		return nil, err
	}
	return compile(tree), nil
}

// Expression says whether the last statement is an expression, so that a run has
// a value.
func (p *Program) Expression() bool { return p.expression }

var threads = sync.Pool{New: func() any { return new(Thread) }}

// Run runs the program once, with the names of env, which may be nil. The result
// is nil when the last statement is not an expression. A host that makes text of
// the result, or keeps data of its own for its functions, uses a Thread instead.
func (p *Program) Run(ctx context.Context, env Env, l Limits) (Object, error) {
	t := threads.Get().(*Thread)
	t.limits = l.filled()
	t.reset()
	o, err := t.Run(ctx, p, env)
	t.Done()
	threads.Put(t)
	return o, err
}

func (p *Program) run(t *Thread) (Object, error) {
	f := &t.root
	if p.captured {
		f = &frame{}
	}
	f.init(nil, p.slots)
	var last Object
	for _, s := range p.body {
		o, err := s.run(t, f)
		if err != nil {
			return nil, err
		}
		last = o
	}
	return last, nil
}
