package main

import (
	"sync"
	"sync/atomic"
)

// n goroutines started and not yet run; `bytes` is what each costs, `ran` how many ran before they
// were counted (keep n below what is started in a preemption period, 10 ms).
func init() {
	workloads["unstarted"] = func(n int) result {
		var wg sync.WaitGroup
		var ran int64
		wg.Add(n)
		before := residentBytes()
		w := start()
		for i := 0; i < n; i++ {
			go func() {
				atomic.AddInt64(&ran, 1)
				wg.Done()
			}()
		}
		r := w.per(n)
		early := atomic.LoadInt64(&ran)
		bytes := residentBytes() - before
		wg.Wait()
		return r.with("bytes", bytes/float64(n)).with("ran", float64(early))
	}
}
