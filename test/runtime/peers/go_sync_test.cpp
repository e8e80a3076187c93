// Locks, conditions, once and wait groups, after Go 1.19's src/sync/*_test.go (named in brackets).

#include "peers.h"

#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <vector>

using namespace peers;

namespace {

// [TestSemaphore]
TEST(go_sync, a_semaphore_as_a_lock) {
  runnel::semaphore s(1);
  int n = 0;
  runnel::wait_group wg;
  for (int i = 0; i < 8; ++i)
    wg.go([&] {
      for (int k = 0; k < 500; ++k) {
        s.acquire();
        ++n;
        s.release();
      }
    });
  wg.wait();
  EXPECT_EQ(n, 8 * 500);
}

// [TestMutex] try_lock fails while the lock is held; many lock and unlock.
TEST(go_sync, a_mutex) {
  holds([] {
    runnel::mutex m;
    m.lock();
    EXPECT_FALSE(m.try_lock());
    m.unlock();
    EXPECT_TRUE(m.try_lock());
    m.unlock();
    int n = 0;
    runnel::wait_group wg;
    for (int i = 0; i < 4; ++i)
      wg.go([&] {
        for (int k = 0; k < 5; ++k) {
          if (k % 3 == 0 && !m.try_lock())
            continue;
          if (k % 3 != 0)
            m.lock();
          const int before = n;
          runnel::yield();
          n = before + 1;
          m.unlock();
        }
      });
    wg.wait();
    EXPECT_GE(n, 4 * 3);
  });
}

// [TestMutexMisuse] An error here, where Go ends the program.
TEST(go_sync, unlocking_what_is_not_locked) {
  runnel::mutex m;
  EXPECT_THROW(m.unlock(), runnel::sync_error);
  m.lock();
  m.unlock();
  EXPECT_THROW(m.unlock(), runnel::sync_error);
  runnel::shared_mutex rw;
  EXPECT_THROW(rw.unlock(), runnel::sync_error);
  EXPECT_THROW(rw.unlock_shared(), runnel::sync_error);
  rw.lock();
  rw.unlock();
  EXPECT_THROW(rw.unlock(), runnel::sync_error);
  rw.lock_shared();
  rw.unlock_shared();
  EXPECT_THROW(rw.unlock_shared(), runnel::sync_error);
  rw.lock();
  EXPECT_THROW(rw.unlock_shared(), runnel::sync_error);
  rw.unlock();
  rw.lock_shared();
  EXPECT_THROW(rw.unlock(), runnel::sync_error);
  rw.unlock_shared();
}

// [TestMutexFairness] One that takes the lock again and again does not keep the other out.
TEST(go_sync, mutex_fairness) {
  runnel::run(
      [] {
        runnel::mutex m;
        std::atomic<bool> stop = false;
        auto greedy = runnel::spawn([&] {
          while (!stop) {
            m.lock();
            runnel::yield();
            m.unlock();
          }
        });
        for (int i = 0; i < 10; ++i) {
          runnel::yield();
          m.lock();
          m.unlock();
        }
        stop = true;
        greedy.join();
      },
      {.workers = 1});
  runnel::run([] {}, {.workers = 2});
}

// [TestParallelReaders] Readers are inside together: each waits there for all.
TEST(go_sync, readers_are_inside_together) {
  for (int readers : {1, 3, 4})
    holds([=] {
      runnel::shared_mutex m;
      runnel::channel<void> locked, unlock, done;
      for (int i = 0; i < readers; ++i)
        runnel::go([&m, locked, unlock, done] {
          m.lock_shared();
          locked.send();
          unlock.recv();
          m.unlock_shared();
          done.send();
        });
      for (int i = 0; i < readers; ++i)
        locked.recv();
      for (int i = 0; i < readers; ++i)
        unlock.send();
      for (int i = 0; i < readers; ++i)
        done.recv();
    });
}

// [TestRWMutex] A counter that readers raise by one and writers by ten thousand shows who is
// inside.
TEST(go_sync, readers_or_one_writer) {
  auto hammer = [](int readers, int rounds) {
    runnel::shared_mutex m;
    std::atomic<int> active = 0;
    runnel::wait_group wg;
    auto writer = [&] {
      for (int i = 0; i < rounds; ++i) {
        std::unique_lock hold(m);
        EXPECT_EQ(active.fetch_add(10'000), 0);
        runnel::yield();
        active -= 10'000;
      }
    };
    auto reader = [&] {
      for (int i = 0; i < rounds; ++i) {
        std::shared_lock hold(m);
        EXPECT_LT(active.fetch_add(1), 10'000);
        runnel::yield();
        --active;
      }
    };
    wg.go(writer);
    for (int i = 0; i < readers / 2; ++i)
      wg.go(reader);
    wg.go(writer);
    for (int i = readers / 2; i < readers; ++i)
      wg.go(reader);
    wg.wait();
  };
  holds([=] { hammer(3, 4); }, 300);
  for (int readers : {1, 3, 10})
    hammer(readers, 200);
  holds([] { // the tries
    runnel::shared_mutex m;
    m.lock();
    EXPECT_FALSE(m.try_lock());
    EXPECT_FALSE(m.try_lock_shared());
    m.unlock();
    EXPECT_TRUE(m.try_lock());
    m.unlock();
    EXPECT_TRUE(m.try_lock_shared());
    EXPECT_TRUE(m.try_lock_shared());
    EXPECT_FALSE(m.try_lock());
    m.unlock_shared();
    m.unlock_shared();
  });
}

// [TestRLocker] The reading side as a lock of its own: std::shared_lock.
TEST(go_sync, a_writer_and_shared_locks_take_turns) {
  holds([] {
    runnel::shared_mutex m;
    std::shared_lock reading(m, std::defer_lock);
    runnel::channel<bool> w(1), r(1);
    constexpr int n = 5;
    auto writer = runnel::spawn([&] {
      for (int i = 0; i < n; ++i) {
        m.lock_shared();
        m.lock_shared();
        r.send(true);
        m.unlock_shared(); // one holds still
        w.recv();
        m.unlock_shared();
      }
    });
    for (int i = 0; i < n; ++i) {
      r.recv();
      reading.lock();
      w.send(true);
      reading.unlock();
    }
    writer.join();
  });
}

// [TestCondSignal] One notification wakes one.
TEST(go_sync, notify_one_wakes_one) {
  holds([] {
    runnel::mutex m;
    runnel::condition_variable cv;
    constexpr int n = 3;
    runnel::channel<bool> running(n), awake(n);
    runnel::wait_group all;
    for (int i = 0; i < n; ++i)
      all.go([&] {
        std::unique_lock hold(m);
        running.send(true);
        cv.wait(hold);
        awake.send(true);
      });
    for (int i = 0; i < n; ++i)
      running.recv();
    for (int left = n; left > 0; --left) {
      EXPECT_FALSE(awake.try_recv());
      {
        std::lock_guard hold(m); // all wait by now
        cv.notify_one();
      }
      awake.recv();
      runnel::sleep_for(1ms);
      EXPECT_FALSE(awake.try_recv()) << "too many awake";
    }
    cv.notify_one();
    all.wait();
  });
}

// [TestCondSignalGenerations] First to wait, first to wake.
TEST(go_sync, notified_in_the_order_of_waiting) {
  holds([] {
    runnel::mutex m;
    runnel::condition_variable cv;
    constexpr int n = 8;
    runnel::channel<bool> running(n);
    runnel::channel<int> awake(n);
    runnel::wait_group all;
    for (int i = 0; i < n; ++i) {
      all.go([&, i] {
        std::unique_lock hold(m);
        running.send(true);
        cv.wait(hold);
        awake.send(i);
      });
      if (i > 0) {
        std::lock_guard hold(m);
        cv.notify_one();
      }
      if (i > 0)
        EXPECT_EQ(awake.recv(), i - 1);
      running.recv();
      std::lock_guard hold(m); // it has begun to wait
    }
    cv.notify_one();
    EXPECT_EQ(awake.recv(), n - 1);
    all.wait();
  });
}

// [TestCondBroadcast] All wake, each round, until the end.
TEST(go_sync, notify_all_wakes_all) {
  holds(
      [] {
        runnel::mutex m;
        runnel::condition_variable cv;
        constexpr int n = 6;
        runnel::channel<int> running(n), awake(n);
        bool end = false;
        runnel::wait_group wg;
        for (int i = 0; i < n; ++i)
          wg.go([&, i] {
            std::unique_lock hold(m);
            while (!end) {
              running.send(i);
              cv.wait(hold);
              awake.send(i);
            }
          });
        for (int round = 0; round < 3; ++round) {
          for (int i = 0; i < n; ++i)
            running.recv();
          if (round == 2) {
            std::lock_guard hold(m);
            end = true;
          }
          EXPECT_FALSE(awake.try_recv());
          {
            std::lock_guard hold(m);
            cv.notify_all();
          }
          std::vector<bool> seen(n);
          for (int i = 0; i < n; ++i) {
            auto which = static_cast<std::size_t>(*awake.recv());
            EXPECT_FALSE(seen[which]) << "woke twice";
            seen[which] = true;
          }
        }
        cv.notify_all();
        wg.wait();
      },
      50);
}

// [TestRace] Waiting, signalling and the state they hand on.
TEST(go_sync, a_relay_over_a_condition) {
  holds([] {
    int x = 0;
    runnel::mutex m;
    runnel::condition_variable cv;
    runnel::wait_group done;
    done.go([&] {
      std::unique_lock hold(m);
      x = 1;
      cv.wait(hold, [&] { return x >= 2; });
      x = 3;
      cv.notify_all();
    });
    done.go([&] {
      std::unique_lock hold(m);
      for (;;) {
        if (x == 1) {
          x = 2;
          cv.notify_all();
          break;
        }
        hold.unlock();
        runnel::yield();
        hold.lock();
      }
    });
    done.go([&] {
      std::unique_lock hold(m);
      while (x < 2) {
        hold.unlock();
        runnel::yield();
        hold.lock();
      }
      cv.wait(hold, [&] { return x == 3; });
    });
    done.wait();
    EXPECT_EQ(x, 3);
  });
}

// [TestCondSignalStealing] A signal goes to one that waited when it came, not to a later one.
TEST(go_sync, a_notification_is_not_stolen) {
  holds(
      [] {
        for (int i = 0; i < 3; ++i) {
          runnel::mutex m;
          runnel::condition_variable cv;
          runnel::channel<void> waits(1);
          bool go_on = false;
          auto first = runnel::spawn([&] {
            std::unique_lock hold(m);
            waits.send();
            cv.wait(hold);
          });
          waits.recv();
          m.lock(); // it has begun to wait
          m.unlock();
          runnel::channel<void> done(1);
          auto broadcast = runnel::spawn([&] {
            std::unique_lock hold(m);
            cv.wait(hold, [&] { return go_on; });
            done.send();
          });
          {
            std::lock_guard hold(m);
            cv.notify_one(); // perhaps before the second waits: the first must get it then
          }
          first.join();
          {
            std::lock_guard hold(m);
            go_on = true;
            cv.notify_all();
          }
          done.recv();
          broadcast.join();
        }
      },
      300);
}

// [TestCondCopy] Copying is refused by the compiler.
static_assert(!std::is_copy_constructible_v<runnel::condition_variable>);
static_assert(!std::is_copy_constructible_v<runnel::mutex>);
static_assert(!std::is_copy_constructible_v<runnel::once>);
static_assert(!std::is_copy_constructible_v<runnel::wait_group>);

// [TestOnce]
TEST(go_sync, once_for_ten) {
  holds([] {
    int n = 0;
    runnel::once first;
    runnel::wait_group wg;
    for (int i = 0; i < 10; ++i)
      wg.go([&] {
        first.call([&] { ++n; });
        EXPECT_EQ(n, 1);
      });
    wg.wait();
  });
}

// [TestOncePanic] A call that throws counts.
TEST(go_sync, once_that_throws) {
  runnel::once first;
  EXPECT_THROW(first.call([] { throw 1; }), int);
  first.call([] { FAIL() << "twice"; });
}

// [TestWaitGroup] Two groups that wait for each other's members, used again and again.
TEST(go_sync, two_wait_groups) {
  holds(
      [] {
        runnel::wait_group one, two;
        for (int round = 0; round < 4; ++round) {
          constexpr int n = 4;
          one.add(n);
          two.add(n);
          runnel::channel<bool> ended(n);
          for (int i = 0; i < n; ++i)
            runnel::go([&] {
              one.done();
              two.wait();
              ended.send(true);
            });
          one.wait();
          for (int i = 0; i < n; ++i) {
            EXPECT_FALSE(ended.try_recv()) << "the second group let go too soon";
            two.done();
          }
          for (int i = 0; i < n; ++i)
            ended.recv();
        }
      },
      100);
}

// [TestWaitGroupMisuse]
TEST(go_sync, wait_group_below_zero) {
  runnel::wait_group wg;
  wg.add(1);
  wg.done();
  EXPECT_THROW(wg.done(), runnel::sync_error);
  wg.wait(); // still usable
}

// [TestWaitGroupRace] Members add members.
TEST(go_sync, wait_group_counts_all_increments) {
  holds(
      [] {
        int n = 0;
        runnel::wait_group wg;
        for (int i = 0; i < 2; ++i)
          wg.go([&] { ++n; });
        wg.wait();
        EXPECT_EQ(n, 2);
      },
      500);
}

} // namespace
