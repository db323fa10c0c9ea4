package expr

// frame holds the variables of one call of a lambda, one run of a comprehension,
// or of the program itself. The parser has counted the slots, and knows how many
// frames further out a name lives.
type frame struct {
	vars []Object // nil: not bound yet
	up   *frame
	room [3]Object
}

func (f *frame) init(up *frame, slots int) {
	f.up = up
	if slots <= len(f.room) {
		f.vars = f.room[:slots]
	} else {
		f.vars = make([]Object, slots)
	}
}

// out gives the frame so many levels further out.
func (f *frame) out(depth int) *frame {
	for ; depth > 0; depth-- {
		f = f.up
	}
	return f
}

// newFrame makes a frame inside up, from those that were dropped if there are
// any.
func (t *Thread) newFrame(up *frame, slots int) (*frame, error) {
	n := len(t.frames)
	if slots > len(frame{}.room) || n == 0 {
		if err := t.Charge(frameSize + int64(slots)*slotSize); err != nil {
			return nil, err
		}
		f := &frame{}
		f.init(up, slots)
		return f, nil
	}
	f := t.frames[n-1]
	t.frames = t.frames[:n-1]
	f.init(up, slots)
	return f, nil
}

// dropFrame takes a frame back that nothing can look into any more.
func (t *Thread) dropFrame(f *frame) {
	if len(f.vars) > len(f.room) || len(t.frames) == maxFrames {
		return
	}
	*f = frame{}
	t.frames = append(t.frames, f)
}

// maxFrames is how many dropped frames are kept for the next calls.
const maxFrames = 32

// node is a part of a program that has a value.
type node interface {
	eval(t *Thread, f *frame) (Object, error)
}

// statement is a line of a program; its value is nil when it is no expression.
type statement interface {
	run(t *Thread, f *frame) (Object, error)
}

// target is what can stand on the left of an assignment.
type target interface {
	set(t *Thread, f *frame, o Object) error
}
