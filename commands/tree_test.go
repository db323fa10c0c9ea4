package commands

import (
	"slices"
	"strings"
	"testing"

	"althing/fault"
	"althing/value"
)

func TestDraw(t *testing.T) {
	for _, test := range []struct {
		name string
		n    Node
		want string
	}{
		{"alone", Node{Name: "hub", Host: "10.0.0.1"}, "hub(10.0.0.1)  0 servers  0 clients"},
		{"clients", Node{Name: "hub", Host: "10.0.0.1", Clients: []Leaf{{"a", "10.0.0.2"}, {"b", "10.0.0.3"}}}, `
hub(10.0.0.1)  0 servers  2 clients
 ├──> a(10.0.0.2)
 ├──> b(10.0.0.3)`},
		{"the network of seed 2", Node{
			Name: "Mainserver", Host: "10.0.0.1", Clients: []Leaf{{"client1", "10.0.0.1"}, {"client2", "10.0.0.1"}},
			Servers: []Node{{Name: "sub1", Host: "10.0.0.1", Clients: []Leaf{{"client3", "10.0.0.1"}}}, {Name: "sub2", Host: "10.0.0.1"}},
		}, `
Mainserver(10.0.0.1)  2 servers  2 clients
 ├──> client1(10.0.0.1)
 ├──> client2(10.0.0.1)
 ├─ sub1(10.0.0.1)  0 servers  1 clients
 |  ├──> client3(10.0.0.1)
 ├─ sub2(10.0.0.1)  0 servers  0 clients`},
		{"layers", Node{Name: "a", Servers: []Node{
			{Name: "b", Servers: []Node{{Name: "c", Clients: []Leaf{{"x", ""}}}, {Name: "d", Clients: []Leaf{{"y", ""}}}}},
			{Name: "e", Clients: []Leaf{{"z", ""}}},
		}}, `
a  2 servers  0 clients
 ├─ b  2 servers  0 clients
 |  ├─ c  0 servers  1 clients
 |  |  ├──> x
 |  ├─ d  0 servers  1 clients
 |     ├──> y
 ├─ e  0 servers  1 clients
    ├──> z`},
	} {
		if got, want := test.n.Draw(), strings.TrimPrefix(test.want, "\n"); got != want {
			t.Errorf("%s:\n%s\nwant:\n%s", test.name, got, want)
		}
	}
}

func structure(title string, servers value.List, clients ...string) value.List {
	list := value.List{}
	for _, c := range clients {
		list = append(list, value.Str(c))
	}
	return value.List{value.Str(title), servers, list}
}

func TestReadNode(t *testing.T) {
	n, err := ReadNode(structure("sub1(10.0.0.1)  1 servers  1 clients", value.List{structure("sub2\x1b[2J", value.List{})}, "a\nb"))
	if err != nil || n.Name != "sub1" || n.Host != "10.0.0.1" || !slices.Equal(n.Clients, []Leaf{{"a?b", ""}}) || n.Servers[0].Name != "sub2?[2J" {
		t.Errorf("%+v, %v", n, err)
	}
	deep := structure("x", value.List{})
	for range maxDepth + 1 {
		deep = structure("x", value.List{deep})
	}
	for name, v := range map[string]value.Value{
		"no list":          value.Str("x"),
		"too short":        value.List{value.Str("x"), value.List{}},
		"no title":         value.List{value.None{}, value.List{}, value.List{}},
		"a server is none": structure("x", value.List{value.Int(1)}),
		"too deep":         deep,
		"too many":         structure("x", value.List{}, make([]string, maxNodes)...),
		"too many servers": structure("x", slices.Repeat(value.List{structure("x", value.List{})}, maxNodes)),
	} {
		if n, err := ReadNode(v); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %+v, %v", name, n, err)
		}
	}
}

func FuzzReadNode(f *testing.F) {
	for _, seed := range []string{`["a", [], []]`, `["a", [["b", [], ["c"]]], ["d"]]`, `["a", [[[]]], 1]`, `[]`, `{}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := value.FromJSON(data)
		if err != nil {
			return
		}
		n, err := ReadNode(v)
		if err != nil {
			return
		}
		drawn := n.Draw()
		if strings.Count(drawn, "\n") > maxNodes || strings.ContainsAny(drawn, "\x1b\r") {
			t.Errorf("%q", drawn)
		}
	})
}
