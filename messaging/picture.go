package messaging

import (
	"cmp"
	"encoding/binary"
	"iter"
	"maps"
	"slices"

	"althing/state/codec"
)

// Picture is all clients, groups and inboxes at one moment. It costs a few
// words for every client, however full its inbox is, and never changes: any
// number of goroutines may read it while messaging goes on.
type Picture struct {
	revision uint64
	clients  []client
	outboxes []client
	marks    map[string]mark
}

// Picture takes the picture.
func (m *Messaging) Picture() *Picture {
	p := &Picture{revision: m.revision, clients: make([]client, 0, len(m.clients))}
	for _, c := range m.clients {
		p.clients = append(p.clients, *c)
	}
	for _, c := range m.outboxes {
		p.outboxes = append(p.outboxes, *c)
	}
	p.marks = maps.Clone(m.marks)
	return p
}

// Head and Blocks are the Picture as it is stored; bounds are not in it. A
// Loader reads it.

// Head is what is stored ahead of the clients.
func (p *Picture) Head() []byte {
	return binary.AppendUvarint(nil, p.revision)
}

// What a block holds: its first byte.
const (
	letterBlock = 1
	clientBlock = 2
	headedBlock = 3 // a letter with headers
	memberBlock = 4 // a client that can come back: with a token
	outboxBlock = 5 // the outbox of another hub
	markBlock   = 6 // up to where letters of another hub have arrived
)

// Blocks gives the clients in the order of their IDs, then the outboxes and the
// marks in that of their hubs, and ahead of each the letters in it that nobody
// before had; each as a block that the next overwrites. A client's inbox is the numbers of its letters, the first of the
// picture being 0.
func (p *Picture) Blocks() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		clients := slices.Concat(inOrder(p.clients), inOrder(p.outboxes))
		var block []byte
		var inbox []int // the numbers of its letters
		next, shared := 0, make(map[*letter]int)
		for i := range clients {
			c := &clients[i]
			inbox = inbox[:0]
			for l := range c.inbox.letters() {
				number, written := shared[l]
				if !written {
					number = next
					next++
					if l.To != c.id { // to a group: others may have it, too
						shared[l] = number
					}
					if block = l.appendBlock(block[:0]); !yield(block) {
						return
					}
				}
				inbox = append(inbox, number)
			}
			if i < len(p.clients) {
				block = c.appendBlock(block[:0], inbox)
			} else {
				block = c.appendOutbox(block[:0], inbox)
			}
			if !yield(block) {
				return
			}
		}
		for _, hub := range slices.Sorted(maps.Keys(p.marks)) {
			at := p.marks[hub]
			block = codec.AppendText(codec.AppendText(append(block[:0], markBlock), hub), at.stream)
			if !yield(binary.AppendUvarint(binary.AppendUvarint(block, at.run), at.number)) {
				return
			}
		}
	}
}

func inOrder(clients []client) []client {
	return slices.SortedFunc(slices.Values(clients), func(a, b client) int { return cmp.Compare(a.id, b.id) })
}

// letters gives what waits in the inbox, the oldest first. It goes by the count
// and not to the end of the list, which may have grown since.
func (b *inbox) letters() iter.Seq[*letter] {
	return func(yield func(*letter) bool) {
		at := b.head
		for n := b.count; n > 0; n-- {
			if !yield(at.letter) {
				return
			}
			if n > 1 {
				at = at.next
			}
		}
	}
}

func (l *letter) appendBlock(dst []byte) []byte {
	kind := byte(letterBlock)
	if len(l.Headers) > 0 {
		kind = headedBlock
	}
	dst = append(dst, kind)
	if kind == headedBlock {
		dst = appendHeaders(dst, l.Headers)
	}
	dst = codec.AppendText(dst, l.From)
	dst = codec.AppendText(dst, l.To)
	dst = codec.AppendText(dst, l.Text)
	dst = binary.AppendUvarint(dst, l.Rev)
	return binary.AppendVarint(dst, l.At.UnixNano())
}

func (c *client) appendBlock(dst []byte, inbox []int) []byte {
	if c.token == "" {
		dst = append(dst, clientBlock)
	} else {
		dst = codec.AppendText(append(dst, memberBlock), c.token)
	}
	dst = codec.AppendText(dst, c.id)
	dst = codec.AppendText(dst, c.name)
	dst = codec.AppendText(dst, c.addr)
	dst = binary.AppendVarint(dst, c.at)
	dst = codec.AppendCount(dst, len(c.groups))
	for _, name := range c.groups {
		dst = codec.AppendText(dst, name)
	}
	dst = binary.AppendUvarint(dst, c.inbox.taken)
	dst = binary.AppendUvarint(dst, c.inbox.missed)
	return appendNumbers(dst, inbox)
}

func (c *client) appendOutbox(dst []byte, letters []int) []byte {
	dst = codec.AppendText(append(dst, outboxBlock), c.id)
	dst = codec.AppendText(dst, c.token)
	dst = binary.AppendVarint(dst, c.at)
	return appendNumbers(binary.AppendUvarint(dst, c.inbox.taken), letters)
}

// appendNumbers appends the numbers of the letters that wait for somebody.
func appendNumbers(dst []byte, letters []int) []byte {
	dst = codec.AppendCount(dst, len(letters))
	for _, number := range letters {
		dst = codec.AppendCount(dst, number)
	}
	return dst
}

// Loader reads a stored Picture into a new Messaging.
type Loader struct {
	m       *Messaging
	letters []*letter
	last    string // the kind of the block before, and its ID
}

// NewLoader makes a Loader.
func NewLoader() *Loader { return &Loader{m: New()} }

// LoadHead reads what Head made.
func (l *Loader) LoadHead(head []byte) error {
	d := codec.NewReader(head)
	l.m.revision = d.Uvarint()
	return d.Done()
}

// LoadBlock reads the next block. Blocks that Blocks would not have made in
// this order are damage.
func (l *Loader) LoadBlock(block []byte) error {
	d := codec.NewReader(block)
	switch d.Byte() {
	case letterBlock:
		l.letters = append(l.letters, readLetter(d, nil))
		return d.Done()
	case headedBlock:
		l.letters = append(l.letters, readLetter(d, headers(d)))
		return d.Done()
	case clientBlock:
		return l.loadClient(d, "")
	case memberBlock:
		return l.loadClient(d, d.Text())
	case outboxBlock:
		return l.loadOutbox(d)
	case markBlock:
		return l.loadMark(d)
	default:
		d.Fail()
		return d.Err()
	}
}

// Done gives what was read. It is damage when a letter waits nowhere, or a
// group has a client's ID or name for its own.
func (l *Loader) Done() (*Messaging, error) {
	d := codec.NewReader(nil)
	for _, letter := range l.letters {
		if letter.copies == 0 {
			d.Fail()
		}
	}
	for name := range l.m.groups {
		if l.m.find(name) != nil {
			d.Fail()
		}
	}
	return l.m, d.Err()
}

func (l *Loader) loadClient(d *codec.Reader, token string) error {
	c := &client{token: token, id: d.Text(), name: d.Text(), addr: d.Text(), at: d.Varint()}
	if CheckName(c.id) != nil || Reserved(c.id) || !l.follows("client", c.id) || c.name == c.id || l.m.free(c.name, "") != nil || l.m.names[c.id] != nil {
		d.Fail()
	}
	l.readGroups(d, c)
	c.inbox.taken, c.inbox.missed = d.Uvarint(), d.Uvarint()
	waiting := l.readInbox(d)
	if err := d.Done(); err != nil {
		return err
	}
	l.m.admit(c)
	for _, letter := range waiting {
		l.m.push(c, letter)
	}
	return nil
}

// follows reports whether the next block of a kind and an ID may stand here: the
// kinds, by their names, and the IDs of each come in order.
func (l *Loader) follows(kind, id string) bool {
	before := l.last
	l.last = kind + " " + id
	return before < l.last
}

func (l *Loader) loadOutbox(d *codec.Reader) error {
	box := &client{id: d.Text(), token: d.Text(), at: d.Varint()}
	box.inbox.taken = d.Uvarint()
	if CheckName(box.id) != nil || !l.follows("hub", box.id) || l.m.clients[box.id] != nil {
		d.Fail()
	}
	waiting := l.readInbox(d)
	if err := d.Done(); err != nil {
		return err
	}
	l.m.openOutbox(box)
	for _, letter := range waiting {
		l.m.push(box, letter)
	}
	return nil
}

func (l *Loader) loadMark(d *codec.Reader) error {
	hub, at := d.Text(), mark{d.Text(), d.Uvarint(), d.Uvarint()}
	if CheckName(hub) != nil || !l.follows("mark", hub) || at.number == 0 {
		d.Fail()
	}
	if err := d.Done(); err != nil {
		return err
	}
	l.m.marks[hub] = at
	return nil
}

func (l *Loader) readGroups(d *codec.Reader, c *client) {
	for range d.Count(1) {
		name := d.Text()
		if mayJoin(name) != nil || len(c.groups) > 0 && name <= c.groups[len(c.groups)-1] {
			d.Fail()
			return
		}
		if g := l.m.groups[name]; g != nil {
			name = g.name // all members share one text
		}
		c.groups = append(c.groups, name)
	}
}

func (l *Loader) readInbox(d *codec.Reader) []*letter {
	waiting := make([]*letter, d.Count(1))
	for i := range waiting {
		number := d.Uvarint()
		if number >= uint64(len(l.letters)) {
			d.Fail()
			return nil
		}
		waiting[i] = l.letters[number]
	}
	return waiting
}

func readLetter(d *codec.Reader, headers []Header) *letter {
	return &letter{Message: Message{
		Headers: headers,
		From:    d.Text(),
		To:      d.Text(),
		Text:    d.Text(),
		Rev:     d.Uvarint(),
		At:      instant(d.Varint()),
	}}
}
