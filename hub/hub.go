// Package hub puts the parts together: the log and the state it folds into, SQL,
// the evaluator and its names, rights and limits. Session is its only door.
package hub

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"althing"
	"althing/access"
	"althing/commands"
	"althing/datadir"
	"althing/expr"
	"althing/expr/modules"
	"althing/functions"
	"althing/hostmetrics"
	"althing/journal"
	"althing/journal/jetstore"
	"althing/messaging"
	"althing/network"
	"althing/registry"
	"althing/scope"
	"althing/series"
	"althing/sqldb"
	"althing/state"
	"althing/value"
)

// Config says how a hub is to be. Data is needed, all else has a default.
type Config struct {
	Data         string        // the data folder
	Name         string        // default: the host's name
	Description  string        // for people
	Safe         bool          // on disk before it is acknowledged; default: within a second
	Guests       access.Guests // default: full
	ParentMay    access.Role   // what clients of hubs above may be here at most: default guest
	AdminKeyFile string        // default: the key made at the first start
	Limits       access.Limits // default: those of the table in access
	Log          *slog.Logger  // default: slog.Default()
	// Console is shown what is sent to CONSOLE. Default: nobody.
	Console func(from, text string)
	// Settings are what the hub was started with, in the form of a settings file,
	// for its backups. Default: not known.
	Settings []byte
	// Running are all settings, for administrators to look at. Default: not known.
	Running []Setting
	// Stop is asked to stop the hub, or to start it again. Default: the
	// commands that do so say that they cannot.
	Stop func(restart bool)
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

// Hub is a running hub. Its methods may be called concurrently.
type Hub struct {
	config   Config
	log      *slog.Logger
	recorder *commands.Recorder // of what the log was told last
	host     string
	started  time.Time
	home     homes

	dir     *datadir.Dir
	store   *jetstore.Store
	journal *journal.Journal
	state   *state.State
	db      *sqldb.DB
	access  *access.Access
	conns   *access.Conns
	gate    *access.Gate // of all evaluations
	// longGate is for those that take longer than most. It has a place less than
	// there are processors, so that one is left for all the others.
	longGate  *access.Gate
	scope     *scope.Scope
	functions *functions.Set
	server    *althing.Server // its commands are the hub's

	evaluation expr.Limits
	turns      sync.Pool // of *turn
	// writing is held shared by whoever hands a transaction in, and alone by a
	// query that met too many conflicts.
	writing   sync.RWMutex
	contended sync.Mutex // queries that met a conflict go on one after the other

	unread     budget
	presence   presence
	company    company
	taps       taps
	chores     chores
	upkeep     upkeep
	crier      *crier
	node       *network.Node // its part in the tree of hubs
	letters    *letters
	process    process
	lasts      lasts
	answers    map[string]Answer // of its gateway
	asking     atomic.Int64      // questions to other hubs that are under way
	follows    atomic.Int64      // watches of other hubs' keys
	everywhere lookouts
	inquired   inquiries
	keyed      keyed
	crew       crew
	sampler    *hostmetrics.Sampler
	series     *series.Store
	counts     counts

	recordings recordings
	statements statements

	overhearing overhearing

	saving atomic.Bool // a backup is being made

	mu        sync.Mutex
	listeners []listener
	security  security
	stopping  chan struct{}
	stopOnce  sync.Once
	closeOnce sync.Once
	closed    error
	cancel    context.CancelFunc
	running   sync.WaitGroup
}

// security is how the gateways are secured: by which mode of TLS, and the
// certificate with which fingerprint.
type security struct{ mode, fingerprint string }

// listener is a gateway and where it listens.
type listener struct{ gateway, address string }

// Open starts a hub on its data folder. ctx bounds the opening only.
func Open(ctx context.Context, c Config) (*Hub, error) {
	h := &Hub{config: c.withDefaults(), state: state.New(), home: findHomes(), stopping: make(chan struct{})}
	h.recorder = commands.NewRecorder(h.config.Log.Handler())
	h.log, h.started = slog.New(h.recorder), h.config.Now()
	h.host, _ = os.Hostname()
	if err := h.open(ctx); err != nil {
		return nil, errors.Join(err, h.release())
	}
	return h, nil
}

func (h *Hub) open(ctx context.Context) (err error) {
	if h.dir, err = datadir.Open(h.config.Data, h.log); err != nil {
		return err
	}
	if err = h.openLog(ctx); err != nil {
		return err
	}
	if err = h.openSQL(ctx); err != nil {
		return err
	}
	h.access, err = access.Open(h.dir.Path(""), access.Options{
		Guests: h.config.Guests, KeyFile: h.config.AdminKeyFile, Limits: h.config.Limits, Log: h.log, Now: h.config.Now,
	})
	if err != nil {
		return err
	}
	if err := h.newServer(); err != nil {
		return err
	}
	h.scope = scope.New(h, modules.Standard(modules.Options{Now: h.config.Now}))
	if err := h.openFunctions(); err != nil {
		return err
	}
	if err := h.openTree(); err != nil {
		return err
	}
	if h.series, err = series.Open(h.dir.Path(datadir.SeriesFolder), series.Options{Now: h.config.Now}); err != nil {
		return err
	}
	if err := h.recordings.open(h); err != nil {
		return err
	}
	h.ready()
	return nil
}

func (h *Hub) openSQL(ctx context.Context) (err error) {
	l := h.config.Limits
	h.db, err = sqldb.Open(ctx, h.dir.Path(datadir.SQLFile), sqldb.Options{
		Safe: h.config.Safe, Verified: h.dir.Sealed(), Log: h.log,
		Time: l.SQLTime, Rows: int(l.ResultRows), Bytes: int(l.ResultBytes),
		File: l.SQLBytes, Heap: l.SQLMemory, Temp: l.SQLTemp,
	})
	return err
}

func (c Config) withDefaults() Config {
	if c.Name == "" {
		host, _ := os.Hostname()
		c.Name = network.FitName(host)
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Limits == (access.Limits{}) {
		c.Limits = access.DefaultLimits()
	}
	return c
}

// muchReplayed is how many transactions, read back at the start, leave garbage
// that is worth giving back to the system at once: otherwise a hub at rest would
// keep several times what it needs.
const muchReplayed = 10_000

// openLog opens the log and replays it into the state.
func (h *Hub) openLog(ctx context.Context) (err error) {
	h.store, err = jetstore.Open(ctx, jetstore.Options{
		Dir: h.dir.Path(datadir.LogFolder), Safe: h.config.Safe, Log: h.log, MaxBytes: h.config.Limits.LogBytes,
		Free: h.dir.Free,
	})
	if err != nil {
		return err
	}
	h.journal, err = journal.Open(ctx, h.store, h.state, journal.Options{Now: h.config.Now, Log: h.log})
	if err != nil {
		return err
	}
	if h.journal.Stats().Replayed > muchReplayed {
		debug.FreeOSMemory()
	}
	if limits := stateLimits(h.config.Limits); h.state.Limits() != limits {
		_, err = h.journal.Commit(ctx, journal.Tx{Ops: []journal.Op{&state.Configure{Limits: limits}}})
	}
	return err
}

// ready makes what lives in memory only, and starts the upkeep.
func (h *Hub) ready() {
	l := h.config.Limits
	h.conns = access.NewConns(l)
	h.unread.left.Store(l.Unread)
	h.gate = access.NewGate(l.Evaluations)
	h.longGate = access.NewGate(int64(max(1, runtime.GOMAXPROCS(0)-1)))
	h.evaluation = expr.Limits{
		Time: l.EvaluationTime, Memory: l.EvaluationMemory, Pool: expr.NewPool(l.EvaluationPool),
	}
	h.turns.New = h.newTurn
	h.upkeep = upkeep{hub: h, poke: make(chan struct{}, 1)}
	h.crier = newCrier(h)
	h.overhearing.open(h)
	h.sampler = hostmetrics.New(0)
	ctx, cancel := context.WithCancel(context.Background())
	h.cancel = cancel
	h.running.Go(func() { h.upkeep.run(ctx) })
	h.running.Go(func() { h.crier.run(ctx) })
	h.running.Go(func() { h.record(ctx) })
	h.running.Go(func() { h.watchDisk(ctx) })
	h.running.Go(func() { h.endFunctions(ctx) })
	h.running.Go(func() {
		ticks := time.NewTicker(giveBackEvery)
		defer ticks.Stop()
		giveBack(ctx, h.noting(ctx, choreMemory, ticks.C), h.evaluation.Pool)
	})
}

// lookAtDisk is how often the free space is looked at.
const lookAtDisk = 10 * time.Second

// watchDisk tells the log when room becomes scarce, before writes are refused.
func (h *Hub) watchDisk(ctx context.Context) {
	ticks := time.NewTicker(lookAtDisk)
	defer ticks.Stop()
	h.dir.Watch(ctx, h.noting(ctx, choreDisk, ticks.C), func(free int64, scarce bool) {
		if scarce {
			h.log.Warn("the disk of the data folder is nearly full; make room, or writes will be refused", "free", free)
		} else {
			h.log.Info("the disk of the data folder has room again", "free", free)
		}
	})
}

// Stop tells everybody who waits for something to happen that nothing will. It
// is called before the gateways are shut down, and need not be.
func (h *Hub) Stop() { h.stopOnce.Do(func() { close(h.stopping); h.node.Settle() }) }

// Close stores what the hub holds and ends it. The gateways have been shut down
// before. When ctx ends first its error is given; what was acknowledged is
// stored all the same. Later calls give what the first gave.
func (h *Hub) Close(ctx context.Context) error {
	h.closeOnce.Do(func() { h.closed = h.close(ctx) })
	return h.closed
}

func (h *Hub) close(ctx context.Context) error {
	h.Stop()
	if err := h.node.Close(); err != nil {
		h.log.Error("what the hub knows of its tree cannot be stored", "error", err)
	}
	h.cancel()
	h.running.Wait()
	h.sampler.Close()
	if err := h.series.Close(); err != nil {
		h.log.Warn("the last minute of what the hub records of itself cannot be kept", "error", err)
	}
	h.crew.close()
	if err := errors.Join(h.journal.Close(ctx), h.db.Close(ctx)); err != nil {
		return errors.Join(err, h.release())
	}
	return errors.Join(h.dir.Seal(datadir.SQLFile), h.release())
}

// release gives back what was opened, the last first. What was closed in good
// order before does not mind.
func (h *Hub) release() error {
	var errs []error
	ctx, cancel := context.WithTimeout(context.Background(), releaseWithin)
	defer cancel()
	if h.journal != nil {
		errs = append(errs, h.journal.Close(ctx))
	}
	if h.db != nil {
		errs = append(errs, h.db.Close(ctx))
	}
	if h.store != nil {
		errs = append(errs, h.store.Close())
	}
	if h.dir != nil {
		errs = append(errs, h.dir.Close())
	}
	return errors.Join(errs...)
}

// releaseWithin bounds what a start that failed may take to clean up.
const releaseWithin = 2 * time.Second

// Listening notes where a gateway listens, for status and banner.
func (h *Hub) Listening(gateway, address string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.listeners = append(h.listeners, listener{gateway, address})
}

// Address is where a gateway listens; empty when it does not.
func (h *Hub) Address(gateway string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, l := range h.listeners {
		if l.gateway == gateway {
			return l.address
		}
	}
	return ""
}

func (h *Hub) listening() *value.Dict {
	h.mu.Lock()
	defer h.mu.Unlock()
	var pairs []any
	for _, l := range h.listeners {
		pairs = append(pairs, l.gateway, value.Str(l.address))
	}
	return value.DictOf(pairs...)
}

// Secured notes how the gateways are secured, for status and banner: for which
// clients there is TLS, and by what they recognise the hub.
func (h *Hub) Secured(mode, fingerprint string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.security = security{mode, fingerprint}
}

// Security is what Secured has noted; both are empty when there is no TLS.
func (h *Hub) Security() (mode, fingerprint string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.security.mode, h.security.fingerprint
}

func (h *Hub) tls() *value.Dict {
	mode, fingerprint := h.Security()
	if mode == "" {
		return value.DictOf("mode", value.Str("off"))
	}
	return value.DictOf("mode", value.Str(mode), "fingerprint", value.Str(fingerprint))
}

// Durability is "fast" or "safe".
func (h *Hub) Durability() string {
	if h.config.Safe {
		return "safe"
	}
	return "fast"
}

// Limits are the bounds that hold.
func (h *Hub) Limits() access.Limits { return h.config.Limits }

// Access is who may do what here.
func (h *Hub) Access() *access.Access { return h.access }

// Data is the data folder.
func (h *Hub) Data() string { return h.config.Data }

// What a scope asks of its hub (scope.Hub).

// State is read directly.
func (h *Hub) State() *state.State { return h.state }

// Now is the hub's clock.
func (h *Hub) Now() time.Time { return h.config.Now() }

// Changed is closed when something newer than now was applied.
func (h *Hub) Changed() <-chan struct{} {
	_, changed := h.journal.Applied()
	return changed
}

// Stopping is closed when the hub is on its way down.
func (h *Hub) Stopping() <-chan struct{} { return h.stopping }

// Expires notes that a value will lapse at that time.
func (h *Hub) Expires(at time.Time) { h.upkeep.expects(at) }

// Heard notes that a client has spoken.
func (h *Hub) Heard(id string) { h.presence.hear(id, h.Now()) }

// idLength and idLetters are the seed's: eight letters or digits.
const (
	idLength  = 8
	idLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
)

// NewID gives an ID that no client has and no group is named by.
func (h *Hub) NewID() string {
	for {
		id := randomID()
		_, client := h.state.Find(id)
		group := h.state.AnyMember(id, func(messaging.Client) bool { return true })
		if !client && !group {
			return id
		}
	}
}

func randomID() string {
	var b [idLength]byte
	for n := 0; n < idLength; {
		var chance [2 * idLength]byte
		rand.Read(chance[:])
		for _, c := range chance {
			// Taking only what falls into a whole number of alphabets keeps
			// every letter equally likely.
			if int(c) < 256-256%len(idLetters) && n < idLength {
				b[n] = idLetters[int(c)%len(idLetters)]
				n++
			}
		}
	}
	return string(b[:])
}

// CheckKey reports whether it is the admin key; wrong ones are counted.
func (h *Hub) CheckKey(by scope.Caller, key string) error {
	return h.access.Check(guesser(by.Addr()), key)
}

// Console shows a message to the operator.
func (h *Hub) Console(from, text string) {
	if h.config.Console != nil {
		h.config.Console(from, h.access.Redact(text))
	}
	h.overhearing.tell(ToConsole, from, messaging.Console, text, nil)
}

// stateLimits are the bounds of what the hub keeps.
func stateLimits(l access.Limits) state.Limits {
	return state.Limits{
		Values: registry.Limits{
			Keys: l.Keys, Bytes: l.RegistryBytes, KeyBytes: l.KeyBytes, ValueBytes: l.Value,
			HistoryBytes: l.HistoryBytes, HistoryTotal: l.HistoryTotal,
		},
		Variables: registry.Limits{Keys: l.Variables, Bytes: l.VariableBytes, KeyBytes: l.KeyBytes, ValueBytes: l.Value},
		Messaging: messaging.Limits{
			Clients: l.Clients, Groups: l.Groups, Joins: l.Joins, Messages: l.InboxMessages,
			MessageBytes: l.Value, InboxBytes: l.InboxBytes, Bytes: l.MessageBytes,
			Hubs: l.Hubs, OutboxMessages: l.OutboxMessages, OutboxBytes: l.OutboxBytes,
		},
	}
}

var _ scope.Hub = (*Hub)(nil)
