// Goroutines: starting, joining, exceptions and errno across switches, blocking calls, fatal
// reports.

#include "fiber/sanitizer.h"
#include "sched/worker.h"
#include "until.h"

#include <runnel/runnel.h>

#include <atomic>
#include <cerrno>
#include <cmath>
#include <gtest/gtest.h>
#include <regex>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace std::chrono_literals;

namespace {

TEST(go, passes_arguments_as_threads_do) {
  int n = 0;
  runnel::wait_group wg;
  wg.add(3);
  runnel::go(
      [&](int& by_reference, std::unique_ptr<int> moved) {
        by_reference += *moved;
        wg.done();
      },
      std::ref(n), std::make_unique<int>(2));
  runnel::go(
      [&](int a, int b, int c, int d, int e) {
        EXPECT_EQ(a + b + c + d + e, 15);
        wg.done();
      },
      1, 2, 3, 4, 5);
  struct caller {
    runnel::wait_group& wg;
    void call() { wg.done(); }
  } object{wg};
  runnel::go(&caller::call, &object);
  wg.wait();
  EXPECT_EQ(n, 2);
}

TEST(spawn, results_and_exceptions) {
  EXPECT_EQ(runnel::spawn([](int x) { return x * 2; }, 21).join(), 42);
  int n = 1;
  auto by_reference = runnel::spawn([&]() -> int& { return n; });
  EXPECT_EQ(&by_reference.join(), &n);
  auto fails = runnel::spawn([] { throw std::runtime_error("no"); });
  EXPECT_THROW(fails.join(), std::runtime_error);
  EXPECT_THROW(fails.join(), runnel::sync_error);
  auto only_moves = runnel::spawn([] { return std::make_unique<int>(7); });
  EXPECT_EQ(*only_moves.join(), 7);
  std::atomic<bool> ended = false;
  {
    auto joined = runnel::spawn([&] {
      runnel::sleep_for(1ms);
      ended = true;
    });
  }
  EXPECT_TRUE(ended);
  auto gone = runnel::spawn([] {});
  gone.detach();
  EXPECT_TRUE(gone.done());
}

TEST(go, a_large_closure) {
  std::array<char, 1000> big{};
  big[999] = 7;
  EXPECT_EQ(runnel::spawn([big] { return int{big[999]}; }).join(), 7);
}

TEST(go, many) {
  constexpr int count = 100'000;
  std::atomic<int> n = 0;
  runnel::wait_group wg;
  for (int i = 0; i < count; ++i)
    wg.go([&] { n.fetch_add(1, std::memory_order_relaxed); });
  wg.wait();
  EXPECT_EQ(n, count);
}

TEST(go, many_parked_at_once) {
  constexpr int count = 20'000;
  runnel::channel<void> gate;
  runnel::wait_group wg;
  for (int i = 0; i < count; ++i)
    wg.go([=] { gate.recv(); });
  until::waiting(gate, count);
  gate.close();
  wg.wait();
}

TEST(go, a_tree) {
  struct tree {
    static long sum(int depth) {
      if (depth == 0)
        return 1;
      auto left = runnel::spawn(sum, depth - 1);
      auto right = runnel::spawn(sum, depth - 1);
      return left.join() + right.join();
    }
  };
  EXPECT_EQ(runnel::spawn(tree::sum, 12).join(), 1L << 12);
}

TEST(go, exceptions_across_switches) {
  runnel::wait_group wg;
  std::atomic<int> caught = 0;
  for (int i = 0; i < 200; ++i)
    wg.go([&, i] {
      try {
        throw i;
      } catch (int mine) {
        runnel::yield(); // in a handler: another goroutine throws meanwhile
        runnel::sleep_for(10us);
        try {
          throw std::runtime_error("inner");
        } catch (const std::exception&) { runnel::yield(); }
        EXPECT_EQ(mine, i);
        try {
          throw;
        } catch (int again) {
          EXPECT_EQ(again, i);
          ++caught;
        }
      }
      EXPECT_EQ(std::uncaught_exceptions(), 0);
    });
  wg.wait();
  EXPECT_EQ(caught, 200);
}

TEST(go, unwinding_may_switch) {
  struct yields_at_end {
    ~yields_at_end() {
      runnel::yield();
      EXPECT_EQ(std::uncaught_exceptions(), 1);
    }
  };
  runnel::wait_group wg;
  for (int i = 0; i < 100; ++i)
    wg.go([] {
      try {
        yields_at_end y;
        throw 1;
      } catch (int) {}
    });
  wg.wait();
}

// Out of line: glibc declares the address of errno constant, so a function that waits in between
// may look at the errno of the thread that it was on before.
[[gnu::noinline]] int errno_now() {
  int* at = &errno;
  asm volatile("" : "+r"(at) : : "memory");
  return *at;
}

TEST(go, errno_belongs_to_the_goroutine) {
  if (runnel::detail::with_tsan)
    GTEST_SKIP() << "the sanitizer's calls change errno, and it calls errno a shared variable";
  runnel::wait_group wg;
  for (int i = 1; i <= 50; ++i)
    wg.go([i] {
      errno = i;
      for (int k = 0; k < 20; ++k) {
        runnel::yield();
        EXPECT_EQ(errno_now(), i);
      }
    });
  wg.wait();
}

TEST(go, floating_point_survives_switches) {
  runnel::wait_group wg;
  for (int i = 0; i < 20; ++i)
    wg.go([i] {
      double x = i;
      for (int k = 0; k < 100; ++k) {
        x = std::sqrt(x * x + 1);
        runnel::yield();
      }
      EXPECT_NEAR(x, std::sqrt(i * i + 100.0), 1e-6);
    });
  wg.wait();
}

TEST(yield, lets_others_run) {
  runnel::run(
      [] {
        std::atomic<bool> ran = false;
        runnel::go([&] { ran = true; });
        // Once would do, were it not that a second thread may have taken the goroutine over and
        // then wait for a processor of its own.
        for (int i = 0; i < 1'000'000 && !ran; ++i)
          runnel::yield();
        EXPECT_TRUE(ran);
      },
      {.workers = 1});
  runnel::run([] {}, {.workers = 2});
}

TEST(scheduler, a_hot_pair_starves_nobody) {
  runnel::run(
      [] {
        runnel::channel<int> a, b;
        std::atomic<bool> stop = false;
        auto ping = runnel::spawn([=, &stop] {
          while (!stop) {
            a.send(1);
            b.recv();
          }
          a.close();
        });
        auto pong = runnel::spawn([=] {
          while (a.recv())
            b.send(1);
        });
        std::atomic<int> progress = 0;
        auto third = runnel::spawn([&] {
          for (int i = 0; i < 100; ++i) {
            ++progress;
            runnel::yield();
          }
        });
        third.join();
        stop = true;
        ping.join();
        pong.join();
        EXPECT_EQ(progress, 100);
      },
      {.workers = 1});
  runnel::run([] {}, {.workers = 2});
}

TEST(scheduler, one_that_never_yields_does_not_stop_the_others) {
  for (unsigned workers : {1U, 2U})
    runnel::run(
        [] {
          std::atomic<bool> stop = false;
          auto hog = runnel::spawn([&] {
            while (!stop.load(std::memory_order_relaxed)) {}
          });
          runnel::yield();
          auto other = runnel::spawn([&] { stop = true; });
          other.join(); // with one worker only a spare can run it
          hog.join();
        },
        {.workers = workers});
  runnel::run([] {}, {.workers = 2});
}

// A spare takes the queue of a goroutine that has run for long. At its next operation that might
// block it makes room, so that no more workers run than there should be.
TEST(scheduler, who_has_run_for_long_makes_room) {
  const auto makes_room_in = [](auto operation) {
    runnel::run(
        [&] {
          std::atomic<bool> done = false;
          auto other = runnel::spawn([&] {
            while (!done)
              std::atomic_signal_fence(std::memory_order_seq_cst); // wants the worker all the time
          });
          // Nothing here ever waits, so only making room switches.
          const auto here = [] {
            auto* w = runnel::detail::this_worker();
            return std::pair(w, w->switches.load(std::memory_order_relaxed));
          };
          for (auto before = here(); here() == before;)
            operation();
          done = true;
          other.join();
        },
        {.workers = 1});
  };
  runnel::mutex m;
  makes_room_in([&] { std::lock_guard hold(m); });
  runnel::shared_mutex rw;
  makes_room_in([&] { std::shared_lock hold(rw); });
  runnel::semaphore s(1);
  makes_room_in([&] {
    s.acquire();
    s.release();
  });
  runnel::channel<int> c(1);
  makes_room_in([&] {
    c.send(1);
    c.recv();
  });
  makes_room_in([&] {
    runnel::select(runnel::on_send(c, 1));
    runnel::select(runnel::on_recv(c));
  });
  runnel::run([] {}, {.workers = 2});
}

TEST(blocking, the_others_go_on) {
  runnel::run(
      [] {
        std::atomic<bool> ran = false;
        auto h = runnel::spawn([&] { ran = true; });
        runnel::blocking([&] {
          while (!ran)
            std::this_thread::yield();
        });
        h.join();
        EXPECT_EQ(runnel::blocking([] { return 5; }), 5);
        EXPECT_THROW(runnel::blocking([] { throw 1; }), int);
      },
      {.workers = 1});
  runnel::run([] {}, {.workers = 2});
}

// What a blocking call wakes or starts does not wait for its end.
TEST(blocking, what_it_wakes_runs_meanwhile) {
  for (unsigned workers : {1U, 2U})
    runnel::run(
        [] {
          runnel::channel<int> c, answered(2);
          runnel::go([=] { answered.send(*c.recv()); });
          runnel::yield(); // mostly it waits by then
          runnel::blocking([&] {
            EXPECT_EQ(c.send_for(1, 1h), runnel::send_status::sent);
            runnel::go([=] { answered.send(2); });
            while (answered.size() < 2)
              std::this_thread::yield();
          });
        },
        {.workers = workers});
}

// A goroutine may wait inside a blocking call as anywhere else, and its worker serves the others,
// timers included, until it goes on.
TEST(blocking, waiting_inside) {
  for (unsigned workers : {1U, 2U})
    runnel::run(
        [] {
          auto waits = runnel::spawn([] {
            return runnel::blocking([] {
              runnel::sleep_for(1ms);
              runnel::yield();
              return *runnel::spawn([] {
                        runnel::timer t(1ms);
                        return t.c().recv();
                      }).join();
            });
          });
          runnel::timer here(1ms);
          here.c().recv();
          waits.join();
          runnel::sleep_for(1ms);
        },
        {.workers = workers});
}

TEST(go, ids_and_names) {
  EXPECT_EQ(runnel::this_goroutine::id(), 0U);
  auto a = runnel::spawn([] {
             runnel::this_goroutine::set_name("a name that is longer than there is room for it");
             return runnel::this_goroutine::id();
           }).join();
  auto b = runnel::spawn([] { return runnel::this_goroutine::id(); }).join();
  EXPECT_NE(a, 0U);
  EXPECT_NE(a, b);
}

TEST(go, a_larger_stack) {
  EXPECT_EQ(runnel::spawn([] {
              runnel::channel<int> c;
              runnel::go(runnel::stack_size{1 << 20}, [=] {
                volatile char big[700 * 1024];
                big[0] = 1;
                big[sizeof big - 1] = 2;
                c.send(big[0] + big[sizeof big - 1]);
              });
              return *c.recv();
            }).join(),
            3);
}

TEST(run, gives_back_results_and_exceptions) {
  EXPECT_EQ(runnel::run([] { return 3; }), 3);
  EXPECT_EQ(runnel::run([] {}), 0);
  EXPECT_THROW(runnel::run([] { throw std::runtime_error("main"); }), std::runtime_error);
}

TEST(run_death, a_deadlock_is_fatal) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(runnel::run([] {
                runnel::go([] {
                  runnel::this_goroutine::set_name("lonely");
                  runnel::channel<int>().recv();
                });
                runnel::channel<int> c;
                c.recv();
              }),
              testing::ExitedWithCode(2),
              "fatal: all goroutines are asleep - deadlock!(.|\n)*\\[channel receive\\](.|\n)*"
              "goroutine_test.cpp");
}

TEST(run_death, a_mutex_deadlock_too) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(runnel::run([] {
                runnel::mutex m;
                m.lock();
                m.lock();
              }),
              testing::ExitedWithCode(2), "deadlock!(.|\n)*\\[mutex\\]");
}

TEST(run, a_thread_that_could_wake_is_no_deadlock) {
  runnel::channel<int> c;
  std::atomic<bool> known = false;
  std::thread t([&] {
    runnel::channel<int>(1).send(0);
    (void)c.try_recv();
    runnel::yield();
    runnel::go([] {}); // it has used the runtime
    known = true;
    // Mostly the receiver is parked by then; the outcome is the same if not.
    for (int i = 0; i < 10000 && runnel::snapshot().idle_workers < runnel::snapshot().workers; ++i)
      std::this_thread::yield();
    c.send(4);
  });
  while (!known)
    std::this_thread::yield();
  EXPECT_EQ(runnel::run([&] { return *c.recv(); }), 4);
  t.join();
}

TEST(run_death, an_escaping_exception_names_its_goroutine) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(runnel::run([] {
                 runnel::go([] {
                   runnel::this_goroutine::set_name("thrower");
                   throw std::runtime_error("what it said");
                 });
                 runnel::sleep_for(1h);
               }),
               "goroutine [0-9]+ \"thrower\", started at .*goroutine_test.cpp:[0-9]+, threw "
               "std::runtime_error: what it said");
}

TEST(go, children_can_exec) {
  runnel::spawn([] {
    pid_t child = fork();
    if (child == 0) {
      execl("/bin/true", "true", static_cast<char*>(nullptr));
      _exit(1);
    }
    int status = -1;
    runnel::blocking([&] { waitpid(child, &status, 0); });
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }).join();
}

TEST(go, children_of_a_plain_thread_can_exec_while_goroutines_run) {
  std::atomic<bool> stop = false;
  runnel::channel<int> a, b;
  auto ping = runnel::spawn([&] {
    for (int i = 0; !stop; ++i) {
      a.send(i);
      b.recv();
    }
    a.close();
  });
  auto pong = runnel::spawn([&] {
    while (auto v = a.recv())
      b.send(*v);
  });
  for (int i = 0; i < 10; ++i) {
    pid_t child = fork();
    if (child == 0) {
      execl("/bin/true", "true", static_cast<char*>(nullptr));
      _exit(1);
    }
    int status = -1;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  stop = true;
  ping.join();
  pong.join();
}

std::string dump() {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* out = open_memstream(&text, &size);
  runnel::dump_goroutines(out);
  std::fclose(out);
  std::string copy(text, size);
  free(text);
  return copy;
}

TEST(debug, a_dump_says_who_could_end_a_wait) {
  runnel::channel<int> c;
  runnel::channel<void> gate;
  runnel::mutex m;
  runnel::wait_group parked;
  parked.add(3);
  auto by_value = runnel::spawn([c, gate, &parked] {
    runnel::this_goroutine::set_name("has-handle");
    parked.done();
    gate.recv();
    c.send(1);
  });
  auto holds_lock = runnel::spawn([&] {
    runnel::this_goroutine::set_name("has-lock");
    std::lock_guard hold(m);
    parked.done();
    gate.recv();
  });
  auto waits = runnel::spawn([c, &parked] {
    runnel::this_goroutine::set_name("waits");
    parked.done();
    EXPECT_EQ(c.recv(), 1);
  });
  parked.wait();
  auto wants_lock = runnel::spawn([&] {
    runnel::this_goroutine::set_name("wants-lock");
    std::lock_guard hold(m);
  });
  std::string text;
  for (int i = 0; i < 10'000; ++i) { // until all have parked
    text = dump();
    if (text.find("\"wants-lock\" [mutex]") != text.npos &&
        text.find("\"waits\" [channel receive]") != text.npos)
      break;
    runnel::sleep_for(1ms);
  }
  // The line after a goroutine's own; it may be named in the lines of others.
  auto line_below = [&](const std::string& name) {
    std::smatch found;
    std::regex_search(text, found,
                      std::regex("(?:^|\n)goroutine [0-9]+ \"" + name + "\" [^\n]*\n([^\n]*)"));
    return found.size() > 1 ? found[1].str() : "";
  };
  EXPECT_NE(line_below("waits").find("can send: known to "), std::string::npos) << text;
  EXPECT_NE(line_below("waits").find("\"has-handle\""), std::string::npos) << text;
  EXPECT_NE(line_below("wants-lock").find("\"has-lock\""), std::string::npos) << text;
  gate.close();
  by_value.join();
  holds_lock.join();
  waits.join();
  wants_lock.join();
}

TEST(debug, a_dump_shows_who_waits_where) {
  runnel::channel<int> c;
  runnel::go([=] {
    runnel::this_goroutine::set_name("waiter");
    c.recv();
  });
  std::string text;
  for (int i = 0; i < 10'000 && text.find("\"waiter\" [channel receive]") == text.npos; ++i) {
    runnel::sleep_for(1ms);
    text = dump();
  }
  EXPECT_NE(text.find("\"waiter\" [channel receive]"), std::string::npos) << text;
  EXPECT_NE(text.find("goroutine_test.cpp:"), std::string::npos) << text;
  c.send(1);
}

TEST(debug, counters_count) {
  auto before = runnel::snapshot();
  runnel::spawn([] {}).join();
  auto after = runnel::snapshot();
  EXPECT_GT(after.started, before.started);
  EXPECT_GE(after.workers, 1U);
}

} // namespace
