package web

import (
	"maps"
	"net/http"
	"slices"

	"althing/access"
	"althing/fault"
	"althing/hub"
	"althing/value"
)

// messageOperations are messages, and the groups that they go to.
var messageOperations = []operation{
	{method: http.MethodPost, path: "/messages", act: access.Send, summary: "Send a message to a client or a group, here or at another hub: lamp@barn", in: messageIn{}, run: sendMessage},
	{method: http.MethodGet, path: "/groups", act: access.Read, summary: "The groups, and how many clients are in each", params: []param{hubParam}, out: groupsOut{}, run: getGroups},
	{method: http.MethodGet, path: "/groups/{group}", act: access.Read, summary: "Who is in a group", params: []param{hubParam}, out: groupMembersOut{}, run: getGroup},
}

type messageIn struct {
	To      string     `json:"to" help:"an ID, a client's name or a group"`
	Body    string     `json:"body"`
	From    string     `json:"from,omitempty" help:"NOPLY, which cannot be answered; for administrators also CONSOLE and, the default, SYSADMIN"`
	Headers []headerIO `json:"headers,omitempty"`
}

type headerIO struct {
	Name  string `json:"name"`
	Value string `json:"value,omitempty"`
}

func sendMessage(c *call) (any, error) {
	in := c.in.(*messageIn)
	if in.To == "" {
		return nil, fault.New(fault.Invalid, "'to' is missing: an ID, a client's name or a group")
	}
	c.note("message to " + in.To)
	m := hub.Message{From: in.From, To: in.To, Body: in.Body}
	for _, h := range in.Headers {
		m.Headers = append(m.Headers, hub.Header(h))
	}
	_, err := c.session.SendAs(c.Context(), m).Wait(c.Context())
	return nil, err
}

type groupsOut struct {
	Groups []groupOut `json:"groups"`
}

type groupOut struct {
	Name    string `json:"name"`
	Members int    `json:"members"`
}

func getGroups(c *call) (any, error) {
	id, other, err := c.elsewhere()
	if err != nil {
		return nil, err
	}
	var sizes map[string]int
	if other {
		sizes, err = c.groupsOf(id)
	} else {
		sizes, err = c.session.Groups(c.Context())
	}
	if err != nil {
		return nil, err
	}
	out := groupsOut{Groups: []groupOut{}}
	for _, name := range slices.Sorted(maps.Keys(sizes)) {
		out.Groups = append(out.Groups, groupOut{name, sizes[name]})
	}
	return out, nil
}

// groupsOf are those of another hub.
func (c *call) groupsOf(id string) (map[string]int, error) {
	answer, err := c.ask(id, "group.list")
	if err != nil {
		return nil, err
	}
	sizes := map[string]int{}
	if all, ok := answer("sizes").(*value.Dict); ok {
		for _, pair := range all.Pairs() {
			n, _ := pair.Value.(value.Int)
			sizes[value.Text(pair.Key)] = int(n)
		}
	}
	return sizes, nil
}

type groupMembersOut struct {
	Members []groupMember `json:"members"`
	More    bool          `json:"more" help:"there are others"`
}

type groupMember struct {
	ID   string `json:"id"`
	Name string `json:"name" help:"empty: it is known by its ID only"`
}

// mostMembers of a group are told: ALL has everybody.
const mostMembers = 1000

func getGroup(c *call) (any, error) {
	group := c.PathValue("group")
	id, other, err := c.elsewhere()
	if err != nil {
		return nil, err
	}
	out := groupMembersOut{Members: []groupMember{}}
	if other {
		answer, err := c.ask(id, "group.members", with("group", value.Str(group)))
		if err != nil {
			return nil, err
		}
		all, _ := value.Items(answer("members"))
		for _, one := range all[:min(len(all), mostMembers)] {
			get, err := members(one)
			if err != nil {
				return nil, err
			}
			out.Members = append(out.Members, groupMember{value.Text(get("id")), value.Text(get("name"))})
		}
		out.More = len(all) > mostMembers
		return out, nil
	}
	all, err := c.session.Members(c.Context(), group)
	if err != nil {
		return nil, err
	}
	for _, one := range all[:min(len(all), mostMembers)] {
		out.Members = append(out.Members, groupMember{one.ID, one.Name})
	}
	out.More = len(all) > mostMembers
	return out, nil
}
