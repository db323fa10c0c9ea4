package syntax

import "slices"

// fewNames is up to which number names are looked up one by one; it takes less
// time than a map for the few that people write.
const fewNames = 8

// nameSet is a set of names.
type nameSet struct {
	few  []string
	many map[string]bool // when they are many, all
}

// add reports whether the name is new.
func (s *nameSet) add(name string) bool {
	if s.many != nil {
		was := s.many[name]
		s.many[name] = true
		return !was
	}
	if slices.Contains(s.few, name) {
		return false
	}
	s.few = append(s.few, name)
	if len(s.few) > fewNames {
		s.many = make(map[string]bool, 2*fewNames)
		for _, n := range s.few {
			s.many[n] = true
		}
	}
	return true
}

// nameStack is a set in which a name counts as often as it was added. What is
// added last is taken away first.
type nameStack struct {
	few  []string
	many map[string]int // when they are many, all
}

func (s *nameStack) has(name string) bool {
	return slices.Contains(s.few, name) || s.many[name] > 0
}

func (s *nameStack) push(name string) {
	if s.many != nil {
		s.many[name]++
		return
	}
	s.few = append(s.few, name)
	if len(s.few) > fewNames {
		s.many = make(map[string]int, 2*fewNames)
		for _, n := range s.few {
			s.many[n]++
		}
		s.few = nil
	}
}

// pop takes away a name that was added as often as it is taken away.
func (s *nameStack) pop(name string) {
	if s.many != nil {
		s.many[name]--
		return
	}
	s.few = s.few[:len(s.few)-1]
}
