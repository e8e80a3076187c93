package main

// One producer, one consumer, capacity 128; an operation is an item.
func init() {
	workloads["spsc128"] = func(n int) result {
		c := make(chan int, 128)
		w := start()
		go func() {
			for i := 0; i < n; i++ {
				c <- i
			}
			close(c)
		}()
		sum := 0
		for v := range c {
			sum += v
		}
		r := w.per(n)
		check(sum == n*(n-1)/2, "spsc128")
		return r
	}
}
