package expr

import "strings"

// GetAttr is o.name. What begins with an underscore is hidden, but for the name
// of a type or a function.
func GetAttr(t *Thread, o Object, name string) (Object, error) {
	if strings.HasPrefix(name, "_") {
		return hiddenAttr(o, name)
	}
	switch o := o.(type) {
	case *Type:
		switch attr := o.find(name).(type) {
		case nil:
			return nil, AttributeError(o, name)
		case *Method:
			return attr.from(o), nil
		default:
			return attr, nil
		}
	case HasAttr:
		attr, err := o.Attr(t, name)
		if attr != nil || err != nil {
			return attr, err
		}
	}
	switch attr := typeOf(o).find(name).(type) {
	case nil:
		return nil, AttributeError(o, name)
	case *Method:
		return &boundMethod{o, attr}, nil
	case *Property:
		return attr.Get(t, o)
	default:
		return attr, nil
	}
}

func hiddenAttr(o Object, name string) (Object, error) {
	if name == "__name__" {
		switch o := o.(type) {
		case *Type:
			return str(o.ShortName()), nil
		case *Func:
			return str(o.name), nil
		case *lambda:
			return str(lambdaName), nil
		case *boundMethod:
			return str(o.m.Name), nil
		case *Method:
			return str(o.Name), nil
		case *Module:
			return str(o.Name), nil
		}
	}
	return nil, AttributeError(o, name)
}
