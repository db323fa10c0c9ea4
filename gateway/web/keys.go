package web

import (
	"net/http"

	"althing/access"
	"althing/hub"
	"althing/value"
)

// keyOperations are the tree that dotted names make.
var keyOperations = []operation{{
	method: http.MethodGet, path: "/keys", act: access.Read, summary: "The names that come next behind a prefix: keys, and those that have keys below them",
	params: []param{
		{name: "prefix", help: "where in the tree: garden. with the dot; default: at the top"},
		{name: "after", help: "the `after` of the last name of the page before"},
		{name: "limit", kind: aNumber, help: "how many at most, 1 to 1000; default 1000"},
	},
	out: branchesOut{}, run: getBranches,
}}

type branchesOut struct {
	Names []branchOut `json:"names"`
	More  bool        `json:"more" help:"there may be others behind the last"`
}

type branchOut struct {
	Name  string      `json:"name" help:"the next part of the name"`
	Entry *entryOut   `json:"entry,omitempty" help:"what the key of that name holds; missing: there are only keys below it"`
	Past  []jsonValue `json:"past,omitempty" help:"of a number: its last values, the oldest first and the present one last"`
	Below int         `json:"below" help:"how many keys are below it"`
	Many  bool        `json:"many,omitempty" help:"there are more below it than that"`
	After string      `json:"after" help:"for the next page"`
}

func getBranches(c *call) (any, error) {
	found, more, err := c.session.Branches(c.Context(), c.text("prefix"), c.text("after"), int(c.number("limit", mostEntries, 1, mostEntries)))
	if err != nil {
		return nil, err
	}
	found, cut := page(found, func(b hub.Branch) value.Value { return b.Entry.Value })
	out := branchesOut{Names: make([]branchOut, len(found)), More: more || cut}
	for i, b := range found {
		out.Names[i] = branchOf(b)
	}
	return out, nil
}

func branchOf(b hub.Branch) branchOut {
	out := branchOut{Name: b.Name, Below: b.Below, Many: b.Many, After: b.After}
	if b.Holds {
		entry := entryOf(b.Key, b.Entry)
		out.Entry = &entry
	}
	for _, was := range b.Past {
		out.Past = append(out.Past, jsonValue{was.Value})
	}
	return out
}
