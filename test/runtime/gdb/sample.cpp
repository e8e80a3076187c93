// What gdb_test.py looks at: goroutines that wait in known ways, then a stop in reached().
#include <runnel/runnel.h>

#include <atomic>
#include <cstdlib>
#include <cstring>

// The breakpoint, with everything to print in scope; with an argument, the core file is made here.
[[gnu::noinline]] static void reached(const runnel::channel<int>& numbers,
                                      const runnel::channel<void>& silent, const runnel::mutex& m,
                                      const runnel::wait_group& left, bool dump) {
  asm volatile("" ::"r"(&numbers), "r"(&silent), "r"(&m), "r"(&left) : "memory");
  if (dump)
    std::abort();
}

[[gnu::noinline]] static void wait_deep(const runnel::channel<void>& c, int depth) {
  volatile int level = depth;
  if (depth == 0)
    c.recv();
  else
    wait_deep(c, depth - 1);
  (void)level; // keeps the call from becoming a jump
}

int main(int argc, char** argv) {
  const bool dump = argc > 1 && std::strcmp(argv[1], "core") == 0;
  return runnel::run(
      [dump] {
        const runnel::channel<int> numbers(4);
        for (int n : {10, 20, 30})
          numbers.send(n);
        const runnel::channel<void> silent;
        const runnel::channel<int> nil = nullptr;
        runnel::mutex m;
        runnel::wait_group left;
        std::atomic<int> arrived{0};

        m.lock();
        left.go([&] {
          runnel::this_goroutine::set_name("reader");
          ++arrived;
          wait_deep(silent, 3);
        });
        left.go([&] {
          runnel::this_goroutine::set_name("locker");
          ++arrived;
          m.lock();
          m.unlock();
        });
        // One worker: when this one runs again, those that have arrived are parked.
        while (arrived < 2)
          runnel::yield();
        reached(numbers, silent, m, left, dump);

        m.unlock();
        silent.close();
        left.wait();
        return 0;
      },
      {.workers = 1});
}
