// The memory model, by the classic litmus tests. Each compares the whole set of outcomes: a
// forbidden one must never be seen and an allowed one must be. Names follow the literature
// (Alglave, Maranget, Tautschnig, "Herding cats"; Lahav et al., "Repairing sequential consistency
// in C/C++11").
#include "litmus.h"

namespace runnel::model {
namespace {

using cells = atomic<int>;

outcomes store_buffering(order st, order ld, order between = rlx) {
  const result r = explore([=] {
    cells x{0}, y{0};
    int a = 0, b = 0;
    in_parallel(
        [&] {
          x.store(1, st);
          fence(between);
          a = y.load(ld);
        },
        [&] {
          y.store(1, st);
          fence(between);
          b = x.load(ld);
        });
    observe(a, b);
  });
  EXPECT_TRUE(r.ok && r.exhausted) << r.failure;
  return r.outcomes;
}

const outcomes all_pairs{{0, 0}, {0, 1}, {1, 0}, {1, 1}};
const outcomes not_both_old{{0, 1}, {1, 0}, {1, 1}};

TEST(Litmus, StoreBuffering) {
  EXPECT_EQ(store_buffering(rlx, rlx), all_pairs);
  EXPECT_EQ(store_buffering(rel, acq), all_pairs);
  EXPECT_EQ(store_buffering(sc, sc), not_both_old);
  EXPECT_EQ(store_buffering(sc, acq), all_pairs) << "a seq_cst store is no fence";
  EXPECT_EQ(store_buffering(rel, sc), all_pairs);
  EXPECT_EQ(store_buffering(rlx, rlx, sc), not_both_old) << "seq_cst fences";
  EXPECT_EQ(store_buffering(rlx, rlx, acq_rel), all_pairs);
}

TEST(Litmus, StoreBufferingWithOneFenceOnly) {
  const result r = explore([] {
    cells x{0}, y{0};
    int a = 0, b = 0;
    in_parallel(
        [&] {
          x.store(1, rlx);
          fence(sc);
          a = y.load(rlx);
        },
        [&] {
          y.store(1, rlx);
          b = x.load(rlx);
        });
    observe(a, b);
  });
  expect_exactly(r, all_pairs);
}

TEST(Litmus, StoreBufferingWithFenceAgainstSeqCstAccesses) {
  const result r = explore([] {
    cells x{0}, y{0};
    int a = 0, b = 0;
    in_parallel(
        [&] {
          x.store(1, rlx);
          fence(sc);
          a = y.load(rlx);
        },
        [&] {
          y.store(1, sc);
          b = x.load(sc);
        });
    observe(a, b);
  });
  expect_exactly(r, not_both_old);
}

outcomes message_passing(order st, order ld) {
  const result r = explore([=] {
    cells data{0}, flag{0};
    int a = 0, b = 0;
    in_parallel(
        [&] {
          data.store(1, rlx);
          flag.store(1, st);
        },
        [&] {
          a = flag.load(ld);
          b = data.load(rlx);
        });
    observe(a, b);
  });
  EXPECT_TRUE(r.ok && r.exhausted) << r.failure;
  return r.outcomes;
}

TEST(Litmus, MessagePassing) {
  const outcomes in_order{{0, 0}, {0, 1}, {1, 1}};
  EXPECT_EQ(message_passing(rel, acq), in_order);
  EXPECT_EQ(message_passing(sc, sc), in_order);
  EXPECT_EQ(message_passing(rlx, acq), all_pairs);
  EXPECT_EQ(message_passing(rel, rlx), all_pairs);
  EXPECT_EQ(message_passing(rlx, rlx), all_pairs);
}

TEST(Litmus, MessagePassingByFences) {
  const auto run = [](order before, order after) {
    const result r = explore([=] {
      cells data{0}, flag{0};
      int a = 0, b = 0;
      in_parallel(
          [&] {
            data.store(1, rlx);
            fence(before);
            flag.store(1, rlx);
          },
          [&] {
            a = flag.load(rlx);
            fence(after);
            b = data.load(rlx);
          });
      observe(a, b);
    });
    EXPECT_TRUE(r.ok && r.exhausted) << r.failure;
    return r.outcomes;
  };
  const outcomes in_order{{0, 0}, {0, 1}, {1, 1}};
  EXPECT_EQ(run(rel, acq), in_order);
  EXPECT_EQ(run(acq_rel, acq_rel), in_order);
  EXPECT_EQ(run(sc, sc), in_order);
  EXPECT_EQ(run(rel, rlx), all_pairs);
  EXPECT_EQ(run(rlx, acq), all_pairs);
  EXPECT_EQ(run(acq, acq), all_pairs) << "an acquire fence releases nothing";
  EXPECT_EQ(run(rel, rel), all_pairs) << "a release fence acquires nothing";
}

// Plain data behind the flag is a race exactly when the atomic version shows the weak outcome.
TEST(Litmus, MessagePassingOfPlainData) {
  const auto run = [](order st, order ld) {
    return explore([=] {
      var<int> data{0};
      cells flag{0};
      in_parallel(
          [&] {
            data.set(1);
            flag.store(1, st);
          },
          [&] {
            if (flag.load(ld))
              RUNNEL_MODEL_REQUIRE(data.get() == 1);
          });
    });
  };
  EXPECT_TRUE(run(rel, acq).ok);
  expect_failure(run(rlx, acq), "data race");
  expect_failure(run(rel, rlx), "data race");
}

outcomes iriw(order st, order ld) {
  const result r = explore([=] {
    cells x{0}, y{0};
    int a = 0, b = 0, c = 0, d = 0;
    in_parallel([&] { x.store(1, st); }, [&] { y.store(1, st); },
                [&] {
                  a = x.load(ld);
                  b = y.load(ld);
                },
                [&] {
                  c = y.load(ld);
                  d = x.load(ld);
                });
    observe(a, b, c, d);
  });
  EXPECT_TRUE(r.ok && r.exhausted) << r.failure;
  return r.outcomes;
}

TEST(Litmus, IndependentReadsOfIndependentWrites) {
  const std::vector<std::int64_t> disagree{1, 0, 1, 0};
  EXPECT_EQ(iriw(sc, sc).size(), 15u);
  EXPECT_FALSE(iriw(sc, sc).contains(disagree));
  EXPECT_EQ(iriw(rel, acq).size(), 16u);
  EXPECT_EQ(iriw(rlx, rlx).size(), 16u);
  EXPECT_TRUE(iriw(sc, acq).contains(disagree));
}

TEST(Litmus, WriteToReadCausality) {
  const auto run = [](order st, order ld) {
    return explore([=] {
      cells x{0}, y{0};
      int a = 0, b = 0, c = 0;
      in_parallel([&] { x.store(1, st); },
                  [&] {
                    a = x.load(ld);
                    y.store(1, st);
                  },
                  [&] {
                    b = y.load(ld);
                    c = x.load(ld);
                  });
      observe(a, b, c);
    });
  };
  const std::vector<std::int64_t> broken{1, 1, 0};
  EXPECT_FALSE(run(rel, acq).outcomes.contains(broken));
  EXPECT_EQ(run(rel, acq).outcomes.size(), 7u);
  EXPECT_TRUE(run(rlx, rlx).outcomes.contains(broken));
}

// One location: all threads see its stores in one order.
TEST(Litmus, CoherenceOfReadReadAndWrites) {
  const result r = explore([] {
    cells x{0};
    int a = 0, b = 0, c = 0, d = 0;
    in_parallel([&] { x.store(1, rlx); }, [&] { x.store(2, rlx); },
                [&] {
                  a = x.load(rlx);
                  b = x.load(rlx);
                },
                [&] {
                  c = x.load(rlx);
                  d = x.load(rlx);
                });
    observe(a, b, c, d);
  });
  ASSERT_TRUE(r.ok && r.exhausted);
  EXPECT_FALSE(r.outcomes.contains({1, 2, 2, 1}));
  EXPECT_FALSE(r.outcomes.contains({2, 1, 1, 2}));
  EXPECT_FALSE(r.outcomes.contains({1, 0, 0, 0}));
  EXPECT_TRUE(r.outcomes.contains({1, 2, 1, 2}));
  EXPECT_TRUE(r.outcomes.contains({2, 1, 2, 1}));
  EXPECT_TRUE(r.outcomes.contains({1, 2, 0, 0}));
}

TEST(Litmus, CoherenceWithOwnWrites) {
  const result r = explore([] {
    cells x{0};
    int a = 0, b = 0;
    in_parallel(
        [&] {
          x.store(1, rlx);
          a = x.load(rlx);
        },
        [&] {
          b = x.load(rlx);
          x.store(2, rlx);
        });
    observe(a, b);
  });
  expect_exactly(r, {{1, 0}, {1, 1}, {2, 0}, {2, 1}});
}

// Not required, and not covered: a load never reads what has not been stored yet.
TEST(Litmus, LoadBufferingIsNotShown) {
  const result r = explore([] {
    cells x{0}, y{0};
    int a = 0, b = 0;
    in_parallel(
        [&] {
          a = x.load(rlx);
          y.store(1, rlx);
        },
        [&] {
          b = y.load(rlx);
          x.store(1, rlx);
        });
    observe(a, b);
  });
  expect_exactly(r, {{0, 0}, {0, 1}, {1, 0}});
}

TEST(Litmus, TwoPlusTwoWrites) {
  const auto run = [](order o, bool place) {
    options p;
    p.place_stores = place;
    return explore(
        [=] {
          cells x{0}, y{0};
          in_parallel(
              [&] {
                x.store(1, o);
                y.store(2, o);
              },
              [&] {
                y.store(1, o);
                x.store(2, o);
              });
          observe(x.load(rlx), y.load(rlx));
        },
        p);
  };
  const outcomes sequential{{1, 2}, {2, 1}, {2, 2}};
  const outcomes weak{{1, 1}, {1, 2}, {2, 1}, {2, 2}};
  expect_exactly(run(rlx, true), weak);
  expect_exactly(run(rel, true), weak);
  expect_exactly(run(sc, true), sequential);
  expect_exactly(run(rlx, false), sequential); // the documented limit of the default
}

TEST(Litmus, ReleaseSequences) {
  // The second thread's read-modify-write continues the first's release sequence; a plain store by
  // whomever does not (C++20).
  const auto run = [](int how) {
    return explore([=] {
      var<int> data{0};
      cells flag{0};
      in_parallel(
          [&] {
            data.set(1);
            flag.store(1, rel);
            if (how == 2)
              flag.store(2, rlx);
          },
          [&] {
            if (how == 0) {
              flag.fetch_add(1, rlx);
            } else if (how == 1) {
              if (flag.load(rlx) == 1)
                flag.store(2, rlx);
            } else if (how == 3) {
              int one = 1;
              flag.compare_exchange_strong(one, 2, rlx, rlx);
            }
          },
          [&] {
            if (flag.load(acq) == 2)
              RUNNEL_MODEL_REQUIRE(data.get() == 1);
          });
    });
  };
  EXPECT_TRUE(run(0).ok) << run(0).failure;
  EXPECT_TRUE(run(3).ok) << run(3).failure;
  expect_failure(run(1), "data race");
  expect_failure(run(2), "data race");
}

TEST(Litmus, ReadModifyWritesAreAtomic) {
  for (const bool place : {false, true}) {
    options p;
    p.place_stores = place;
    const result r = explore(
        [] {
          cells x{0};
          int a = 0, b = 0, c = 0;
          in_parallel([&] { a = x.fetch_add(1, rlx); }, [&] { b = x.fetch_add(1, rlx); },
                      [&] { c = x.fetch_add(1, rlx); });
          RUNNEL_MODEL_REQUIRE(x.load(rlx) == 3);
          RUNNEL_MODEL_REQUIRE(a + b + c == 3 && a != b && b != c && a != c);
          observe(a, b, c);
        },
        p);
    ASSERT_TRUE(r.ok) << r.failure;
    EXPECT_EQ(r.outcomes.size(), 6u);
  }
}

TEST(Litmus, CompareExchange) {
  const result r = explore([] {
    cells x{0};
    int a = 0, b = 0;
    bool won_a = false, won_b = false;
    in_parallel([&] { won_a = x.compare_exchange_strong(a, 1, rlx, rlx); },
                [&] { won_b = x.compare_exchange_strong(b, 2, rlx, rlx); });
    RUNNEL_MODEL_REQUIRE(won_a != won_b);
    observe(won_a, a, b);
  });
  expect_exactly(r, {{0, 2, 0}, {1, 0, 1}});
}

TEST(Litmus, FailedCompareExchangeIsALoadAndMayBeOld) {
  const result r = explore([] {
    cells x{0};
    int a = 2;
    in_parallel([&] { x.store(1, rlx); },
                [&] {
                  const bool swapped = x.compare_exchange_strong(a, 3, rlx, rlx);
                  observe(swapped, a);
                });
  });
  expect_exactly(r, {{0, 0}, {0, 1}});
}

TEST(Litmus, WeakCompareExchangeMayFailForNothing) {
  options p;
  const auto body = [] {
    cells x{0};
    int a = 0;
    const bool swapped = x.compare_exchange_weak(a, 1, rlx, rlx);
    observe(swapped, a);
  };
  expect_exactly(explore(body, p), {{1, 0}});
  p.spurious = 1;
  expect_exactly(explore(body, p), {{0, 0}, {1, 0}});
}

// S is one order: a third thread's seq_cst reads agree with the others' (R, S of the literature).
TEST(Litmus, SeqCstStoreThenRelease) {
  const auto run = [](order last) {
    return explore([=] {
      cells x{0}, y{0};
      int a = 0;
      in_parallel(
          [&] {
            x.store(1, sc);
            y.store(1, sc);
          },
          [&] {
            y.store(2, sc);
            a = x.load(last);
          });
      observe(y.load(rlx), a);
    });
  };
  EXPECT_FALSE(run(sc).outcomes.contains({2, 0}));
  EXPECT_TRUE(run(acq).outcomes.contains({2, 0})); // allowed: the load is outside S
}

TEST(Litmus, SeqCstReadsOfRelaxedStoresAgree) {
  // Two seq_cst reads of one location cannot go back, even without happens-before.
  const result r = explore([] {
    cells x{0}, y{0};
    int a = 0, b = 0, c = 0;
    in_parallel([&] { x.store(1, rlx); },
                [&] {
                  a = x.load(sc);
                  y.store(1, sc);
                },
                [&] {
                  b = y.load(sc);
                  c = x.load(sc);
                });
    observe(a, b, c);
  });
  EXPECT_FALSE(r.outcomes.contains({1, 1, 0}));
  EXPECT_EQ(r.outcomes.size(), 7u);
}

// S need not agree with a happens-before that came through weaker operations (P0668, its first
// example): allowed in C++20, forbidden in C++11, and seen on Power and ARM.
TEST(Litmus, TotalOrderMayContradictHappensBefore) {
  const result r = explore([] {
    cells x{0}, y{0};
    int a = 0, b = 0, c = 0;
    in_parallel(
        [&] {
          x.store(1, sc);
          y.store(1, rel);
        },
        [&] {
          b = y.fetch_add(1, sc);
          c = y.load(rlx);
        },
        [&] {
          y.store(3, sc);
          a = x.load(sc);
        });
    observe(a, b, c);
  });
  ASSERT_TRUE(r.ok && r.exhausted) << r.failure;
  EXPECT_TRUE(r.outcomes.contains({0, 1, 3}));
}

TEST(Litmus, RelaxedAtomicsAndSeqCstFencesOfIriw) {
  const auto run = [](order f) {
    return explore([=] {
      cells x{0}, y{0};
      int a = 0, b = 0, c = 0, d = 0;
      in_parallel([&] { x.store(1, rlx); }, [&] { y.store(1, rlx); },
                  [&] {
                    a = x.load(rlx);
                    fence(f);
                    b = y.load(rlx);
                  },
                  [&] {
                    c = y.load(rlx);
                    fence(f);
                    d = x.load(rlx);
                  });
      observe(a, b, c, d);
    });
  };
  EXPECT_FALSE(run(sc).outcomes.contains({1, 0, 1, 0}));
  EXPECT_EQ(run(sc).outcomes.size(), 15u);
  EXPECT_TRUE(run(acq_rel).outcomes.contains({1, 0, 1, 0}));
}

} // namespace
} // namespace runnel::model
