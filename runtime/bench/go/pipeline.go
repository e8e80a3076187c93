package main

// A chain of 16 stages that each add one; an operation is an item through all of them.
func pipeline(n, capacity int) result {
	const stages = 16
	first := make(chan int, capacity)
	last := first
	for i := 0; i < stages; i++ {
		out := make(chan int, capacity)
		go func(in <-chan int, out chan<- int) {
			for v := range in {
				out <- v + 1
			}
			close(out)
		}(last, out)
		last = out
	}
	w := start()
	go func() {
		for i := 0; i < n; i++ {
			first <- i
		}
		close(first)
	}()
	sum := 0
	for v := range last {
		sum += v
	}
	r := w.per(n)
	check(sum == n*(n-1)/2+n*stages, "pipeline")
	return r
}

func init() {
	workloads["pipe0"] = func(n int) result { return pipeline(n, 0) }
	workloads["pipe64"] = func(n int) result { return pipeline(n, 64) }
}
