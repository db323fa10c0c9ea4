package syntax_test

import (
	"fmt"
	"strconv"
	"strings"

	"althing/expr/syntax"
	"althing/value"
)

// dumpModule writes a tree as Python's ast.dump would, without contexts.
func dumpModule(m *syntax.Module) string {
	body := make([]string, len(m.Body))
	for i, s := range m.Body {
		body[i] = dumpStmt(s)
	}
	return node("Module", "body", list(body))
}

// node writes a node; fields are names and values in turn, those of value ""
// are left out.
func node(name string, fields ...string) string {
	var parts []string
	for i := 0; i < len(fields); i += 2 {
		if fields[i+1] != "" {
			parts = append(parts, fields[i]+"="+fields[i+1])
		}
	}
	return name + "(" + strings.Join(parts, ", ") + ")"
}

func list(items []string) string { return "[" + strings.Join(items, ", ") + "]" }

func dumpStmt(s syntax.Stmt) string {
	switch s := s.(type) {
	case *syntax.ExprStmt:
		return node("Expr", "value", dump(s.Value))
	case *syntax.Assign:
		return node("Assign", "targets", dumpAll(s.Targets), "value", dump(s.Value))
	case *syntax.AugAssign:
		return node("AugAssign", "target", dump(s.Target), "op", operatorNames[s.Op], "value", dump(s.Value))
	case *syntax.Delete:
		return node("Delete", "targets", dumpAll(s.Targets))
	case *syntax.Pass:
		return node("Pass")
	}
	panic(fmt.Sprintf("%T", s))
}

func dumpAll(list_ []syntax.Expr) string {
	out := make([]string, len(list_))
	for i, e := range list_ {
		out[i] = dump(e)
	}
	return list(out)
}

var (
	operatorNames = []string{"Add()", "Sub()", "Mult()", "MatMult()", "Div()", "Mod()", "Pow()", "LShift()", "RShift()", "BitOr()", "BitXor()", "BitAnd()", "FloorDiv()"}
	unaryNames    = []string{"USub()", "UAdd()", "Invert()", "Not()"}
	boolNames     = []string{"And()", "Or()"}
	compareNames  = []string{"Eq()", "NotEq()", "Lt()", "LtE()", "Gt()", "GtE()", "Is()", "IsNot()", "In()", "NotIn()"}
)

func dump(e syntax.Expr) string {
	switch e := e.(type) {
	case nil:
		return ""
	case *syntax.Constant:
		return node("Constant", "value", dumpValue(e.Value))
	case *syntax.Ellipsis:
		return node("Constant", "value", "Ellipsis")
	case *syntax.Name:
		return node("Name", "id", quote(e.ID))
	case *syntax.UnaryOp:
		return node("UnaryOp", "op", unaryNames[e.Op], "operand", dump(e.Operand))
	case *syntax.BinOp:
		return node("BinOp", "left", dump(e.Left), "op", operatorNames[e.Op], "right", dump(e.Right))
	case *syntax.BoolOp:
		return node("BoolOp", "op", boolNames[e.Op], "values", dumpAll(e.Values))
	case *syntax.Compare:
		ops, right := []string{compareNames[e.Op]}, []syntax.Expr{e.Right}
		for _, c := range e.More {
			ops, right = append(ops, compareNames[c.Op]), append(right, c.Right)
		}
		return node("Compare", "left", dump(e.Left), "ops", list(ops), "comparators", dumpAll(right))
	case *syntax.Call:
		keywords := []string{}
		for _, k := range e.Keywords {
			name := ""
			if k.Name != "" {
				name = quote(k.Name)
			}
			keywords = append(keywords, node("keyword", "arg", name, "value", dump(k.Value)))
		}
		return node("Call", "func", dump(e.Func), "args", dumpAll(e.Args), "keywords", list(keywords))
	case *syntax.Attribute:
		return node("Attribute", "value", dump(e.Value), "attr", quote(e.Attr))
	case *syntax.Subscript:
		return node("Subscript", "value", dump(e.Value), "slice", dump(e.Index))
	case *syntax.Slice:
		return node("Slice", "lower", dump(e.Lower), "upper", dump(e.Upper), "step", dump(e.Step))
	case *syntax.Starred:
		return node("Starred", "value", dump(e.Value))
	case *syntax.Tuple:
		return node("Tuple", "elts", dumpAll(e.Elts))
	case *syntax.List:
		return node("List", "elts", dumpAll(e.Elts))
	case *syntax.Set:
		return node("Set", "elts", dumpAll(e.Elts))
	case *syntax.Dict:
		keys, values := []string{}, []string{}
		for _, item := range e.Items {
			key := dump(item.Key)
			if key == "" {
				key = "None"
			}
			keys, values = append(keys, key), append(values, dump(item.Value))
		}
		return node("Dict", "keys", list(keys), "values", list(values))
	}
	return dumpScoped(e)
}

func dumpScoped(e syntax.Expr) string {
	switch e := e.(type) {
	case *syntax.ListComp:
		return node("ListComp", "elt", dump(e.Elt), "generators", dumpClauses(e.Generators))
	case *syntax.SetComp:
		return node("SetComp", "elt", dump(e.Elt), "generators", dumpClauses(e.Generators))
	case *syntax.GeneratorExp:
		return node("GeneratorExp", "elt", dump(e.Elt), "generators", dumpClauses(e.Generators))
	case *syntax.DictComp:
		return node("DictComp", "key", dump(e.Key), "value", dump(e.Value), "generators", dumpClauses(e.Generators))
	case *syntax.Lambda:
		return node("Lambda", "args", dumpParams(e.Params), "body", dump(e.Body))
	case *syntax.IfExp:
		return node("IfExp", "test", dump(e.Test), "body", dump(e.Body), "orelse", dump(e.OrElse))
	case *syntax.NamedExpr:
		return node("NamedExpr", "target", dump(e.Target), "value", dump(e.Value))
	case *syntax.JoinedStr:
		return node("JoinedStr", "values", dumpAll(e.Values))
	case *syntax.FormattedValue:
		conversion, spec := -1, ""
		if e.Conversion != 0 {
			conversion = int(e.Conversion)
		}
		if e.Spec != nil {
			spec = dump(e.Spec)
		}
		return node("FormattedValue", "value", dump(e.Value), "conversion", strconv.Itoa(conversion), "format_spec", spec)
	}
	panic(fmt.Sprintf("%T", e))
}

func dumpClauses(clauses []syntax.Comprehension) string {
	out := []string{}
	for _, c := range clauses {
		out = append(out, node("comprehension", "target", dump(c.Target), "iter", dump(c.Iter), "ifs", dumpAll(c.Ifs), "is_async", "0"))
	}
	return list(out)
}

func dumpParams(params []syntax.Param) string {
	var positionalOnly, args, keywordOnly, keywordDefaults, defaults []string
	var rest, keywords string
	for _, param := range params {
		arg := node("arg", "arg", quote(param.Name))
		switch param.Kind {
		case syntax.PositionalOnly:
			positionalOnly = append(positionalOnly, arg)
		case syntax.PositionalOrKeyword:
			args = append(args, arg)
		case syntax.VarPositional:
			rest = arg
		case syntax.VarKeyword:
			keywords = arg
		case syntax.KeywordOnly:
			keywordOnly = append(keywordOnly, arg)
			d := dump(param.Default)
			if d == "" {
				d = "None"
			}
			keywordDefaults = append(keywordDefaults, d)
			continue
		}
		if param.Default != nil {
			defaults = append(defaults, dump(param.Default))
		}
	}
	return node("arguments", "posonlyargs", list(positionalOnly), "args", list(args), "vararg", rest,
		"kwonlyargs", list(keywordOnly), "kw_defaults", list(keywordDefaults), "kwarg", keywords, "defaults", list(defaults))
}

// dumpValue writes a constant so that neither side's repr is needed.
func dumpValue(v value.Value) string {
	switch v := v.(type) {
	case value.None:
		return "None"
	case value.Bool:
		if v {
			return "True"
		}
		return "False"
	case value.Int:
		return fmt.Sprintf("%#x", int64(v))
	case value.Big:
		return fmt.Sprintf("%#x", v.Int())
	case value.Float:
		return "float " + strconv.FormatFloat(float64(v), 'e', 17, 64)
	case value.Complex:
		return "complex " + strconv.FormatFloat(imag(complex128(v)), 'e', 17, 64)
	case value.Str:
		return "str " + quote(string(v))
	case value.Bytes:
		return "bytes " + fmt.Sprintf("%x", string(v))
	}
	panic(fmt.Sprintf("%T", v))
}

// quote writes a text as the hexadecimal digits of its UTF-8.
func quote(s string) string { return fmt.Sprintf("%x", s) }
