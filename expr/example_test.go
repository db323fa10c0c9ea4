package expr_test

import (
	"context"
	"errors"
	"fmt"

	"althing/expr"
	"althing/value"
)

// A text is parsed once and run many times with other names.
func Example() {
	program, err := expr.Parse("(f - 32) * 5 / 9")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range []int64{32, 212} {
		celsius, err := program.Run(context.Background(), expr.Vars{"f": expr.Int(f)}, expr.Limits{})
		fmt.Println(celsius, err)
	}
	// Output:
	// 0 <nil>
	// 100 <nil>
}

// A host offers functions; a call with wrong arguments is an error worded like
// Python's.
func ExampleNewFunc() {
	params := expr.NewParams("greet", "name greeting?")
	greet := expr.NewFunc("greet", func(t *expr.Thread, a expr.Args) (expr.Object, error) {
		var name expr.Object
		greeting := expr.Object(value.Str("Hello"))
		if err := params.Bind(a, &name, &greeting); err != nil {
			return nil, err
		}
		text, err := expr.Text(t, name)
		if err != nil {
			return nil, err
		}
		return greeting.(value.Str) + ", " + value.Str(text) + "!", nil
	})
	for _, src := range []string{"greet('Ada')", "greet('Ada', greeting='Good day')", "greet()"} {
		program, err := expr.Parse(src)
		if err != nil {
			fmt.Println(err)
			continue
		}
		o, err := program.Run(context.Background(), expr.Vars{"greet": greet}, expr.Limits{})
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(o)
	}
	// Output:
	// Hello, Ada!
	// Good day, Ada!
	// TypeError: greet() missing 1 required positional argument: 'name'
}

// Whoever makes text or values of a result keeps the thread until then: its
// budgets go on to bound what is done with the result.
func ExampleThread() {
	program, err := expr.Parse("readings[-3:] + [sum(readings) / len(readings)]")
	if err != nil {
		fmt.Println(err)
		return
	}
	thread := expr.NewThread(expr.Limits{Memory: 1 << 20, Pool: expr.NewPool(16 << 20)})
	defer thread.Done()
	v, err := value.FromGo([]any{20.5, 21, 21.5, 22})
	if err != nil {
		fmt.Println(err)
		return
	}
	readings, err := expr.FromValue(thread, v)
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := thread.Run(context.Background(), program, expr.Vars{"readings": readings})
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := expr.Text(thread, result)
	fmt.Println(text, err)
	out, err := expr.ToValue(thread, result)
	fmt.Println(value.ToGo(out), err)
	// Output:
	// [21, 21.5, 22, 21.25] <nil>
	// [21 21.5 22 21.25] <nil>
}

// What would take too long, or too much memory, ends with an error in time.
func ExampleLimits() {
	for _, src := range []string{"sum(range(10**12))", "'a' * 10**10", "(lambda f: f(f))(lambda f: f(f))"} {
		program, err := expr.Parse(src)
		if err != nil {
			fmt.Println(err)
			continue
		}
		_, err = program.Run(context.Background(), nil, expr.Limits{Steps: 100_000})
		if e, ok := errors.AsType[*expr.Error](err); ok {
			fmt.Println(e.Type)
		}
	}
	// Output:
	// TimeoutError
	// MemoryError
	// RecursionError
}

// A module is a named collection of objects.
func ExampleModule() {
	garden := &expr.Module{Name: "garden", Attrs: map[string]expr.Object{
		"beds": expr.Int(4),
		"area": expr.NewFunc("area", func(_ *expr.Thread, a expr.Args) (expr.Object, error) {
			if err := a.Exactly("area", 2); err != nil {
				return nil, err
			}
			return expr.Binary(nil, expr.Mul, a.Pos[0], a.Pos[1])
		}),
	}}
	program, err := expr.Parse("garden.beds * garden.area(2, 3)")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(program.Run(context.Background(), expr.Vars{"garden": garden}, expr.Limits{}))
	// Output: 24 <nil>
}

// Literal reads data, and nothing but data.
func ExampleLiteral() {
	fmt.Println(expr.Literal("{'a': [1, 2.5]}['a']"))
	v, err := expr.Literal("{'a': [1, 2.5]}")
	fmt.Println(value.Repr(v), err)
	// Output:
	// <nil> ValueError: not a literal
	// {'a': [1, 2.5]} <nil>
}
