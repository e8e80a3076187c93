package main

import (
	"sync"
	"time"
)

// timers: n goroutines asleep at once, each for 1 to 2 seconds after the start; `p99_late_us` is how
// late they woke. timerstop: a timer made and stopped before it fires, as every timeout is.
func init() {
	workloads["timers"] = func(n int) result {
		random := newLCG()
		late := make([]int64, n)
		var wg sync.WaitGroup
		wg.Add(n)
		w := start()
		began := time.Now()
		for i := 0; i < n; i++ {
			due := began.Add(time.Second + time.Duration(random.next()%1000000)*time.Microsecond)
			go func(i int, due time.Time) {
				time.Sleep(time.Until(due))
				late[i] = int64(time.Since(due))
				wg.Done()
			}(i, due)
		}
		wg.Wait()
		r := w.per(n)
		return r.with("p50_late_us", quantileUS(late, 0.50)).with("p99_late_us", quantileUS(late, 0.99))
	}
	workloads["timerstop"] = func(n int) result {
		stopped := 0
		w := start()
		for i := 0; i < n; i++ {
			if time.NewTimer(time.Hour).Stop() {
				stopped++
			}
		}
		r := w.per(n)
		check(stopped == n, "timerstop")
		return r
	}
}
