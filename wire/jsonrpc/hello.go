package jsonrpc

import (
	"time"

	"althing/fault"
	"althing/value"
	"althing/wire"
)

// roles are the values of register's "role", which is left out for a client.
var roles = map[value.Str]wire.Role{"subserver": wire.Subserver, "finder": wire.Finder, "visitor": wire.Visitor}

// helloValue is a registration as it is sent.
func helloValue(h wire.Hello) value.Value {
	var o object
	o.text("name", h.Name)
	o.text("description", h.Description)
	o.text("version", h.Version)
	o.names("commands", h.Commands)
	o.names("requests", h.Requests)
	o.text("key", h.Key)
	o.text("resume", h.Resume)
	for role, is := range roles {
		if h.Role == is {
			o.text("role", string(role))
		}
	}
	o.text("address", h.Address)
	return o.value()
}

func readHello(params value.Value) (wire.Hello, error) {
	p := reader{of: params}
	h := wire.Hello{
		Name:        p.text("name", wire.MaxName),
		Description: p.text("description", wire.MaxText),
		Version:     p.text("version", wire.MaxText),
		Commands:    p.names("commands"),
		Requests:    p.names("requests"),
		Key:         p.text("key", wire.MaxText),
		Resume:      p.text("resume", wire.MaxName),
		Role:        roles[value.Str(p.text("role", wire.MaxName))],
		Address:     p.text("address", wire.MaxName),
	}
	return h, p.err
}

// welcomeValue is the result of a registration as it is sent.
func welcomeValue(w wire.Welcome) value.Value {
	var o object
	o.text("id", w.ID)
	o.text("name", w.Name)
	o.text("notice", w.Notice)
	o.text("resume", w.Resume)
	if w.Admin {
		o.add("admin", value.Bool(true))
	}
	o.add("server", infoValue(w.Server))
	return o.value()
}

func readWelcome(result value.Value) (wire.Welcome, error) {
	r := reader{of: result}
	w := wire.Welcome{
		ID:     r.text("id", wire.MaxName),
		Name:   r.text("name", wire.MaxName),
		Notice: r.text("notice", wire.MaxText),
		Resume: r.text("resume", wire.MaxName),
		Admin:  r.flag("admin"),
	}
	if r.err == nil && w.ID == "" {
		r.err = fault.New(fault.Invalid, "the server gave no id")
	}
	if r.err == nil {
		w.Server, r.err = readInfo(r.member("server"))
	}
	return w, r.err
}

// infoValue is what a server says about itself as it is sent.
func infoValue(i wire.Info) value.Value {
	var o, limits object
	o.text("name", i.Name)
	o.text("version", i.Version)
	o.text("description", i.Description)
	o.add("layer", value.Int(i.Layer))
	o.text("path", i.Path)
	o.names("commands", i.Commands)
	o.names("requests", i.Requests)
	limits.add("message", value.Int(i.Limits.Message))
	limits.add("name", value.Int(i.Limits.Name))
	o.add("limits", limits.value())
	if !i.Started.IsZero() {
		o.add("started", value.Float(float64(i.Started.UnixMicro())/1e6))
	}
	channels := make([]string, len(i.Socks))
	for n, sock := range i.Socks {
		channels[n] = sock.Name
	}
	o.names("channels", channels)
	return o.value()
}

func readInfo(of value.Value) (wire.Info, error) {
	r := reader{of: of}
	limits := reader{of: r.member("limits")}
	i := wire.Info{
		Name:        r.text("name", wire.MaxName),
		Version:     r.text("version", wire.MaxText),
		Description: r.text("description", wire.MaxText),
		Layer:       r.number("layer"),
		Path:        r.text("path", wire.MaxText),
		Commands:    r.names("commands"),
		Requests:    r.names("requests"),
		Limits:      wire.Limits{Message: limits.number("message"), Name: limits.number("name")},
		Started:     r.time("started"),
	}
	for _, name := range r.names("channels") {
		i.Socks = append(i.Socks, wire.Sock{Name: name})
	}
	if r.err == nil {
		r.err = limits.err
	}
	return i, r.err
}

// object is a JSON object that is being made; what is empty is left out.
type object struct{ pairs []value.Pair }

func (o *object) add(key string, v value.Value) {
	o.pairs = append(o.pairs, value.Pair{Key: value.Str(key), Value: v})
}

func (o *object) text(key, s string) {
	if s != "" {
		o.add(key, value.Str(s))
	}
}

func (o *object) names(key string, names []string) {
	if len(names) > 0 {
		o.add(key, value.Texts(names))
	}
}

func (o *object) value() value.Value {
	d, _ := value.NewDict(o.pairs) // a dict can hold any text as a key
	return d
}

// reader takes members out of an object, and keeps the first error. A member
// that is missing or null is empty.
type reader struct {
	of  value.Value
	err error
}

func (r *reader) member(key string) value.Value {
	d, ok := r.of.(*value.Dict)
	if !ok {
		return nil
	}
	v, ok := d.Get(value.Str(key))
	if _, null := v.(value.None); !ok || null {
		return nil
	}
	return v
}

func (r *reader) fail(code fault.Code, format string, args ...any) {
	if r.err == nil {
		r.err = fault.New(code, format, args...)
	}
}

func (r *reader) text(key string, limit int) string {
	v := r.member(key)
	s, ok := v.(value.Str)
	switch {
	case v != nil && !ok:
		r.fail(fault.Invalid, "%s is a text, not %s", key, v.TypeName())
	case len(s) > limit:
		r.fail(fault.Limit, "%s may have %d bytes", key, limit)
	}
	return string(s)
}

func (r *reader) names(key string) []string {
	v := r.member(key)
	list, ok := v.(value.List)
	switch {
	case v != nil && !ok:
		r.fail(fault.Invalid, "%s is a list of texts, not %s", key, v.TypeName())
	case len(list) > wire.MaxNames:
		r.fail(fault.Limit, "%s may list %d names", key, wire.MaxNames)
	}
	if r.err != nil || len(list) == 0 {
		return nil
	}
	names := make([]string, 0, len(list))
	for _, v := range list {
		s, ok := v.(value.Str)
		if !ok || len(s) > wire.MaxName {
			r.fail(fault.Invalid, "%s is a list of texts of at most %d bytes", key, wire.MaxName)
		}
		names = append(names, string(s))
	}
	return names
}

func (r *reader) flag(key string) bool {
	b, _ := r.member(key).(value.Bool)
	return bool(b)
}

func (r *reader) number(key string) int {
	n, _ := r.member(key).(value.Int)
	return int(n)
}

func (r *reader) time(key string) time.Time {
	seconds, ok := r.member(key).(value.Float)
	if !ok {
		return time.Time{}
	}
	return time.UnixMicro(int64(seconds * 1e6))
}
