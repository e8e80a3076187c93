package main

import "sync"

// Goroutines add to one counter under one mutex; an operation is a lock and an unlock.
func contend(n, contenders int) result {
	each := n / contenders
	var mu sync.Mutex
	var wg sync.WaitGroup
	counter := 0
	w := start()
	wg.Add(contenders)
	for i := 0; i < contenders; i++ {
		go func() {
			for j := 0; j < each; j++ {
				mu.Lock()
				counter++
				mu.Unlock()
			}
			wg.Done()
		}()
	}
	wg.Wait()
	r := w.per(each * contenders)
	check(counter == each*contenders, "mutex")
	return r
}

func init() {
	workloads["mutex8"] = func(n int) result { return contend(n, 8) }
	workloads["mutex64"] = func(n int) result { return contend(n, 64) }
}
