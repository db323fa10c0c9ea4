// Package modules has the modules that a host of package expr may offer: math,
// and so on, with CPython 3.11's names, results and messages.
//
// A Module is immutable, so that one set serves all runs of a process at once.
package modules

import (
	"time"

	"althing/expr"
)

// Options say what the modules need from outside. The zero Options are fine.
type Options struct {
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

// Standard makes the modules, by their names.
func Standard(o Options) map[string]*expr.Module {
	if o.Now == nil {
		o.Now = time.Now
	}
	all, r := map[string]*expr.Module{}, &random{}
	for _, m := range []*expr.Module{
		mathModule(), datetimeModule(o.Now), jsonModule(), statisticsModule(r), r.module(), timeModule(o.Now),
		itertoolsModule(), functoolsModule(),
		base64Module(), binasciiModule(), hashlibModule(), structModule(),
		reModule(), fnmatchModule(), stringModule(),
	} {
		all[m.Name] = m
	}
	return all
}
