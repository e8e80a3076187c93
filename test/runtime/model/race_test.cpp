// Races on plain memory that nobody declared to the checker: this file is compiled with the
// compiler's race instrumentation.
#include "litmus.h"

#include <memory>
#include <optional>
#include <string>

namespace runnel::model {
namespace {

struct record {
  int a = 0;
  bool left = false, right = false;
  std::string text;
};

result hand_over(order st, order ld) {
  return explore([=] {
    record r;
    atomic<int> flag{0};
    in_parallel(
        [&] {
          r.a = 1;
          r.text = "longer than the small string buffer";
          flag.store(1, st);
        },
        [&] {
          if (flag.load(ld))
            RUNNEL_MODEL_REQUIRE(r.a == 1 && r.text.size() > 20);
        });
  });
}

TEST(Race, HandOver) {
  EXPECT_TRUE(hand_over(rel, acq).ok) << hand_over(rel, acq).failure;
  expect_failure(hand_over(rlx, acq), "data race");
  expect_failure(hand_over(rel, rlx), "data race");
}

TEST(Race, NeighboursInOneWordAreNoRace) {
  const result r = explore([] {
    record r;
    atomic<int> x{0}, y{0};
    in_parallel(
        [&] {
          r.left = true;
          x.store(1, rlx);
        },
        [&] {
          r.right = true;
          y.store(1, rlx);
        });
    RUNNEL_MODEL_REQUIRE(r.left && r.right);
  });
  EXPECT_TRUE(r.ok) << r.failure;
}

TEST(Race, TwoWriters) {
  expect_failure(explore([] {
                   int shared = 0;
                   in_parallel([&] { shared = 1; }, [&] { shared = 2; });
                 }),
                 "data race");
}

TEST(Race, UseAfterFree) {
  const auto run = [](bool late) {
    return explore([=] {
      auto p = std::make_unique<record>();
      record* raw = p.get();
      atomic<int> flag{0};
      in_parallel(
          [&] {
            while (!flag.load(acq))
              yield();
            p.reset();
            flag.store(2, rel);
          },
          [&] {
            raw->a = 1;
            flag.store(1, rel);
            if (late)
              while (flag.load(acq) != 2)
                yield();
            if (late)
              raw->a = 2;
          });
    });
  };
  EXPECT_TRUE(run(false).ok) << run(false).failure;
  expect_failure(run(true), "write to freed memory");
}

// A waiter in a frame that the waker must not touch once it has let the owner go.
TEST(Race, FrameThatIsGone) {
  struct frame {
    atomic<int> done{0};
    int value = 0;
  };
  const auto run = [](bool touch_late) {
    return explore([=] {
      atomic<frame*> published{nullptr};
      in_parallel(
          [&] {
            [&]() {
              frame f;
              published.store(&f, rel);
              while (!f.done.load(acq))
                yield();
              RUNNEL_MODEL_REQUIRE(f.value == 7);
            }();
            volatile char other[128];
            for (volatile char& c : other)
              c = 1;
          },
          [&] {
            frame* f;
            while (!(f = published.load(acq)))
              yield();
            f->value = 7;
            f->done.store(1, rel);
            if (touch_late)
              f->value = 8;
          });
    });
  };
  EXPECT_TRUE(run(false).ok) << run(false).failure;
  expect_failure(run(true), "data race");
}

} // namespace
} // namespace runnel::model
