package expr

import "iter"

// Dict is a dict: it keeps the order in which keys were put in.
type Dict struct{ table }

// NewDict makes an empty dict.
func NewDict() *Dict { return &Dict{} }

// TypeName is "dict".
func (*Dict) TypeName() string { return "dict" }

// Len is the number of entries.
func (d *Dict) Len() int { return d.live }

// Get gives the value of a key; the error is for a key that cannot be hashed.
func (d *Dict) Get(t *Thread, key Object) (Object, bool, error) { return d.get(t, key) }

// Set sets the value of a key.
func (d *Dict) Set(t *Thread, key, val Object) error { return d.put(t, key, val) }

// Delete removes a key and says whether it was there.
func (d *Dict) Delete(t *Thread, key Object) (bool, error) {
	_, ok, err := d.remove(t, key)
	return ok, err
}

// All gives keys and values in order. The dict must not be changed meanwhile.
func (d *Dict) All() iter.Seq2[Object, Object] {
	return func(yield func(Object, Object) bool) {
		for i := range d.entries {
			if e := &d.entries[i]; e.key != nil && !yield(e.key, e.val) {
				return
			}
		}
	}
}

// dictView is what keys(), values() and items() give.
type dictView struct {
	d    *Dict
	what part
}

// part is what of its entries a view or an iterator of a dict shows.
type part uint8

const (
	keys part = iota
	values
	items
)

func (v *dictView) TypeName() string {
	return [...]string{"dict_keys", "dict_values", "dict_items"}[v.what]
}
