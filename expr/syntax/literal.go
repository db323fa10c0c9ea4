package syntax

import "althing/value"

// keywordValue is what True, False and None stand for.
func keywordValue(t token) value.Value {
	switch t {
	case tokTrue:
		return value.Bool(true)
	case tokFalse:
		return value.Bool(false)
	}
	return value.None{}
}

// describeConstant is describe for constants: those that are keywords have their
// own names.
func describeConstant(c *Constant) string {
	switch v := c.Value.(type) {
	case value.None:
		return "None"
	case value.Bool:
		if v {
			return "True"
		}
		return "False"
	}
	return "literal"
}
