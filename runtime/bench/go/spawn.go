package main

import (
	"sync"
	"sync/atomic"
)

// spawnall: n starts, then one wait for all. spawnone: start and wait, one at a time.
func init() {
	workloads["spawnall"] = func(n int) result {
		var wg sync.WaitGroup
		var ran int64
		w := start()
		wg.Add(n)
		for i := 0; i < n; i++ {
			go func() {
				atomic.AddInt64(&ran, 1)
				wg.Done()
			}()
		}
		wg.Wait()
		r := w.per(n)
		check(ran == int64(n), "spawnall")
		return r
	}
	workloads["spawnone"] = func(n int) result {
		ran := 0
		w := start()
		for i := 0; i < n; i++ {
			var wg sync.WaitGroup
			wg.Add(1)
			go func() {
				ran++
				wg.Done()
			}()
			wg.Wait()
		}
		r := w.per(n)
		check(ran == n, "spawnone")
		return r
	}
}
