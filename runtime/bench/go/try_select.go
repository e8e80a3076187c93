package main

// Select with a default while nothing is ready, over one channel (which Go compiles to a plain
// non-blocking receive) and over two.
func init() {
	workloads["tryselect1"] = func(n int) result {
		a := make(chan int)
		misses := 0
		w := start()
		for i := 0; i < n; i++ {
			select {
			case <-a:
			default:
				misses++
			}
		}
		r := w.per(n)
		check(misses == n, "tryselect1")
		return r
	}
	workloads["tryselect2"] = func(n int) result {
		a, b := make(chan int), make(chan int)
		misses := 0
		w := start()
		for i := 0; i < n; i++ {
			select {
			case <-a:
			case <-b:
			default:
				misses++
			}
		}
		r := w.per(n)
		check(misses == n, "tryselect2")
		return r
	}
}
