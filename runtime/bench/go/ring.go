package main

// One token round a ring of 10,000 goroutines; an operation is a hop.
func init() {
	workloads["ring"] = func(n int) result {
		const size = 10000
		rounds := n / size
		if rounds == 0 {
			rounds = 1
		}
		first := make(chan int)
		in := first
		for i := 1; i < size; i++ {
			out := make(chan int)
			go func(in <-chan int, out chan<- int) {
				for v := range in {
					out <- v + 1
				}
				close(out)
			}(in, out)
			in = out
		}
		hop := func(v int) int {
			first <- v
			return <-in + 1
		}
		v := hop(0)
		w := start()
		for i := 0; i < rounds; i++ {
			v = hop(v)
		}
		r := w.per(rounds * size)
		close(first)
		<-in
		check(v == (rounds+1)*size, "ring")
		return r
	}
}
