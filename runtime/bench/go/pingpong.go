package main

// Two goroutines, two unbuffered channels; an operation is a round trip.
func init() {
	workloads["pingpong"] = func(n int) result {
		ping, pong := make(chan int), make(chan int)
		go func() {
			for v := range ping {
				pong <- v + 1
			}
			close(pong)
		}()
		w := start()
		v := 0
		for i := 0; i < n; i++ {
			ping <- v
			v = <-pong
		}
		r := w.per(n)
		close(ping)
		check(v == n, "pingpong")
		return r
	}
}
