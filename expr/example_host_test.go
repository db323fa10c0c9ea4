package expr_test

import (
	"context"
	"fmt"

	"althing/expr"
	"althing/value"
)

// lamp is an object of the host: it has an attribute that can be read and one that
// can be called. What else it may do (items, operators, iteration …) says package
// expr's list of interfaces.
type lamp struct{ level int64 }

func (*lamp) TypeName() string { return "lamp" }

func (l *lamp) Attr(_ *expr.Thread, name string) (expr.Object, error) {
	switch name {
	case "level":
		return expr.Int(l.level), nil
	case "dim":
		return expr.NewFunc("dim", func(_ *expr.Thread, a expr.Args) (expr.Object, error) {
			if err := a.Exactly("dim", 1); err != nil {
				return nil, err
			}
			by, err := expr.Index(a.Pos[0])
			if err != nil {
				return nil, err
			}
			l.level -= by
			return expr.None, nil
		}), nil
	}
	return nil, nil
}

// Repr is lamp(70); Str is the same.
func (l *lamp) Repr(*expr.Thread) (string, error)  { return fmt.Sprintf("lamp(%d)", l.level), nil }
func (l *lamp) Str(t *expr.Thread) (string, error) { return l.Repr(t) }

// An expression deals with the host's own objects as with Python's. Nothing of them
// can be reached but what they offer.
func ExampleObject() {
	hall := &lamp{level: 100}
	thread := expr.NewThread(expr.Limits{})
	defer thread.Done()
	for _, src := range []string{"hall.dim(30)", "hall.level * 2", "f'{hall}'", "hall.password", "hall.dim('much')"} {
		program, err := expr.Parse(src)
		if err != nil {
			fmt.Println(err)
			continue
		}
		result, err := thread.Run(context.Background(), program, expr.Vars{"hall": hall})
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(expr.Text(thread, result))
	}
	// Output:
	// None <nil>
	// 140 <nil>
	// lamp(70) <nil>
	// AttributeError: 'lamp' object has no attribute 'password'
	// TypeError: 'str' object cannot be interpreted as an integer
}

// readOnly is an Env whose names cannot be assigned; each is looked up when it is
// needed.
type readOnly func(name string) (expr.Object, bool)

func (f readOnly) Lookup(_ *expr.Thread, name string) (expr.Object, bool, error) {
	o, ok := f(name)
	return o, ok, nil
}

func (readOnly) Assign(_ *expr.Thread, name string, _ expr.Object) error {
	return expr.TypeError("'%s' cannot be assigned here", name)
}

func (f readOnly) Delete(t *expr.Thread, name string) error { return f.Assign(t, name, nil) }

// Names need not be kept in a map.
func ExampleEnv() {
	sensors := readOnly(func(name string) (expr.Object, bool) {
		if name == "temperature" {
			return value.Float(21.5), true
		}
		return nil, false
	})
	for _, src := range []string{"temperature * 2", "humidity", "temperature = 5"} {
		program, err := expr.Parse(src)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(program.Run(context.Background(), sensors, expr.Limits{}))
	}
	// Output:
	// 43 <nil>
	// <nil> NameError: name 'humidity' is not defined
	// <nil> TypeError: 'temperature' cannot be assigned here
}

// A run ends when its context does.
func ExampleProgram_Run() {
	ctx, cancel := context.WithCancel(context.Background())
	stop := expr.NewFunc("stop", func(*expr.Thread, expr.Args) (expr.Object, error) {
		cancel()
		return expr.None, nil
	})
	program, err := expr.Parse("[stop(), sum(range(10**12))]")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(program.Run(ctx, expr.Vars{"stop": stop}, expr.Limits{}))
	// Output: <nil> TimeoutError: the evaluation was cancelled
}
