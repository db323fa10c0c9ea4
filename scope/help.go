package scope

// Help says in a line how a name of a hub's is used; false: it says nothing of it.
func Help(name string) (usage, does string, known bool) {
	h, known := helps[name]
	return h[0], h[1], known
}

// helps are in the order of docs/text-protocol.md.
var helps = map[string][2]string{
	"MyData":      {"MyData['key']", "the shared values, as a dict"},
	"host":        {"host.cpu", "a figure of the hub's machine"},
	"setReg":      {"setReg(key, value, expire=None, expect=value, create=False)", "shares a value; it goes after so many seconds"},
	"getReg":      {"getReg(key, default=None)", "gives a shared value"},
	"delete":      {"delete(pattern)", "deletes every value whose key matches"},
	"fetch":       {"fetch(pattern)", "gives the values whose keys match"},
	"history":     {"history(key)", "gives the last values, with their times"},
	"changes":     {"changes(pattern, after=0)", "waits for changes after a revision"},
	"getClientID": {"getClientID()", "makes a client"},
	"getUserID":   {"getUserID()", "makes a client"},
	"send":        {"send(from, to, text)", "sends a message to a client or a group"},
	"recv":        {"recv(id)", "takes the next message of a client's inbox"},
	"join":        {"join(id, group)", "puts a client into a group"},
	"leave":       {"leave(id, group)", "takes a client out of a group"},
	"exit":        {"exit(id)", "releases a client and its inbox"},
	"known":       {"known(id)", "tells whether an ID is still a client's"},
	"groups":      {"groups()", "gives the groups, and how many are in each"},
	"status":      {"status()", "tells how the hub is"},
	"dbExec":      {"dbExec(sql)", "runs a statement of SQL"},
	"dbQuery":     {"dbQuery(sql)", "asks SQL, and gives columns and rows"},
	"login":       {"login(KEY)", "gives this connection the role of whose key it is"},
	"evalAt":      {"evalAt(hub, text)", "has another hub of the tree work out a text"},
	"admin":       {"admin(KEY, 's.command()')", "runs one hub command as an administrator"},
	"functions":   {"functions()", "gives the functions that the hub's owner has added"},
}
