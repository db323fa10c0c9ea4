package access

import (
	"time"

	"github.com/spf13/pflag"
)

// Limits are the bounds of a hub. Sizes are bytes. The zero value is no hub's:
// begin with DefaultLimits.
type Limits struct {
	Query int64 // one text

	EvaluationTime   time.Duration
	EvaluationMemory int64
	EvaluationPool   int64 // of all evaluations together
	Evaluations      int64 // at once
	Unread           int64 // of all large replies that are not yet read
	QueueTotal       int64 // of all that waits to be written to sessions

	Value         int64 // one value or message
	Keys          int64
	KeyBytes      int64
	RegistryBytes int64
	HistoryBytes  int64 // of one key
	HistoryTotal  int64
	Variables     int64
	VariableBytes int64

	Clients       int64
	Groups        int64
	Joins         int64 // groups that one client is in
	InboxMessages int64
	InboxBytes    int64
	MessageBytes  int64 // of all messages together
	Window        int64 // messages that one session has not acknowledged
	Watches       int64 // of one session

	Hubs           int64 // other hubs that messages go to, or have come from
	OutboxMessages int64 // that wait for one other hub
	OutboxBytes    int64
	Asks           int64 // questions to other hubs at once
	AsksEach       int64 // of one session

	FunctionTime     time.Duration // of one call of a function of the owner's
	Functions        int64         // calls at once
	FunctionsWaiting int64         // calls that wait for their turn
	FunctionData     int64         // what a call gets, or gives

	SQLBytes     int64 // the file
	SQLTime      time.Duration
	SQLMemory    int64 // of all statements together
	SQLTemp      int64 // room on the disk that statements take for a moment, together
	ResultRows   int64
	ResultBytes  int64
	Conns        int64
	ConnsPerHost int64
	WrongKeys    int64 // of one address, in a minute
	LogBytes     int64 // the journal's part of the disk
}

// bound is one row of the table of bounds.
type bound struct {
	flag   string
	of     func(*Limits) pflag.Value
	is     string // the default, as it is typed
	reason string
}

// bounds is every bound with its default and the reason for it.
var bounds = []bound{
	{"max-query", size(func(l *Limits) *int64 { return &l.Query }), "1MiB", "one query: more is a program, or an attack"},
	{"max-evaluation-time", dur(func(l *Limits) *time.Duration { return &l.EvaluationTime }), "1s", "one evaluation: clients give up after 20 s, and others wait"},
	{"max-evaluation-memory", size(func(l *Limits) *int64 { return &l.EvaluationMemory }), "32MiB", "one evaluation: suits a Raspberry Pi with 512 MiB"},
	{"max-evaluation-pool", size(func(l *Limits) *int64 { return &l.EvaluationPool }), "128MiB", "all evaluations together: a quarter of a small machine"},
	{"max-evaluations", count(func(l *Limits) *int64 { return &l.Evaluations }), "64", "evaluations at once: more only share the same cores"},
	{"max-unread", size(func(l *Limits) *int64 { return &l.Unread }), "128MiB", "large replies that clients have not yet read: they live in memory"},
	{"max-queue-total", size(func(l *Limits) *int64 { return &l.QueueTotal }), "64MiB", "what waits to be read by all sessions together: those that leave most unread are dropped"},
	{"max-value", size(func(l *Limits) *int64 { return &l.Value }), "512KiB", "one value or message: must fit a record of the log, which holds 900 KiB"},
	{"max-keys", count(func(l *Limits) *int64 { return &l.Keys }), "1000000", "shared values: about 300 MB of memory"},
	{"max-key", size(func(l *Limits) *int64 { return &l.KeyBytes }), "1KiB", "one key: names, not contents"},
	{"max-registry", size(func(l *Limits) *int64 { return &l.RegistryBytes }), "256MiB", "all shared values: they live in memory"},
	{"max-history", size(func(l *Limits) *int64 { return &l.HistoryBytes }), "64KiB", "former values of one key"},
	{"max-history-total", size(func(l *Limits) *int64 { return &l.HistoryTotal }), "64MiB", "former values of all keys: they live in memory"},
	{"max-variables", count(func(l *Limits) *int64 { return &l.Variables }), "10000", "variables of the hub's scope: shared values are the better place"},
	{"max-variable-bytes", size(func(l *Limits) *int64 { return &l.VariableBytes }), "16MiB", "all variables: they live in memory"},
	{"max-clients", count(func(l *Limits) *int64 { return &l.Clients }), "100000", "clients: IDs cost nothing to ask for"},
	{"max-groups", count(func(l *Limits) *int64 { return &l.Groups }), "100000", "groups: one a client, by best practice"},
	{"max-joins", count(func(l *Limits) *int64 { return &l.Joins }), "1000", "groups that one client is in"},
	{"max-inbox", count(func(l *Limits) *int64 { return &l.InboxMessages }), "10000", "messages in one inbox: a client that does not read must not fill the hub"},
	{"max-inbox-bytes", size(func(l *Limits) *int64 { return &l.InboxBytes }), "16MiB", "what the messages of one inbox take"},
	{"max-messages-bytes", size(func(l *Limits) *int64 { return &l.MessageBytes }), "256MiB", "all messages that wait: they live in memory"},
	{"max-window", count(func(l *Limits) *int64 { return &l.Window }), "1000", "messages sent to one session that it has not acknowledged: they come again after a break"},
	{"max-watches", count(func(l *Limits) *int64 { return &l.Watches }), "100", "watches of one session: every change is compared with all of them"},
	{"max-hubs", count(func(l *Limits) *int64 { return &l.Hubs }), "2000", "other hubs that messages go to or come from: as many as a tree has"},
	{"max-outbox", count(func(l *Limits) *int64 { return &l.OutboxMessages }), "100000", "messages that wait for one other hub: a day of one a second while it is away"},
	{"max-outbox-bytes", size(func(l *Limits) *int64 { return &l.OutboxBytes }), "64MiB", "what the messages for one other hub take: they live in memory"},
	{"max-asks", count(func(l *Limits) *int64 { return &l.Asks }), "48", "questions to other hubs at once: a link answers no more at a time"},
	{"max-asks-each", count(func(l *Limits) *int64 { return &l.AsksEach }), "16", "questions to other hubs at once of one session"},
	{"max-function-time", dur(func(l *Limits) *time.Duration { return &l.FunctionTime }), "10s", "one call of a function of the owner's that does not say: clients give up after 20 s"},
	{"max-functions", count(func(l *Limits) *int64 { return &l.Functions }), "4", "functions that run at once: each is a process, and a small machine has four cores"},
	{"max-functions-waiting", count(func(l *Limits) *int64 { return &l.FunctionsWaiting }), "64", "calls of functions that wait for their turn: further ones would wait longer than clients do"},
	{"max-function-data", size(func(l *Limits) *int64 { return &l.FunctionData }), "1MiB", "arguments of a function, and its output: they live in memory"},
	{"max-sql", size(func(l *Limits) *int64 { return &l.SQLBytes }), "1GiB", "the SQL file"},
	{"max-sql-time", dur(func(l *Limits) *time.Duration { return &l.SQLTime }), "5s", "one SQL statement: there is one writer at a time"},
	{"max-sql-memory", size(func(l *Limits) *int64 { return &l.SQLMemory }), "32MiB", "memory of all SQL together: what does not fit goes to the disk"},
	{"max-sql-temp", size(func(l *Limits) *int64 { return &l.SQLTemp }), "256MiB", "room on the disk to sort and to build indexes: enough for the index of a million rows"},
	{"max-result-rows", count(func(l *Limits) *int64 { return &l.ResultRows }), "100000", "rows of one result"},
	{"max-result-bytes", size(func(l *Limits) *int64 { return &l.ResultBytes }), "16MiB", "bytes of one result: it is held in memory"},
	{"max-conns", count(func(l *Limits) *int64 { return &l.Conns }), "20000", "connections in all: each takes about 10 KiB and a file descriptor"},
	{"max-conns-per-address", count(func(l *Limits) *int64 { return &l.ConnsPerHost }), "1000", "connections from one address, this machine's own apart"},
	{"max-wrong-keys", count(func(l *Limits) *int64 { return &l.WrongKeys }), "10", "wrong keys from one address in a minute"},
	{"max-log", size(func(l *Limits) *int64 { return &l.LogBytes }), "2GiB", "the journal's part of the disk: snapshots keep it far below"},
}

// DefaultLimits gives the bounds that a hub has when nothing else is said.
func DefaultLimits() Limits {
	var l Limits
	for _, b := range bounds {
		_ = b.of(&l).Set(b.is) // a test sees that all of them can be set
	}
	return l
}

// AddFlags offers every bound as a flag. l has the defaults from then on.
func (l *Limits) AddFlags(flags *pflag.FlagSet) {
	*l = DefaultLimits()
	for _, b := range bounds {
		flags.Var(b.of(l), b.flag, b.reason)
	}
}

// Bound is a row of the table for people.
type Bound struct{ Flag, Default, Reason string }

// Bounds gives the table.
func Bounds() []Bound {
	rows := make([]Bound, len(bounds))
	for i, b := range bounds {
		rows[i] = Bound{b.flag, b.is, b.reason}
	}
	return rows
}

func size(of func(*Limits) *int64) func(*Limits) pflag.Value {
	return func(l *Limits) pflag.Value { return (*sizeValue)(of(l)) }
}

func count(of func(*Limits) *int64) func(*Limits) pflag.Value {
	return func(l *Limits) pflag.Value { return (*countValue)(of(l)) }
}

func dur(of func(*Limits) *time.Duration) func(*Limits) pflag.Value {
	return func(l *Limits) pflag.Value { return (*durationValue)(of(l)) }
}
