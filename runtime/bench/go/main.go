// The Go side of the comparison: the same workloads, the same output line (see ../harness.h).
package main

import (
	"fmt"
	"os"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"
)

type extra struct {
	key   string
	value float64
}

type result struct {
	ns, cpu float64
	extras  []extra
}

func (r result) with(key string, value float64) result {
	r.extras = append(r.extras, extra{key, value})
	return r
}

type stopwatch struct {
	wall time.Time
	cpu  float64
}

func cpuSeconds() float64 {
	var use syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &use)
	return float64(use.Utime.Sec+use.Stime.Sec) + float64(use.Utime.Usec+use.Stime.Usec)*1e-6
}

func start() stopwatch { return stopwatch{time.Now(), cpuSeconds()} }

func (w stopwatch) per(ops int) result {
	wall := time.Since(w.wall).Seconds()
	return result{wall * 1e9 / float64(ops), (cpuSeconds() - w.cpu) * 1e9 / float64(ops), nil}
}

func residentBytes() float64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	pages, _ := strconv.ParseFloat(strings.Fields(string(text))[1], 64)
	return pages * float64(os.Getpagesize())
}

func check(ok bool, what string) {
	if !ok {
		fmt.Fprintln(os.Stderr, "wrong result:", what)
		os.Exit(3)
	}
}

type lcg uint64

func newLCG() lcg { return 88172645463325252 }

func (s *lcg) next() uint64 {
	*s = *s*6364136223846793005 + 1442695040888963407
	return uint64(*s) >> 33
}

func quantileUS(latenessNS []int64, q float64) float64 {
	if len(latenessNS) == 0 {
		return 0
	}
	sort.Slice(latenessNS, func(i, j int) bool { return latenessNS[i] < latenessNS[j] })
	return float64(latenessNS[int(q*float64(len(latenessNS)-1))]) / 1e3
}

var workloads = map[string]func(n int) result{}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "--list" {
		for name := range workloads {
			fmt.Println(name)
		}
		return
	}
	if len(os.Args) != 4 || workloads[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: --list | NAME WORKERS N")
		os.Exit(64)
	}
	workers, _ := strconv.Atoi(os.Args[2])
	n, _ := strconv.Atoi(os.Args[3])
	runtime.GOMAXPROCS(workers)
	r := workloads[os.Args[1]](n)
	fmt.Printf("%s %.3f cpu=%.3f", os.Args[1], r.ns, r.cpu)
	for _, e := range r.extras {
		fmt.Printf(" %s=%.3f", e.key, e.value)
	}
	fmt.Println()
}
