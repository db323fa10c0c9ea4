package wire

import (
	"time"
)

// Role is what a client is to the server that it registers with.
type Role uint8

// The roles. A finder only looks whether there is a server, and is never
// registered. A visitor asks what it has to ask and goes: the server knows it for
// as long as its connection lasts.
const (
	Client Role = iota
	Subserver
	Finder
	Visitor
)

// Hello is what a client says about itself when it registers.
type Hello struct {
	Role        Role
	Name        string // the name it asks for; empty: the server chooses
	Description string
	Version     string
	Commands    []string // that the server may have it run
	Requests    []string // that it answers
	Key         string   // the admin key, or empty
	Resume      string   // the token of an earlier Welcome, or empty
	Address     string   // of a subserver: where its own clients reach it, "ip:port"
}

// Welcome is what a client gets when it is registered.
type Welcome struct {
	ID     string
	Name   string // the name it got
	Notice string // one line that says why that is not the name it asked for
	Resume string // the token by which it is the same client on another connection
	Admin  bool   // it has admin's permissions
	Server Info
}

// Info is what a server says about itself.
type Info struct {
	Name        string
	Description string
	Version     string
	Layer       int      // 0: the top of the tree
	Path        string   // where it is in the tree: "top/middle/name"
	Commands    []string // that a client may have it run
	Requests    []string // that it answers
	Limits      Limits
	Socks       []Sock
	Started     time.Time
	Higher      string // address of the server above it, "ip:port", or empty
}

// Limits are the bounds of a server that its clients have to know.
type Limits struct {
	Message int // bytes of the largest message
	Name    int // bytes of the longest name
}

// Sock is a further port of a server, and what it is for.
type Sock struct {
	Name       string
	Port       int  // 0: the protocol asks for it with a ticket
	ConnectNew bool // every new client is to connect to it, as far as its protocol knows how
}
