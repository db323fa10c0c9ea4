package registry

import "althing/value"

// Limits bound one registry; a zero means no bound. What counts as bytes is a
// weight: near the memory that a value takes on a 64-bit machine, but the same
// on every machine.
//
// They are part of the state, not of the program: an operation that was
// accepted under one set of limits must be accepted again when the log is
// replayed, also when the owner has changed them since.
type Limits struct {
	Keys         int64 // how many keys
	Bytes        int64 // what keys and present values weigh together
	KeyBytes     int64 // the length of one key
	ValueBytes   int64 // what one value weighs
	HistoryBytes int64 // what the former values of one key weigh
	HistoryTotal int64 // what all former values weigh
}

// What the parts of a value weigh. The numbers are part of the log's meaning:
// were they to change, a replay could refuse what had been accepted. For the
// same reason value.Size does not serve, which follows the machine.
const (
	slotWeight  = 16 // the place of a value: an interface
	wordWeight  = 8  // a number
	textWeight  = 16 // a text beside its bytes
	listWeight  = 24
	indexWeight = 48 // what a dict or set needs to find its members
	findWeight  = 8  // the same for each member
)

// weigh is what a value weighs. Its depth has been checked before it was
// written to the log.
func weigh(v value.Value) int64 {
	weight := int64(slotWeight)
	switch v := v.(type) {
	case value.Int, value.Float:
		weight += wordWeight
	case value.Complex:
		weight += 2 * wordWeight
	case value.Big:
		weight += listWeight + int64(v.Int().BitLen()+7)/8
	case value.Str:
		weight += textWeight + int64(len(v))
	case value.Bytes:
		weight += textWeight + int64(len(v))
	case value.List:
		weight += listWeight + weighAll(v)
	case value.Tuple:
		weight += listWeight + weighAll(v)
	case *value.Set:
		weight += listWeight + indexWeight + int64(v.Len())*findWeight + weighAll(v.Items())
	case *value.Dict:
		weight += listWeight + indexWeight + int64(v.Len())*findWeight
		for _, p := range v.Pairs() {
			weight += weigh(p.Key) + weigh(p.Value)
		}
	}
	return weight
}

func weighAll(items []value.Value) int64 {
	weight := int64(0)
	for _, v := range items {
		weight += weigh(v)
	}
	return weight
}
