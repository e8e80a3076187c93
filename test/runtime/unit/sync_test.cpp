// Locks and their kin: exclusion, misuse, and death right after the last wait.

#include "until.h"

#include <runnel/runnel.h>

#include <atomic>
#include <gtest/gtest.h>
#include <memory>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

TEST(mutex, excludes) {
  runnel::mutex m;
  long n = 0;
  runnel::wait_group wg;
  auto work = [&] {
    for (int i = 0; i < 5000; ++i) {
      std::lock_guard hold(m);
      n = n + 1;
      if (i % 100 == 0)
        runnel::yield();
    }
  };
  for (int i = 0; i < 6; ++i)
    wg.go(work);
  std::thread t(work), u(work);
  t.join();
  u.join();
  wg.wait();
  EXPECT_EQ(n, 8 * 5000);
}

TEST(mutex, another_may_unlock) {
  runnel::mutex m;
  m.lock();
  EXPECT_FALSE(m.try_lock());
  runnel::spawn([&] { m.unlock(); }).join();
  EXPECT_TRUE(m.try_lock());
  m.unlock();
  EXPECT_THROW(m.unlock(), runnel::sync_error);
}

TEST(mutex, a_waiter_is_not_overtaken_for_ever) {
  runnel::run(
      [] {
        runnel::mutex m;
        std::atomic<bool> got = false;
        m.lock();
        auto h = runnel::spawn([&] {
          std::lock_guard hold(m);
          got = true;
        });
        until::waiting(&m);
        int rounds = 0;
        while (!got && ++rounds < 100'000) {
          m.unlock();
          m.lock();
          runnel::yield();
        }
        m.unlock();
        h.join();
        EXPECT_LT(rounds, 100'000);
      },
      {.workers = 1});
  runnel::run([] {}, {.workers = 2});
}

// As std's: the object may go as soon as the last wait on it has returned.
TEST(sync, objects_may_die_at_once) {
  for (int i = 0; i < 2000; ++i) {
    auto wg = std::make_unique<runnel::wait_group>();
    wg->add(2);
    auto done = [w = wg.get()] { w->done(); };
    runnel::go(done);
    std::thread t;
    if (i % 20 == 0)
      t = std::thread(done);
    else
      runnel::go(done);
    wg->wait();
    wg.reset();
    if (t.joinable())
      t.join();

    auto m = std::make_unique<runnel::mutex>();
    m->lock();
    runnel::go([p = m.get()] { p->unlock(); });
    m->lock();
    m.reset();

    auto l = std::make_unique<runnel::latch>(1);
    runnel::go([p = l.get()] { p->count_down(); });
    l->wait();
    l.reset();

    auto s = std::make_unique<runnel::semaphore>(0);
    runnel::go([p = s.get()] { p->release(); });
    s->acquire();
    s.reset();

    auto rw = std::make_unique<runnel::shared_mutex>();
    rw->lock();
    runnel::go([p = rw.get()] { p->unlock(); });
    rw->lock_shared();
    runnel::go([p = rw.get()] { p->unlock_shared(); });
    rw->lock();
    rw.reset();

    auto b = std::make_unique<runnel::barrier>(2);
    runnel::go([p = b.get()] { p->arrive_and_drop(); });
    b->arrive_and_wait();
    b.reset();

    // The notification comes after the wait has begun, since that is what frees the lock.
    auto cv = std::make_unique<runnel::condition_variable>();
    auto guard = std::make_shared<runnel::mutex>();
    std::unique_lock hold(*guard);
    runnel::go([p = cv.get(), guard] {
      guard->lock();
      guard->unlock();
      p->notify_one();
    });
    cv->wait(hold);
    cv.reset();
  }
}

TEST(shared_mutex, readers_share_and_writers_go_first) {
  runnel::run(
      [] {
        runnel::shared_mutex m;
        m.lock_shared();
        EXPECT_TRUE(m.try_lock_shared());
        EXPECT_FALSE(m.try_lock());
        std::vector<int> order;
        auto writer = runnel::spawn([&] {
          std::unique_lock hold(m);
          order.push_back(1);
        });
        until::waiting(&m);
        EXPECT_FALSE(m.try_lock_shared()); // a writer waits
        auto reader = runnel::spawn([&] {
          std::shared_lock hold(m);
          order.push_back(2);
        });
        until::waiting(&m, 2);
        m.unlock_shared();
        m.unlock_shared();
        writer.join();
        reader.join();
        EXPECT_EQ(order, (std::vector<int>{1, 2}));
        EXPECT_THROW(m.unlock(), runnel::sync_error);
        EXPECT_THROW(m.unlock_shared(), runnel::sync_error);
      },
      {.workers = 1});
  runnel::run([] {}, {.workers = 2});
}

TEST(shared_mutex, keeps_an_invariant) {
  runnel::shared_mutex m;
  int a = 0, b = 0;
  runnel::wait_group wg;
  for (int g = 0; g < 4; ++g) {
    wg.go([&] {
      for (int i = 0; i < 2000; ++i) {
        std::unique_lock hold(m);
        ++a;
        ++b;
      }
    });
    wg.go([&] {
      for (int i = 0; i < 2000; ++i) {
        std::shared_lock hold(m);
        EXPECT_EQ(a, b);
      }
    });
  }
  wg.wait();
  EXPECT_EQ(a, 8000);
}

TEST(condition_variable, wakes_who_waits) {
  for (int round = 0; round < 50; ++round) {
    runnel::mutex m;
    runnel::condition_variable cv;
    int turn = 0;
    runnel::wait_group wg;
    constexpr int parties = 4;
    for (int me = 0; me < parties; ++me)
      wg.go([&, me] {
        for (int i = 0; i < 5; ++i) {
          std::unique_lock hold(m);
          cv.wait(hold, [&] { return turn % parties == me; });
          ++turn;
          cv.notify_all();
        }
      });
    wg.wait();
    EXPECT_EQ(turn, parties * 5);
  }
}

TEST(condition_variable, waits_on_a_plain_thread_and_with_any_lock) {
  std::mutex m;
  runnel::condition_variable cv;
  bool ready = false;
  std::thread t([&] {
    std::unique_lock hold(m);
    cv.wait(hold, [&] { return ready; });
  });
  {
    std::lock_guard hold(m);
    ready = true;
  }
  cv.notify_one();
  t.join();
  std::unique_lock hold(m);
  EXPECT_EQ(cv.wait_for(hold, 1ms), std::cv_status::timeout);
  EXPECT_FALSE(cv.wait_for(hold, 1ms, [] { return false; }));
}

TEST(condition_variable, a_timeout_and_a_notification_race) {
  runnel::mutex m;
  runnel::condition_variable cv;
  runnel::wait_group wg;
  for (int i = 0; i < 200; ++i)
    wg.go([&] {
      std::unique_lock hold(m);
      cv.wait_for(hold, 50us);
    });
  for (int i = 0; i < 200; ++i)
    wg.go([&] { cv.notify_one(); });
  wg.wait();
}

TEST(once, runs_once_and_counts_a_throw) {
  runnel::once o;
  std::atomic<int> n = 0;
  runnel::wait_group wg;
  for (int i = 0; i < 8; ++i)
    wg.go([&] {
      o.call([&] {
        runnel::yield(); // the others come meanwhile
        ++n;
      });
      EXPECT_EQ(n, 1);
    });
  wg.wait();
  runnel::once p;
  EXPECT_THROW(p.call([] { throw 1; }), int);
  p.call([] { FAIL(); });
}

TEST(wait_group, misuse) {
  runnel::wait_group wg;
  EXPECT_THROW(wg.done(), runnel::sync_error);
  wg.add(2);
  EXPECT_THROW(wg.add(-3), runnel::sync_error);
  wg.done();
  wg.done();
  wg.wait();
}

// Copying is all it can, so that what a move leaves behind is a value too.
struct counts_itself {
  std::atomic<int>* alive;
  explicit counts_itself(std::atomic<int>& n) : alive(&n) { ++n; }
  counts_itself(const counts_itself& o) : alive(o.alive) { ++*alive; }
  ~counts_itself() { --*alive; }
};

TEST(wait_group, captures_end_before_the_wait) {
  for (int i = 0; i < 500; ++i) {
    std::atomic<int> alive = 0;
    runnel::wait_group wg;
    for (int k = 0; k < 3; ++k) {
      counts_itself here(alive);
      wg.go([here] { EXPECT_GT(*here.alive, 0); });
    }
    wg.wait();
    ASSERT_EQ(alive, 0);
  }
}

TEST(group, captures_end_before_the_wait) {
  for (int i = 0; i < 500; ++i) {
    std::atomic<int> alive = 0;
    runnel::group g;
    for (int k = 0; k < 3; ++k) {
      counts_itself here(alive);
      g.go([here, k] {
        if (k == 1)
          throw k;
      });
    }
    EXPECT_THROW(g.wait(), int);
    ASSERT_EQ(alive, 0);
  }
}

TEST(semaphore, hands_over_in_order) {
  runnel::run(
      [] {
        runnel::semaphore s(0);
        std::vector<int> order;
        runnel::mutex m;
        runnel::wait_group wg;
        for (int i = 0; i < 5; ++i) {
          wg.go([&, i] {
            s.acquire();
            std::lock_guard hold(m);
            order.push_back(i);
          });
          until::waiting(&s, static_cast<std::size_t>(i) + 1);
        }
        EXPECT_FALSE(s.try_acquire_for(100us));
        s.release(2);
        s.release(3);
        wg.wait();
        EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
        EXPECT_FALSE(s.try_acquire());
        EXPECT_THROW(s.release(-1), runnel::sync_error);
      },
      {.workers = 1});
  runnel::run([] {}, {.workers = 2});
  EXPECT_THROW(runnel::semaphore(-1), runnel::sync_error);
}

TEST(latch, opens_once) {
  runnel::latch l(3);
  EXPECT_FALSE(l.try_wait());
  runnel::wait_group others; // their waits must have returned before the latch goes
  for (int i = 0; i < 2; ++i)
    others.go([&] { l.arrive_and_wait(); });
  l.arrive_and_wait();
  EXPECT_TRUE(l.try_wait());
  EXPECT_THROW(l.count_down(), runnel::sync_error);
  others.wait();
}

TEST(barrier, phases) {
  constexpr int parties = 4, phases = 20;
  std::atomic<int> arrived = 0;
  std::atomic<int> completed = 0;
  runnel::barrier b(parties, [&] { EXPECT_EQ(arrived, parties * ++completed); });
  runnel::wait_group wg;
  for (int i = 0; i < parties; ++i)
    wg.go([&] {
      for (int p = 0; p < phases; ++p) {
        ++arrived;
        b.arrive_and_wait();
        EXPECT_GT(completed, p);
      }
    });
  wg.wait();
  EXPECT_EQ(completed, phases);
  EXPECT_THROW((void)b.arrive(parties + 1), runnel::sync_error);
}

TEST(barrier, drops) {
  int phases = 0;
  runnel::barrier b(2, [&] { ++phases; });
  runnel::wait_group other;
  other.go([&] { b.arrive_and_drop(); });
  b.arrive_and_wait();
  b.arrive_and_wait(); // alone now
  EXPECT_EQ(phases, 2);
  other.wait();
}

TEST(group, first_error_and_cancellation) {
  runnel::group g;
  auto ctx = g.ctx();
  g.go([=] { ctx.done().recv(); });
  g.go([] { throw std::runtime_error("boom"); });
  EXPECT_THROW(g.wait(), std::runtime_error);
  EXPECT_EQ(ctx.err(), runnel::errc::canceled);
  EXPECT_THROW(std::rethrow_exception(ctx.cause()), std::runtime_error);
}

TEST(group, limits) {
  runnel::group g;
  g.set_limit(2);
  std::atomic<int> now = 0, most = 0;
  for (int i = 0; i < 20; ++i)
    g.go([&] {
      int n = ++now;
      for (int seen = most; seen < n && !most.compare_exchange_weak(seen, n);) {}
      runnel::yield();
      --now;
    });
  g.wait();
  EXPECT_LE(most, 2);
  runnel::group none;
  none.set_limit(0);
  EXPECT_FALSE(none.try_go([] {}));
  none.wait();
}

} // namespace
