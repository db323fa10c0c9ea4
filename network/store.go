package network

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"

	"althing/fault"
)

// Store is where a node keeps what it is to know after a restart. It holds tokens
// and passes, and is for its owner alone.
type Store interface {
	Load() ([]byte, error) // nothing: it is the first start
	Save([]byte) error
}

// File is a Store that is a file.
type File struct {
	Name  string
	Write func(file string, data []byte) error // whole or not at all
}

// Load implements Store.
func (f File) Load() ([]byte, error) {
	data, err := os.ReadFile(f.Name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// Save implements Store.
func (f File) Save(data []byte) error { return f.Write(f.Name, data) }

// stored is what is kept.
type stored struct {
	Format    int             `json:"format"`
	Self      []byte          `json:"self"`
	Hubs      [][]byte        `json:"hubs,omitempty"`   // records
	Lately    map[ID]departed `json:"lately,omitempty"` // in the tree
	First     string          `json:"first,omitempty"`
	Parent    string          `json:"parent,omitempty"` // its address
	ParentID  ID              `json:"parent_id,omitempty"`
	Token     string          `json:"token,omitempty"`
	Pass      []byte          `json:"pass,omitempty"`
	Tokens    []storedToken   `json:"tokens,omitempty"`
	Withdrawn []string        `json:"withdrawn,omitempty"`
	Children  map[ID]string   `json:"children,omitempty"` // and the tokens by which they came
}

type storedToken struct {
	ID  string `json:"id"`
	Key []byte `json:"key"`
}

const storeFormat = 1

// errStored is the error of what is not as it was written.
var errStored = fault.Wrap(ErrDamaged, fault.Invalid,
	"what the hub has kept of its tree is damaged: run 'althing repair', and it joins again with a token")

// summed is data with a checksum behind it, unsum what it was.
func summed(data []byte) []byte {
	return fmt.Appendf(data, "\n%x\n", sha256.Sum256(data))
}

func unsum(data []byte) ([]byte, error) {
	body, _, _ := bytes.Cut(data, []byte("\n"))
	if !bytes.Equal(summed(bytes.Clone(body)), data) {
		return nil, errStored
	}
	return body, nil
}

// CheckStored says whether what a Store holds is as it was written.
func CheckStored(s Store) error {
	data, err := s.Load()
	if err == nil && data != nil {
		_, err = unsum(data)
	}
	return err
}

// load reads what was kept. The hub's own record is a new one at each start.
func (n *Node) load() error {
	data, err := n.options.Store.Load()
	if err != nil {
		return err
	}
	s := stored{Format: storeFormat}
	if data != nil {
		if data, err = unsum(data); err != nil {
			return err
		}
		if err := json.Unmarshal(data, &s); err != nil {
			return errStored
		}
	}
	if s.Format > storeFormat {
		return fault.New(fault.Unavailable, "what the hub has kept of its tree is of a newer althing; use that")
	}
	n.first, n.above = s.First, Above{Address: s.Parent, ID: s.ParentID, Token: s.Token}
	if pass, err := UnpackPass(s.Pass); err == nil {
		n.pass = pass
	}
	for _, t := range s.Tokens {
		token := Token{ID: t.ID}
		copy(token.key[:], t.Key)
		n.tokens = append(n.tokens, token)
	}
	for _, t := range s.Withdrawn {
		n.gone[t] = true
	}
	maps.Copy(n.granted, s.Children)
	return n.loadTree(s)
}

// loadTree makes the tree as it was, without links.
func (n *Node) loadTree(s stored) error {
	if self, err := Unpack(s.Self); err == nil && self.ID() == n.ID() {
		n.tree = NewTree(self, n.now()) // its sequence counts on
	}
	r, err := n.record(s.ParentID)
	if err != nil {
		return err
	}
	n.tree = NewTree(r, n.now())
	for _, packed := range s.Hubs {
		if h, err := Unpack(packed); err == nil && h.ID() != n.ID() && n.tree.Len() < MaxHubs {
			n.tree.put(h, h.Parent == "", time.Time{})
		}
	}
	n.tree.arrange()
	n.tree.prune(time.Time{})
	maps.Copy(n.tree.gone, s.Lately)
	return nil
}

// wakeSaver has what is to be kept stored soon.
func (n *Node) wakeSaver() {
	select {
	case n.unsaved <- struct{}{}:
	default:
	}
}

// saveAtMost is how often is stored what changes by itself: a tree that is coming
// up changes with every hub.
const saveAtMost = time.Second

// keepSaved stores what has changed, until the node ends.
func (n *Node) keepSaved() {
	pause := time.NewTicker(saveAtMost)
	defer pause.Stop()
	for {
		select {
		case <-n.unsaved:
			if err := n.save(); err != nil {
				n.log.Error("network: what the hub knows of its tree cannot be stored", "error", err)
			}
		case <-n.ctx.Done():
			return
		}
		select {
		case <-pause.C:
		case <-n.ctx.Done():
			return
		}
	}
}

// save stores what is to be kept.
func (n *Node) save() error {
	n.saving.Lock()
	defer n.saving.Unlock()
	n.mu.Lock()
	data, err := json.Marshal(n.stored()) //nolint:gosec // the file is for its owner alone
	n.mu.Unlock()
	if err != nil {
		return err
	}
	return n.options.Store.Save(summed(data))
}

// stored gives what is to be kept. The caller holds mu.
func (n *Node) stored() stored {
	s := stored{
		Format: storeFormat, Self: n.tree.Self().Packed(), First: n.first, Parent: n.above.Address, ParentID: n.tree.Self().Parent,
		Token: n.above.Token, Pass: n.pass.Packed(), Withdrawn: slices.Sorted(maps.Keys(n.gone)), Children: map[ID]string{}, Lately: map[ID]departed{},
	}
	for _, h := range n.tree.All() {
		if h.ID() == n.ID() {
			continue
		}
		s.Hubs = append(s.Hubs, h.Packed())
		if granted, is := n.granted[h.ID()]; is && h.Parent == n.ID() {
			s.Children[h.ID()] = granted
		}
	}
	for id, was := range n.tree.gone {
		if n.now().Sub(was.At) < nameable {
			s.Lately[id] = was
		}
	}
	for _, t := range n.tokens {
		s.Tokens = append(s.Tokens, storedToken{t.ID, t.key[:]})
	}
	return s
}
