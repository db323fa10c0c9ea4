package session

import (
	"context"
	"net/netip"
	"strconv"
	"unicode/utf8"

	"althing"
	"althing/fault"
	"althing/hub"
	"althing/wire"
)

// directory is the journal as an althing.Directory: the server's clients are the
// hub's.
type directory struct{ server *Server }

const (
	// shortest is the fewest characters of a name that a client is told about when
	// it cannot have it; who gives less has none in mind.
	shortest = 3
	// idShown is the letters of its ID in the name of a client without one.
	idShown = 5
	// mostNamesakes is how many of these names are tried: two clients with the
	// same letters are rare.
	mostNamesakes = 10
)

// Enter implements althing.Directory.
func (d directory) Enter(ctx context.Context, hello wire.Hello, _ netip.AddrPort) (who althing.Identity, err error) {
	l := linkOf(ctx)
	err = l.use(func(session *hub.Session) error {
		if hello.Role == wire.Visitor {
			id := d.server.hub.NewID()
			who = althing.Identity{ID: id, Name: "visitor_" + id[:idShown]}
			return session.Visit()
		}
		who, err = register(ctx, session, hub.Registration{
			Name: hello.Name, Description: hello.Description, Resume: hello.Resume, Gone: l.gone,
		})
		return err
	})
	return who, err
}

// register makes a client of the hub. A name that cannot be had is no error.
func register(ctx context.Context, session *hub.Session, r hub.Registration) (who althing.Identity, err error) {
	asked := r.Name
	unfit := althing.CheckName(asked)
	if unfit != nil {
		r.Name = ""
	}
	is, err := session.Register(ctx, r)
	if fault.Is(err, fault.Conflict) && r.Name != "" {
		unfit = taken(asked, err)
		r.Name = ""
		is, err = session.Register(ctx, r)
	}
	if err != nil {
		return who, err
	}
	who = althing.Identity{ID: is.ID, Name: is.Name, Resume: is.Resume}
	if who.Name == "" {
		who.Name, err = nameless(ctx, session)
	}
	if unfit != nil && !is.Resumed && utf8.RuneCountInString(asked) >= shortest {
		who.Notice = fault.Of(unfit).Message
	}
	return who, err
}

// nameless gives a client a name that it has not asked for.
func nameless(ctx context.Context, session *hub.Session) (name string, err error) {
	name = "unnamed_" + session.ID()[:idShown]
	for n := 2; n < 2+mostNamesakes; n++ {
		if _, err = session.Rename(name).Wait(ctx); !fault.Is(err, fault.Conflict) {
			break
		}
		name = "unnamed_" + session.ID()[:idShown] + strconv.Itoa(n)
	}
	return name, err
}

// Rename implements althing.Directory.
func (d directory) Rename(ctx context.Context, id, name string) error {
	if err := althing.CheckName(name); err != nil {
		return err
	}
	return taken(name, d.server.hub.Rename(ctx, id, name))
}

// taken words the error of a name that somebody else has.
func taken(name string, err error) error {
	if fault.Is(err, fault.Conflict) {
		return fault.Wrap(err, fault.Conflict, "Username '%s' is already used", name)
	}
	return err
}

// Leave implements althing.Directory. The hub hears of it from the link.
func (directory) Leave(string) {}

// gone is called when the client is another's or known no more. Who has only just
// registered is told by connected.
func (l *link) gone(reason error) {
	l.lost.Store(fault.Of(reason))
	if conn := l.conn.Load(); conn != nil {
		conn.CloseFor(fault.Of(reason))
	}
}
