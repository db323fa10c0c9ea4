package expr

import (
	"context"

	"althing/expr/syntax"
	"althing/value"
)

// Literal reads the text of one value, as Python's ast.literal_eval does: no
// names, no calls, and no operators but a sign and the sum of a complex number.
func Literal(src string) (value.Value, error) {
	tree, err := syntax.Parse(src)
	if err != nil {
		return nil, err
	}
	s, ok := tree.Body[0].(*syntax.ExprStmt)
	if !ok || len(tree.Body) > 1 || !isLiteral(s.Value) {
		return nil, ValueError("not a literal")
	}
	t := NewThread(Limits{})
	defer t.Done()
	o, err := t.Run(context.Background(), compile(tree), nil)
	if err != nil {
		return nil, err
	}
	return ToValue(t, o)
}

// isLiteral says whether an expression is written without anything that would
// have to be worked out.
func isLiteral(e syntax.Expr) bool {
	switch e := e.(type) {
	case *syntax.Constant:
		return true
	case *syntax.Tuple:
		return areLiterals(e.Elts)
	case *syntax.List:
		return areLiterals(e.Elts)
	case *syntax.Set:
		return areLiterals(e.Elts)
	case *syntax.Dict:
		for _, item := range e.Items {
			if item.Key == nil || !isLiteral(item.Key) || !isLiteral(item.Value) {
				return false
			}
		}
		return true
	case *syntax.Call:
		name, ok := e.Func.(*syntax.Name)
		return ok && name.ID == "set" && len(e.Args)+len(e.Keywords) == 0
	case *syntax.BinOp:
		return (e.Op == syntax.Add || e.Op == syntax.Sub) && isReal(e.Left) && isImaginary(e.Right)
	}
	return isReal(e)
}

func areLiterals(list []syntax.Expr) bool {
	for _, e := range list {
		if !isLiteral(e) {
			return false
		}
	}
	return true
}

// isReal: a number with or without a sign.
func isReal(e syntax.Expr) bool {
	if sign, ok := e.(*syntax.UnaryOp); ok && (sign.Op == syntax.USub || sign.Op == syntax.UAdd) {
		e = sign.Operand
	}
	c, ok := e.(*syntax.Constant)
	if !ok {
		return false
	}
	switch c.Value.(type) {
	case value.Int, value.Big, value.Float, value.Complex:
		return true
	}
	return false
}

func isImaginary(e syntax.Expr) bool {
	c, ok := e.(*syntax.Constant)
	if !ok {
		return false
	}
	_, ok = c.Value.(value.Complex)
	return ok
}
