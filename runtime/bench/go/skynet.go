package main

// A tree of goroutines, ten children each, down to n leaves; an operation is a leaf.
func skynet(out chan<- int, number, size int) {
	if size == 1 {
		out <- number
		return
	}
	in := make(chan int)
	for i := 0; i < 10; i++ {
		go skynet(in, number+i*(size/10), size/10)
	}
	sum := 0
	for i := 0; i < 10; i++ {
		sum += <-in
	}
	out <- sum
}

func init() {
	workloads["skynet"] = func(n int) result {
		leaves := 1
		for leaves*10 <= n {
			leaves *= 10
		}
		out := make(chan int)
		w := start()
		go skynet(out, 0, leaves)
		sum := <-out
		r := w.per(leaves)
		check(sum == leaves*(leaves-1)/2, "skynet")
		return r
	}
}
