package web

import (
	"net/http"
	"strings"
	"time"

	"althing/access"
	"althing/fault"
	"althing/hub"
	"althing/network"
	"althing/registry"
	"althing/value"
)

// registryOperations are the shared values.
var registryOperations = []operation{
	{
		method: http.MethodGet, path: "/registry", act: access.Read, summary: "The keys that match, in order, with what they hold",
		params: []param{
			{name: "pattern", help: "dotted names with * and ? as the text port has them; default: all. With @* of all hubs: a page of each"},
			{name: "after", help: "the last key of the page before"},
			{name: "limit", kind: aNumber, help: "how many at most, 1 to 1000; default 100"},
			hubParam,
		},
		out: entriesOut{}, run: getEntries,
	},
	{
		method: http.MethodDelete, path: "/registry", act: access.Write, summary: "Delete every key that matches",
		params: []param{{name: "pattern", needed: true, help: "which keys; * is all"}, hubParam}, out: countOut{}, run: deleteEntries,
	},
	{
		method: http.MethodGet, path: "/registry/{key}", act: access.Read, summary: "What a key holds; the ETag is its revision",
		params: []param{hubParam}, headers: []param{ifNoneMatch}, out: entryOut{}, run: getEntry,
	},
	{
		method: http.MethodPut, path: "/registry/{key}", act: access.Write, summary: "Set a key to the JSON value of the body; If-Match and If-None-Match hold in the same transaction",
		params:  []param{{name: "ttl", kind: aDuration, help: "how long it lasts; default: until it is replaced"}, hubParam},
		headers: []param{ifMatch, ifNoneMatch}, in: jsonValue{}, out: setOut{}, run: putEntry,
	},
	{
		method: http.MethodDelete, path: "/registry/{key}", act: access.Write, summary: "Delete a key; If-Match holds in the same transaction",
		params: []param{hubParam}, headers: []param{ifMatch, ifNoneMatch}, run: deleteEntry,
	},
	{
		method: http.MethodGet, path: "/registry/{key}/history", act: access.Read, summary: "The last values of a key, the oldest first and the present one last",
		params: []param{hubParam}, out: historyOut{}, run: getHistory,
	},
}

type entryOut struct {
	Key      string     `json:"key"`
	Value    jsonValue  `json:"value"`
	Literal  string     `json:"literal,omitempty" help:"the value as Python writes it; of a single key only"`
	Revision uint64     `json:"revision,omitempty" help:"grows with every change; not given for keys that the hub itself keeps"`
	Changed  *time.Time `json:"changed,omitempty"`
	Expires  *time.Time `json:"expires,omitempty" help:"when it runs out by itself"`
	Age      *float64   `json:"age,omitempty" help:"of a key of a hub that is away: how many seconds ago it held this"`
	Away     string     `json:"away,omitempty" help:"and why it is not known now"`
}

type entriesOut struct {
	Entries []entryOut `json:"entries"`
	More    bool       `json:"more" help:"there may be others behind the last"`
	// Missing is of a pattern of all hubs.
	Missing map[string]string `json:"missing,omitempty" help:"hubs that did not answer, and why"`
}

type countOut struct {
	Count int64 `json:"count"`
}

type setOut struct {
	Key      string `json:"key"`
	Revision uint64 `json:"revision"`
}

type historyOut struct {
	Values []pastOut `json:"values"`
}

type pastOut struct {
	Value jsonValue  `json:"value"`
	At    *time.Time `json:"at"`
}

const (
	usualEntries = 100
	mostEntries  = 1000
)

func entryOf(key string, e registry.Entry) entryOut {
	return entryOut{Key: key, Value: jsonValue{e.Value}, Revision: e.Rev, Changed: moment(e.At), Expires: moment(e.Expire)}
}

func getEntries(c *call) (any, error) {
	pattern, behind := c.text("pattern"), c.text("after")
	if pattern == "" {
		pattern = "*"
	}
	most := c.number("limit", usualEntries, 1, mostEntries)
	if strings.HasSuffix(pattern, "@"+network.EveryName) {
		return c.entriesOfAll(pattern, most)
	}
	out := entriesOut{Entries: []entryOut{}}
	pattern, id, other, err := c.place(pattern)
	if err != nil {
		return nil, err
	}
	if other {
		return c.entriesOf(id, with("pattern", value.Str(pattern)), with("behind", value.Str(behind)), with("limit", value.Int(most)))
	}
	found, more, err := c.session.Entries(c.Context(), pattern, behind, int(most))
	if err != nil {
		return nil, err
	}
	found, cut := page(found, func(f hub.Found) value.Value { return f.Value })
	for _, f := range found {
		out.Entries = append(out.Entries, entryOf(f.Key, f.Entry))
	}
	out.More = more || cut
	return out, nil
}

// entriesOf gives the entries of another hub, without revisions and times: hubs tell
// each other what keys hold.
func (c *call) entriesOf(id string, params ...value.Pair) (any, error) {
	answer, err := c.ask(id, "registry.fetch", params...)
	if err != nil {
		return nil, err
	}
	out := entriesOut{Entries: []entryOut{}}
	addEntries(&out, "", answer)
	return out, nil
}

// addEntries adds what another hub has answered; behind stands behind its keys.
func addEntries(out *entriesOut, behind string, answer func(string) value.Value) {
	out.More = out.More || answer("more") == value.Bool(true)
	if all, ok := answer("entries").(*value.Dict); ok {
		for _, pair := range all.Pairs() {
			out.Entries = append(out.Entries, entryOut{Key: value.Text(pair.Key) + behind, Value: jsonValue{pair.Value}})
		}
	}
}

// entriesOfAll gives the entries of all hubs of the tree, of each at most so many.
func (c *call) entriesOfAll(pattern string, most int64) (any, error) {
	if c.given(hubParam.name) || c.given("after") {
		return nil, fault.New(fault.Invalid, "a pattern of all hubs goes with neither 'hub' nor 'after'")
	}
	a, err := c.server.Hub.Locate(pattern)
	if err != nil {
		return nil, err
	}
	own, more, err := c.session.Entries(c.Context(), a.Name, "", int(most))
	if err != nil {
		return nil, err
	}
	out := entriesOut{Entries: []entryOut{}, More: more, Missing: map[string]string{}}
	for _, f := range own {
		out.Entries = append(out.Entries, entryOf(f.Key+"@"+c.server.Hub.Name(), f.Entry))
	}
	missing, err := c.askAll(a.Hubs, "registry.fetch", func(name string, answer func(string) value.Value) {
		addEntries(&out, "@"+name, answer)
	}, with("pattern", value.Str(a.Name)), with("limit", value.Int(most)))
	if err != nil {
		return nil, err
	}
	for _, pair := range missing.Pairs() {
		out.Missing[value.Text(pair.Key)] = value.Text(pair.Value)
	}
	entries, cut := page(out.Entries, func(e entryOut) value.Value { return e.Value.Value })
	out.Entries, out.More = entries, out.More || cut
	return out, nil
}

func deleteEntries(c *call) (any, error) {
	pattern := c.text("pattern")
	if pattern == "" {
		return nil, fault.New(fault.Invalid, "the parameter \"pattern\" is missing; * is all")
	}
	c.note("DELETE /registry?pattern=" + pattern)
	pattern, id, other, err := c.place(pattern)
	if err != nil {
		return nil, err
	}
	if !other {
		n, err := c.session.Delete(c.Context(), pattern)
		return countOut{int64(n)}, err
	}
	answer, err := c.ask(id, "registry.delete", with("pattern", value.Str(pattern)))
	if err != nil {
		return nil, err
	}
	n, _ := answer("count").(value.Int)
	return countOut{int64(n)}, nil
}

func getEntry(c *call) (any, error) {
	out, err := c.entry()
	if err != nil {
		return c.lastEntry(err)
	}
	if out.Revision != 0 {
		c.reply.Set("ETag", etag(out.Revision))
		if none := c.condition(ifNoneMatch.name); none.given && none.holds(out.Revision) {
			c.status = http.StatusNotModified
			return nil, nil
		}
	}
	out.Literal = value.Repr(out.Value.Value)
	return out, nil
}

// entry is what the key of the path holds, wherever that is.
func (c *call) entry() (entryOut, error) {
	key := c.PathValue("key")
	name, id, other, err := c.place(key)
	if err != nil {
		return entryOut{}, err
	}
	if other {
		answer, err := c.ask(id, "registry.get", with("key", value.Str(name)))
		if err != nil {
			return entryOut{}, err
		}
		revision, _ := answer("revision").(value.Int)
		return entryOut{Key: key, Value: jsonValue{answer("value")}, Revision: uint64(revision), Changed: momentOf(answer("time"))}, nil
	}
	e, found, err := c.session.Get(c.Context(), name)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "there is no key '%.80s'", key)
	}
	return entryOf(key, e), err
}

// lastEntry gives what the key of the path held when a hub was asked for it last that
// is away, as why says; of others it gives why.
func (c *call) lastEntry(why error) (any, error) {
	name, id, other, err := c.place(c.PathValue("key"))
	if err != nil || !other || !hub.Away(why) {
		return nil, why
	}
	asker, err := c.session.Asker()
	if err != nil {
		return nil, why
	}
	was, age, known := asker.Last(id, name)
	if !known {
		return nil, why
	}
	held, _ := was.Get(value.Str("value"))
	seconds := age.Seconds()
	return entryOut{
		Key: c.PathValue("key"), Value: jsonValue{held}, Literal: value.Repr(held), Age: &seconds, Away: fault.Of(why).Message,
	}, nil
}

func putEntry(c *call) (any, error) {
	key, v := c.PathValue("key"), c.in.(*jsonValue).Value
	var lasts *float64
	if c.given("ttl") {
		seconds := c.duration("ttl").Seconds()
		lasts = &seconds
	}
	name, id, other, err := c.place(key)
	if err != nil {
		return nil, err
	}
	revision, err := c.conditionally(func(expect *uint64) (uint64, error) {
		if other {
			return c.setAt(id, name, v, lasts, expect)
		}
		return c.session.Set(hub.Set{Key: name, Value: v, Expire: lasts, ExpectRevision: expect}).Wait(c.Context())
	})
	if err != nil {
		return nil, err
	}
	c.reply.Set("ETag", etag(revision))
	return setOut{key, revision}, nil
}

// setAt sets a key of another hub.
func (c *call) setAt(id, key string, v value.Value, lasts *float64, expect *uint64) (uint64, error) {
	params := []value.Pair{with("key", value.Str(key)), with("value", v)}
	if lasts != nil {
		params = append(params, with("expire", value.Float(*lasts)))
	}
	if expect != nil {
		params = append(params, with("expect_revision", value.Int(*expect)))
	}
	answer, err := c.ask(id, "registry.set", params...)
	if err != nil {
		return 0, err
	}
	revision, _ := answer("revision").(value.Int)
	return uint64(revision), nil
}

func deleteEntry(c *call) (any, error) {
	key, id, other, err := c.place(c.PathValue("key"))
	if err != nil {
		return nil, err
	}
	if other {
		return nil, c.deleteAt(id, key)
	}
	_, err = c.conditionally(func(expect *uint64) (uint64, error) {
		found, err := c.session.Remove(c.Context(), key, expect)
		if err == nil && !found {
			err = fault.New(fault.NotFound, "there is no key '%.80s'", key)
		}
		return 0, err
	})
	return nil, err
}

// deleteAt deletes a key of another hub, for which hubs have no condition.
func (c *call) deleteAt(id, key string) error {
	if c.condition(ifMatch.name).given || c.condition(ifNoneMatch.name).given {
		return fault.New(fault.Invalid, "a key of another hub is deleted without %s and %s", ifMatch.name, ifNoneMatch.name)
	}
	answer, err := c.ask(id, "registry.delete", with("pattern", value.Str(registry.Exactly(key))))
	if err == nil && answer("count") == value.Int(0) {
		err = fault.New(fault.NotFound, "there is no key '%.80s'", c.PathValue("key"))
	}
	return err
}

func getHistory(c *call) (any, error) {
	out := historyOut{Values: []pastOut{}}
	key, id, other, err := c.place(c.PathValue("key"))
	if err != nil {
		return nil, err
	}
	if other {
		answer, err := c.ask(id, "registry.history", with("key", value.Str(key)))
		if err != nil {
			return nil, err
		}
		all, _ := answer("values").(value.List)
		for _, v := range all {
			if pair, ok := v.(value.List); ok && len(pair) == 2 {
				out.Values = append(out.Values, pastOut{jsonValue{pair[1]}, momentOf(pair[0])})
			}
		}
		return out, nil
	}
	past, err := c.session.History(c.Context(), key)
	if err != nil {
		return nil, err
	}
	for _, was := range past {
		out.Values = append(out.Values, pastOut{jsonValue{was.Value}, moment(was.At)})
	}
	return out, nil
}
