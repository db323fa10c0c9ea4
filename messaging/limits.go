package messaging

// Limits bound clients, groups and inboxes; a zero means no bound.
//
// They are part of the state, not of the program: an operation that was
// accepted under one set of limits must be accepted again when the log is
// replayed, also when the owner has changed them since.
type Limits struct {
	Clients      int64
	Groups       int64 // that somebody is in
	Joins        int64 // groups that one client is in
	Messages     int64 // in one inbox
	MessageBytes int64 // the text of one message
	InboxBytes   int64 // what the messages of one inbox take
	Bytes        int64 // what all messages take, each counted once

	Hubs           int64 // other hubs that messages go to, or have come from
	OutboxMessages int64 // that wait for one other hub
	OutboxBytes    int64 // what these take
}
