package main

import (
	"runtime"
	"sync"
)

// Eight goroutines that do nothing but yield; an operation is a yield.
func init() {
	workloads["yield"] = func(n int) result {
		const tasks = 8
		var wg sync.WaitGroup
		wg.Add(tasks)
		w := start()
		for i := 0; i < tasks; i++ {
			go func() {
				for j := 0; j < n/tasks; j++ {
					runtime.Gosched()
				}
				wg.Done()
			}()
		}
		wg.Wait()
		return w.per(n / tasks * tasks)
	}
}
