package main

import "sync"

// Eight producers and eight consumers on one channel; an operation is an item.
func mpmc(n, capacity int) result {
	const side = 8
	n -= n % side
	c := make(chan int, capacity)
	sums := make(chan int, side)
	var producers sync.WaitGroup
	producers.Add(side)
	w := start()
	for p := 0; p < side; p++ {
		go func() {
			for i := 0; i < n/side; i++ {
				c <- i
			}
			producers.Done()
		}()
		go func() {
			sum := 0
			for v := range c {
				sum += v
			}
			sums <- sum
		}()
	}
	producers.Wait()
	close(c)
	total := 0
	for i := 0; i < side; i++ {
		total += <-sums
	}
	r := w.per(n)
	each := n / side
	check(total == side*each*(each-1)/2, "mpmc")
	return r
}

func init() {
	workloads["mpmc64"] = func(n int) result { return mpmc(n, 64) }
	workloads["mpmc0"] = func(n int) result { return mpmc(n, 0) }
}
