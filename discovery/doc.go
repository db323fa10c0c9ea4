// Package discovery lets the hubs of a local network be found without an address:
// DNS-SD over multicast DNS (RFC 6762 and 6763), service _althing._tcp.
//
// [Announce] makes a hub known until it is closed; [Search] hears which hubs there
// are; [Find] gives a client of package althing the address of one.
//
// Whoever is on the network can announce anything. What is found is bounded and
// cleaned, and its addresses are of the link on which it was heard; but that it is
// the hub that it says it is, only its fingerprint tells, known from elsewhere.
//
// The package speaks multicast DNS by itself, with golang.org/x/net for messages
// and sockets: hashicorp/mdns, the one library that was at hand, answers on one
// interface only, and neither looks whether a name is free nor says goodbye.
package discovery

// Service is the service that hubs are, in DNS-SD's words.
const Service = "_althing._tcp"
