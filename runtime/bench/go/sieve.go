package main

// The first n primes through a chain of filters; an operation is a prime. The chain is left parked.
func init() {
	workloads["sieve"] = func(n int) result {
		w := start()
		in := make(chan int)
		go func(out chan<- int) {
			for i := 2; ; i++ {
				out <- i
			}
		}(in)
		prime := 0
		for i := 0; i < n; i++ {
			prime = <-in
			out := make(chan int)
			go func(in <-chan int, out chan<- int, prime int) {
				for {
					if v := <-in; v%prime != 0 {
						out <- v
					}
				}
			}(in, out, prime)
			in = out
		}
		r := w.per(n)
		return r.with("last", float64(prime))
	}
}
