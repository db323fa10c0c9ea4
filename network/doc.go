// Package network is a hub among hubs: who it is, what the tree of hubs looks like
// and which way leads where.
//
// Hubs form a tree. A hub has one parent at most, and knows the whole tree: each
// hub signs a Record of itself, which travels along the links to all others, so
// that nobody can speak of a hub but itself and, of whether it is connected, its
// parent. Tree is the picture that comes of it; it is pure, and not safe for
// concurrent use.
package network
