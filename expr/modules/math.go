package modules

import (
	"math"
	"slices"

	"althing/expr"
	"althing/expr/internal/format"
	"althing/expr/internal/pymath"
	"althing/value"
)

// mathModule is Python's math.
func mathModule() *expr.Module {
	all := attrs(slices.Concat(mathPlain(), mathSeveral(), mathIntegers())...)
	for name, f := range map[string]float64{"pi": math.Pi, "e": math.E, "tau": 2 * math.Pi, "inf": math.Inf(1), "nan": pymath.NaN} {
		all[name] = number(f)
	}
	return &expr.Module{Name: "math", Attrs: all}
}

var (
	errDomain = expr.ValueError("math domain error")
	errRange  = expr.OverflowError("math range error")
)

// onFloat makes a function of one float.
func onFloat(name string, fn func(x float64) (expr.Object, error)) *expr.Func {
	return positional("math", name, 1, 1, func(_ *expr.Thread, args []expr.Object) (expr.Object, error) {
		x, err := expr.AsFloat(args[0])
		if err != nil {
			return nil, err
		}
		return fn(x)
	}).Forgets()
}

// onFloats makes a function of two floats.
func onFloats(name string, fn func(x, y float64) (expr.Object, error)) *expr.Func {
	return positional("math", name, 2, 2, func(_ *expr.Thread, args []expr.Object) (expr.Object, error) {
		x, err := expr.AsFloat(args[0])
		if err != nil {
			return nil, err
		}
		y, err := expr.AsFloat(args[1])
		if err != nil {
			return nil, err
		}
		return fn(x, y)
	}).Forgets()
}

// checked gives the result r of a function of the arguments, or the error that C
// would have reported: NaN from what is a number is outside the domain, and so
// is an infinity from what is finite, unless the function grows beyond bounds.
func checked(r float64, grows bool, arguments ...float64) (expr.Object, error) {
	nan, finite := false, true
	for _, x := range arguments {
		nan = nan || x != x
		finite = finite && !math.IsInf(x, 0) && x == x
	}
	switch {
	case r != r && !nan:
		return nil, errDomain
	case math.IsInf(r, 0) && finite && grows:
		return nil, errRange
	case math.IsInf(r, 0) && finite:
		return nil, errDomain
	}
	return number(r), nil
}

// mathPlain are the functions of one or two floats with a float as their result.
func mathPlain() []*expr.Func {
	var all []*expr.Func
	for name, f := range map[string]func(float64) float64{
		"acos": pymath.Acos, "acosh": pymath.Acosh, "asin": pymath.Asin, "asinh": pymath.Asinh, "atan": pymath.Atan,
		"atanh": pymath.Atanh, "cbrt": pymath.Cbrt, "cos": pymath.Cos, "erf": pymath.Erf, "erfc": pymath.Erfc,
		"fabs": math.Abs, "log1p": pymath.Log1p, "sin": pymath.Sin, "sqrt": math.Sqrt, "tan": pymath.Tan, "tanh": pymath.Tanh,
	} {
		all = append(all, onFloat(name, func(x float64) (expr.Object, error) { return checked(f(x), false, x) }))
	}
	for name, f := range map[string]func(float64) float64{
		"cosh": pymath.Cosh, "exp": pymath.Exp, "exp2": pymath.Exp2, "expm1": pymath.Expm1, "sinh": pymath.Sinh,
	} {
		all = append(all, onFloat(name, func(x float64) (expr.Object, error) { return checked(f(x), true, x) }))
	}
	for name, f := range map[string]func(x, y float64) float64{
		"atan2": pymath.Atan2, "copysign": math.Copysign, "remainder": math.Remainder, "fmod": math.Mod,
	} {
		all = append(all, onFloats(name, func(x, y float64) (expr.Object, error) { return checked(f(x, y), false, x, y) }))
	}
	return append(all,
		onFloat("gamma", func(x float64) (expr.Object, error) { return checked(pymath.Gamma(x), x != 0, x) }),
		onFloat("lgamma", func(x float64) (expr.Object, error) {
			return checked(pymath.Lgamma(x), x > 0 || x != math.Floor(x), x)
		}),
		onFloats("pow", func(x, y float64) (expr.Object, error) { return checked(pymath.Pow(x, y), x != 0, x, y) }),
		onFloats("nextafter", func(x, y float64) (expr.Object, error) { return number(nextAfter(x, y)), nil }),
		onFloat("isnan", func(x float64) (expr.Object, error) { return expr.Bool(x != x), nil }),
		onFloat("isinf", func(x float64) (expr.Object, error) { return expr.Bool(math.IsInf(x, 0)), nil }),
		onFloat("isfinite", func(x float64) (expr.Object, error) { return expr.Bool(!math.IsInf(x, 0) && x == x), nil }),
		onFloat("degrees", func(x float64) (expr.Object, error) { return number(x * (180 / math.Pi)), nil }),
		onFloat("radians", func(x float64) (expr.Object, error) { return number(x * (math.Pi / 180)), nil }),
		onFloat("ulp", func(x float64) (expr.Object, error) { return number(pymath.ULP(x)), nil }),
		positional("math", "frexp", 1, 1, mathFrexp),
		positional("math", "modf", 1, 1, mathModf),
		mathWhole("floor", math.Floor),
		mathWhole("ceil", math.Ceil),
		positional("math", "trunc", 1, 1, mathTrunc).Forgets(),
		positional("math", "ldexp", 2, 2, mathLdexp).Forgets(),
		expr.NewFunc("log", mathLog).Forgets(),
		onLog("log2", pymath.Log2),
		onLog("log10", pymath.Log10),
	)
}

func mathFrexp(t *expr.Thread, args []expr.Object) (expr.Object, error) {
	x, err := expr.AsFloat(args[0])
	if err != nil {
		return nil, err
	}
	m, e := math.Frexp(x)
	return tuple(t, number(m), expr.Int(int64(e)))
}

func mathModf(t *expr.Thread, args []expr.Object) (expr.Object, error) {
	x, err := expr.AsFloat(args[0])
	if err != nil {
		return nil, err
	}
	whole := math.Trunc(x)
	rest := math.Copysign(x-whole, x)
	if math.IsInf(x, 0) {
		rest = math.Copysign(0, x)
	}
	return tuple(t, number(rest), number(whole))
}

// mathWhole makes floor or ceil.
func mathWhole(name string, round func(float64) float64) *expr.Func {
	return positional("math", name, 1, 1, func(_ *expr.Thread, args []expr.Object) (expr.Object, error) {
		if i, ok := wholeNumber(args[0]); ok {
			return i, nil
		}
		x, err := expr.AsFloat(args[0])
		if err != nil {
			return nil, err
		}
		return toInt(round(x))
	}).Forgets()
}

// wholeNumber gives an int or a bool as an int.
func wholeNumber(o expr.Object) (expr.Object, bool) {
	switch o := o.(type) {
	case value.Int, value.Big:
		return o, true
	case value.Bool:
		i, _ := expr.AsInt(o)
		return expr.Int(i), true
	}
	return nil, false
}

// toInt is int(x).
func toInt(x float64) (expr.Object, error) {
	i, err := format.Trunc(x)
	if err != nil {
		return nil, err
	}
	return i, nil
}

func mathTrunc(_ *expr.Thread, args []expr.Object) (expr.Object, error) {
	if i, ok := wholeNumber(args[0]); ok {
		return i, nil
	}
	if x, ok := args[0].(value.Float); ok {
		return toInt(float64(x))
	}
	return nil, expr.TypeError("type %s doesn't define __trunc__ method", args[0].TypeName())
}

func mathLdexp(_ *expr.Thread, args []expr.Object) (expr.Object, error) {
	const enough = 5000 // as an exponent, to leave the range of floats from any of them
	x, err := expr.AsFloat(args[0])
	if err != nil {
		return nil, err
	}
	big, ok := expr.AsBig(args[1])
	if !ok {
		return nil, expr.TypeError("Expected an int as second argument to ldexp.")
	}
	exponent := enough * big.Sign()
	if big.IsInt64() {
		exponent = int(max(-enough, min(big.Int64(), enough)))
	}
	return checked(math.Ldexp(x, exponent), true, x)
}

// onLog makes a logarithm: of a float, or of an int of any size.
func onLog(name string, log func(float64) float64) *expr.Func {
	return positional("math", name, 1, 1, func(_ *expr.Thread, args []expr.Object) (expr.Object, error) {
		return logarithm(args[0], log)
	}).Forgets()
}

func logarithm(o expr.Object, log func(float64) float64) (expr.Object, error) {
	big, isInt := expr.AsBig(o)
	if isInt && big.Sign() <= 0 {
		return nil, errDomain
	}
	if x, err := expr.AsFloat(o); err == nil {
		return checked(log(x), false, x)
	} else if !isInt {
		return nil, err
	}
	return number(pymath.BigLog(big, log)), nil
}

// mathLog is log(x) and log(x, base).
func mathLog(t *expr.Thread, a expr.Args) (expr.Object, error) {
	if len(a.Names) > 0 {
		return nil, expr.TypeError("log() takes no keyword arguments")
	}
	if len(a.Pos) < 1 || len(a.Pos) > 2 {
		return nil, expr.TypeError("math.log requires 1 to 2 arguments")
	}
	over, err := logarithm(a.Pos[0], pymath.Log)
	if err != nil || len(a.Pos) == 1 {
		return over, err
	}
	under, err := logarithm(a.Pos[1], pymath.Log)
	if err != nil {
		return nil, err
	}
	return expr.Binary(t, expr.Div, over, under)
}

// nextAfter gives y where the two are equal, also where they differ in the sign
// of zero.
func nextAfter(x, y float64) float64 {
	if x == y {
		return y
	}
	return math.Nextafter(x, y)
}
