package commands

import (
	"context"
	"strings"

	"althing"
	"althing/fault"
	"althing/wire"
)

func (b *builtins) rightsCommands() []builtin {
	return []builtin{
		{
			name: "s.getadmin", category: users, optional: []string{"adminkey"}, secret: true,
			description: "Gives you admin permissions when the key is right", do: b.getAdmin,
		},
		{
			name: "s.removeadmin", category: users, optional: []string{"username"}, repeatable: "username", admin: true,
			description: "Takes admin permissions from users, or from yourself", do: b.removeAdmin,
		},
		{
			name: "s.getrights", category: users, params: []string{"permission"}, repeatable: "permission", admin: true,
			description: "Gives you permissions", do: getRights,
		},
		{
			name: "s.removerights", category: users, params: []string{"permission"}, repeatable: "permission", admin: true,
			description: "Takes permissions from you", do: removeRights,
		},
		{
			name: "s.setadminkey", category: management, params: []string{"new_key"}, secret: true, admin: true,
			description: "Sets another admin key; who is an admin stays one", do: b.setAdminKey,
		},
		{
			name: "s.getadminkey", category: statistic, admin: true,
			description: "Says how to get a new admin key", do: b.getAdminKey,
		},
	}
}

func (b *builtins) getAdmin(_ context.Context, call *althing.Call) (althing.Answer, error) {
	if err := b.CheckKey(call.By, call.Arg(0)); err != nil {
		return althing.Answer{}, err
	}
	if err := elevate(call); err != nil {
		return althing.Answer{}, err
	}
	b.Audit(call.By, wire.Redact(wire.CommandText(call.Name, call.Args)))
	return say("Key correct. You got admin permissions")
}

// elevate makes the caller an admin: one without a conn by its Elevate, which it
// may not have.
func elevate(call *althing.Call) error {
	if e, ok := call.By.(interface{ Elevate() error }); ok {
		return e.Elevate()
	}
	conn, err := connOf(call)
	if err == nil {
		conn.Grant(althing.Admin)
	}
	return err
}

func (b *builtins) removeAdmin(_ context.Context, call *althing.Call) (althing.Answer, error) {
	if len(call.Args) == 0 {
		conn, err := connOf(call)
		if err != nil {
			return althing.Answer{}, err
		}
		return say(removed(conn.Revoke(althing.Admin)))
	}
	return b.each(call, func(conn *althing.Conn) string {
		lost := removed(conn.Revoke(althing.Admin))
		if conn != call.Conn {
			tell(conn, "%s", lost)
		}
		return shown(conn.Name(), maxTitle) + ": " + lost
	})
}

func getRights(_ context.Context, call *althing.Call) (althing.Answer, error) {
	conn, err := connOf(call)
	if err != nil {
		return althing.Answer{}, err
	}
	permissions, err := permissionsOf(call)
	if err != nil {
		return althing.Answer{}, err
	}
	if had := len(conn.Permissions()); had+len(permissions) > maxPermissions {
		return althing.Answer{}, fault.New(fault.Limit, "a client may have %d permissions", maxPermissions)
	}
	switch added := conn.Grant(permissions...); len(added) {
	case 0:
		return say("No new permissions added")
	case 1:
		return say("Gained permission: " + added[0])
	default:
		return say("Gained permissions: " + strings.Join(added, ", "))
	}
}

func removeRights(_ context.Context, call *althing.Call) (althing.Answer, error) {
	conn, err := connOf(call)
	if err != nil {
		return althing.Answer{}, err
	}
	permissions, err := permissionsOf(call)
	if err != nil {
		return althing.Answer{}, err
	}
	return say(removed(conn.Revoke(permissions...)))
}

func removed(permissions []string) string {
	if len(permissions) == 0 {
		return "No permissions removed"
	}
	return "Removed permissions: " + strings.Join(permissions, ", ")
}

// maxPermissions bounds what an admin can make a conn keep.
const maxPermissions = 100

func permissionsOf(call *althing.Call) ([]string, error) {
	permissions := argTexts(call.Args)
	for _, p := range permissions {
		if p == "" || p != shown(p, maxTitle) {
			return nil, fault.New(fault.Invalid, "'%s' is no permission: 1 to %d bytes that can be shown", shown(p, maxTitle), maxTitle)
		}
	}
	return permissions, nil
}

// maxKey is the bytes of an admin key: a line, not a book.
const maxKey = 1024

func (b *builtins) setAdminKey(_ context.Context, call *althing.Call) (althing.Answer, error) {
	key := call.Arg(0)
	switch {
	case key == "":
		return althing.Answer{}, fault.New(fault.Invalid, "the admin key cannot be made empty")
	case len(key) > maxKey || key != shown(key, maxKey) || key != strings.TrimSpace(key):
		return althing.Answer{}, fault.New(fault.Invalid, "an admin key is one line of at most %d bytes, without blanks around it", maxKey)
	}
	if err := b.SetKey(key); err != nil {
		return althing.Answer{}, err
	}
	return say("Changed adminkey to '" + key + "'")
}

func (b *builtins) getAdminKey(context.Context, *althing.Call) (althing.Answer, error) {
	return say("The admin key is shown to nobody; " + b.NewKey)
}
