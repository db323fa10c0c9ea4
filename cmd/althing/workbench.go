package main

import (
	"context"
	"maps"
	"strings"

	"althing/expr"
	"althing/expr/modules"
	"althing/hub"
)

// workbench works queries out in this process, with variables and without
// anything of a hub's. For one goroutine.
type workbench struct{ variables expr.Vars }

func newWorkbench() *workbench {
	w := &workbench{variables: expr.Vars{}}
	for name, m := range modules.Standard(modules.Options{}) {
		w.variables[name] = m
	}
	return w
}

// ask gives the reply that a hub would give, below what the query prints.
func (w *workbench) ask(ctx context.Context, query string) (string, error) {
	program, err := expr.Parse(query)
	if err != nil {
		return "", localError(err)
	}
	var printed strings.Builder
	t := expr.NewThread(expr.Limits{}) // never done: the variables hold its objects
	t.Print = func(t *expr.Thread, text string) error {
		if err := t.Charge(int64(len(text))); err != nil {
			return err
		}
		printed.WriteString(text)
		return nil
	}
	variables := maps.Clone(w.variables) // a query that fails assigns nothing
	o, err := t.Run(ctx, program, variables)
	if err != nil {
		return "", localError(err)
	}
	reply := "OK"
	if o != nil {
		if reply, err = expr.Text(t, o); err != nil {
			return "", localError(err)
		}
	}
	clear(w.variables)
	maps.Copy(w.variables, variables)
	return printed.String() + reply, nil
}

// localError is an error as a hub would have worded it.
func localError(err error) error {
	f := *hub.Fault(err)
	f.Exception = f.Type()
	return spoken(&f)
}
