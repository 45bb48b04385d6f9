package page

import (
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"
)

// errGone says that something is kept no longer: the page sends it again.
var errGone = errors.New("kept no longer")

// kept is a few things by their keys; the one that was unused longest goes first.
type kept[T any] struct {
	most   int
	mutex  sync.Mutex
	keys   []string // the last used is last
	things []T
}

func (k *kept[T]) get(key string) (thing T, ok bool) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	i := slices.Index(k.keys, key)
	if i < 0 {
		return thing, false
	}
	thing = k.things[i]
	k.keys = append(slices.Delete(k.keys, i, i+1), key)
	k.things = append(slices.Delete(k.things, i, i+1), thing)
	return thing, true
}

func (k *kept[T]) put(key string, thing T) {
	if _, there := k.get(key); there {
		return
	}
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if len(k.keys) == k.most {
		k.keys, k.things = slices.Delete(k.keys, 0, 1), slices.Delete(k.things, 0, 1)
	}
	k.keys, k.things = append(k.keys, key), append(k.things, thing)
}

// keyOf is a key of what these are.
func keyOf(what ...any) string {
	h := fnv.New128a()
	for _, w := range what {
		fmt.Fprint(h, w, "\x00")
	}
	return hex.EncodeToString(h.Sum(nil))
}
