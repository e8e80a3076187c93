// Known algorithms and known bugs: the checker must prove the former and find the latter.
#include "litmus.h"

namespace runnel::model {
namespace {

result dekker(order o, order f) {
  return explore([=] {
    atomic<int> wants[2]{0, 0};
    atomic<int> turn{0};
    var<int> shared{0};
    int entered = 0;
    const auto enter = [&](int me) {
      wants[me].store(1, o);
      fence(f);
      while (wants[1 - me].load(o == sc ? sc : acq)) {
        if (turn.load(rlx) != me) {
          wants[me].store(0, o);
          while (turn.load(acq) != me)
            yield();
          wants[me].store(1, o);
          fence(f);
        } else {
          yield();
        }
      }
      shared.set(shared.get() + 1);
      ++entered;
      turn.store(1 - me, rel);
      wants[me].store(0, rel);
    };
    in_parallel([&] { enter(0); }, [&] { enter(1); });
    RUNNEL_MODEL_REQUIRE(shared.get() == 2);
  });
}

TEST(Algorithm, Dekker) {
  EXPECT_TRUE(dekker(sc, rlx).ok) << dekker(sc, rlx).failure;
  EXPECT_TRUE(dekker(rel, sc).ok) << dekker(rel, sc).failure;
  expect_failure(dekker(rel, rlx), "data race");
}

result peterson(order o) {
  return explore([=] {
    atomic<int> wants[2]{0, 0};
    atomic<int> turn{0};
    var<int> shared{0};
    const auto enter = [&](int me) {
      wants[me].store(1, o == sc ? sc : rel);
      turn.exchange(1 - me, o);
      while (wants[1 - me].load(o == sc ? sc : acq) && turn.load(acq) == 1 - me)
        yield();
      shared.set(shared.get() + 1);
      wants[me].store(0, rel);
    };
    in_parallel([&] { enter(0); }, [&] { enter(1); });
  });
}

TEST(Algorithm, Peterson) {
  EXPECT_TRUE(peterson(sc).ok) << peterson(sc).failure;
  // An acq_rel exchange on one word orders both threads: known to suffice.
  EXPECT_TRUE(peterson(acq_rel).ok) << peterson(acq_rel).failure;
  expect_failure(peterson(rlx), "data race");
}

TEST(Algorithm, Mutex) {
  const result r = explore([] {
    mutex m;
    var<int> shared{0};
    const auto add = [&] {
      m.lock();
      shared.set(shared.get() + 1);
      m.unlock();
    };
    in_parallel(add, add, add);
    RUNNEL_MODEL_REQUIRE(shared.get() == 3);
  });
  EXPECT_TRUE(r.ok) << r.failure;
  EXPECT_EQ(r.executions, 6u) << "one for each order of the three";
}

TEST(Algorithm, LocksInTwoOrdersDeadlock) {
  const auto run = [](bool same) {
    return explore([=] {
      mutex a, b;
      in_parallel(
          [&] {
            a.lock();
            b.lock();
            b.unlock();
            a.unlock();
          },
          [&] {
            (same ? a : b).lock();
            (same ? b : a).lock();
            (same ? b : a).unlock();
            (same ? a : b).unlock();
          });
    });
  };
  EXPECT_TRUE(run(true).ok);
  expect_failure(run(false), "deadlock");
}

struct stack_node {
  var<int> value{0};
  atomic<stack_node*> next{nullptr};
};

// Treiber's stack. Without reuse it is right; popping and pushing back the same node while another
// pop holds the old `next` is the ABA problem.
struct treiber {
  atomic<stack_node*> top{nullptr};
  order publish = rel, consume = acq;
  void push(stack_node* n) {
    stack_node* t = top.load(rlx);
    do
      n->next.store(t, rlx);
    while (!top.compare_exchange_weak(t, n, publish, rlx));
  }
  stack_node* pop() {
    stack_node* t = top.load(consume);
    while (t && !top.compare_exchange_weak(t, t->next.load(rlx), consume, consume)) {}
    return t;
  }
};

result treiber_pushes_and_pops(order publish, order consume) {
  return explore([=] {
    treiber s;
    s.publish = publish;
    s.consume = consume;
    stack_node nodes[2];
    int seen[2]{0, 0};
    const auto run = [&](int me) {
      nodes[me].value.set(me + 1);
      s.push(&nodes[me]);
      if (stack_node* n = s.pop())
        seen[me] = n->value.get();
    };
    in_parallel([&] { run(0); }, [&] { run(1); });
    RUNNEL_MODEL_REQUIRE(seen[0] + seen[1] == 3); // each pushed before it popped
    observe(seen[0], seen[1]);
  });
}

TEST(Algorithm, TreiberStack) {
  expect_exactly(treiber_pushes_and_pops(rel, acq), {{1, 2}, {2, 1}});
  expect_failure(treiber_pushes_and_pops(rlx, acq), "data race");
  expect_failure(treiber_pushes_and_pops(rel, rlx), "data race");
}

TEST(Algorithm, TreiberStackWithReuseHasAba) {
  const result r = explore([] {
    treiber s;
    stack_node a, b;
    s.push(&b);
    s.push(&a);
    int taken_b = 0;
    in_parallel([&] { taken_b += s.pop() == &b; },
                [&] {
                  stack_node* x = s.pop();
                  stack_node* y = s.pop();
                  if (y == &b)
                    ++taken_b;
                  if (x == &a)
                    s.push(x); // b is ours now, a goes back
                });
    while (stack_node* n = s.pop())
      taken_b += n == &b;
    RUNNEL_MODEL_REQUIRE(taken_b == 1);
  });
  expect_failure(r, "taken_b == 1");
}

TEST(Algorithm, SpinLock) {
  const auto run = [](order take, order give) {
    return explore([=] {
      atomic<int> locked{0};
      var<int> shared{0};
      const auto add = [&] {
        while (locked.exchange(1, take))
          while (locked.load(rlx))
            yield();
        shared.set(shared.get() + 1);
        locked.store(0, give);
      };
      in_parallel(add, add, add);
      RUNNEL_MODEL_REQUIRE(shared.get() == 3);
    });
  };
  EXPECT_TRUE(run(acq, rel).ok) << run(acq, rel).failure;
  expect_failure(run(rlx, rel), "data race");
  expect_failure(run(acq, rlx), "data race");
}

// Drepper, "Futexes are tricky": the second mutex. Storing 1 where 2 is meant loses a wake.
result futex_mutex(unsigned contended) {
  return explore([=] {
    atomic<std::uint32_t> word{0};
    var<int> shared{0};
    const auto pack = [](std::uint32_t v) { return atomic<std::uint32_t>::pack(v); };
    const auto add = [&] {
      std::uint32_t c = 0;
      if (!word.compare_exchange_strong(c, 1, acq, rlx)) {
        if (c != 2)
          c = word.exchange(contended, acq);
        while (c != 0) {
          engine::active()->futex_wait(word.part(), pack(contended), false, source::current());
          c = word.exchange(contended, acq);
        }
      }
      shared.set(shared.get() + 1);
      if (word.exchange(0, rel) == 2)
        engine::active()->futex_wake(word.part(), 1, source::current());
    };
    in_parallel(add, add, add);
    RUNNEL_MODEL_REQUIRE(shared.get() == 3);
  });
}

TEST(Algorithm, FutexMutex) {
  EXPECT_TRUE(futex_mutex(2).ok) << futex_mutex(2).failure;
  expect_failure(futex_mutex(1), "deadlock");
}

TEST(Algorithm, LostWakeUp) {
  // The waiter must look again after it has said that it sleeps.
  const auto run = [](order o, bool look_again) {
    return explore([=] {
      atomic<int> work{0}, asleep{0};
      gate p;
      in_parallel(
          [&] {
            asleep.store(1, o);
            if (look_again && work.load(o == sc ? sc : acq))
              return;
            p.park();
          },
          [&] {
            work.store(1, o);
            if (asleep.load(o == sc ? sc : acq))
              p.unpark();
          });
    });
  };
  EXPECT_TRUE(run(sc, true).ok) << run(sc, true).failure;
  expect_failure(run(rel, true), "deadlock");
  expect_failure(run(sc, false), "deadlock");
}

TEST(Algorithm, UseAfterEnd) {
  const auto run = [](bool wait) {
    return explore([=] {
      auto* flag = new atomic<int>{0};
      atomic<int> done{0};
      in_parallel(
          [&] {
            flag->store(1, rel);
            done.store(1, rel);
          },
          [&] {
            if (wait)
              while (!done.load(acq))
                yield();
            else
              while (!flag->load(acq))
                yield();
            delete flag;
          });
    });
  };
  EXPECT_TRUE(run(true).ok) << run(true).failure;
  // Gone with its last store: what the waiter saw was that store.
  EXPECT_TRUE(run(false).ok) << run(false).failure;
}

TEST(Algorithm, TouchAfterHandingOver) {
  const result r = explore([] {
    auto* flag = new atomic<int>{0};
    in_parallel(
        [&] {
          flag->store(1, rel);
          flag->load(rlx);
        },
        [&] {
          while (!flag->load(acq))
            yield();
          delete flag;
        });
  });
  EXPECT_FALSE(r.ok);
}

TEST(Algorithm, UnorderedConstruction) {
  const auto run = [](order o) {
    return explore([=] {
      atomic<atomic<int>*> shared{nullptr};
      in_parallel([&] { shared.store(new atomic<int>{7}, o); },
                  [&] {
                    if (auto* p = shared.load(acq))
                      RUNNEL_MODEL_REQUIRE(p->load(rlx) == 7);
                  });
      delete shared.load(rlx);
    });
  };
  EXPECT_TRUE(run(rel).ok) << run(rel).failure;
  expect_failure(run(rlx), "not ordered after its construction");
}

} // namespace
} // namespace runnel::model
