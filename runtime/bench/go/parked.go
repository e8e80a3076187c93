package main

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// n goroutines parked on one channel, then released by its close; an operation is one goroutine's
// life. `bytes` is what each costs while parked.
func init() {
	workloads["parked"] = func(n int) result {
		gate := make(chan struct{})
		var wg sync.WaitGroup
		var arrived int64
		before := residentBytes()
		w := start()
		wg.Add(n)
		for i := 0; i < n; i++ {
			go func() {
				atomic.AddInt64(&arrived, 1)
				<-gate
				wg.Done()
			}()
		}
		for atomic.LoadInt64(&arrived) < int64(n) {
			runtime.Gosched()
		}
		made := w.per(n)
		bytes := (residentBytes() - before) / float64(n)
		close(gate)
		wg.Wait()
		r := w.per(n)
		return r.with("make", made.ns).with("bytes", bytes)
	}
}
