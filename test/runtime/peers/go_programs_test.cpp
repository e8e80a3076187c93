// Whole small programs, after Go 1.19's test/chan/*.go (named in brackets).

#include "peers.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace peers;
using runnel::channel;

namespace {

// [perm] What a direction forbids does not compile.
template <class C>
concept can_send = requires(const C& c) { c.send(0); };
template <class C>
concept can_receive = requires(const C& c) { c.recv(); };
template <class C>
concept can_iterate = requires(const C& c) { c.begin(); };
template <class C>
concept can_close = requires(const C& c) { c.close(); };
using both = channel<int>;
using only_send = runnel::sender<int>;
using only_receive = runnel::receiver<int>;
static_assert(can_send<both> && can_receive<both> && can_iterate<both> && can_close<both>);
static_assert(can_send<only_send> && !can_receive<only_send> && !can_iterate<only_send> &&
              can_close<only_send>);
static_assert(!can_send<only_receive> && can_receive<only_receive> && can_iterate<only_receive> &&
              !can_close<only_receive>);
static_assert(std::is_convertible_v<both, only_send> && std::is_convertible_v<both, only_receive>);
static_assert(!std::is_convertible_v<only_send, both> && !std::is_constructible_v<both, only_send>);
static_assert(!std::is_convertible_v<only_receive, both> &&
              !std::is_constructible_v<both, only_receive>);
static_assert(!std::is_constructible_v<only_send, only_receive> &&
              !std::is_constructible_v<only_receive, only_send>);
static_assert(!std::is_constructible_v<channel<int>, channel<long>>);

// [doubleselect] Four selects pump one counter into four channels; every number comes out once.
TEST(go_programs, numbers_through_competing_selects) {
  constexpr int n = 2000;
  std::vector<channel<int>> lane(4);
  auto sender = runnel::spawn([&] {
    for (int i = 0; i < n; ++i)
      runnel::select(runnel::on_send(lane[0], i), runnel::on_send(lane[1], i),
                     runnel::on_send(lane[2], i), runnel::on_send(lane[3], i));
    for (auto& l : lane)
      l.close();
  });
  channel<int> out;
  runnel::wait_group muxes;
  for (auto& l : lane)
    muxes.go([&, l] {
      for (int v : l)
        out.send(v);
    });
  runnel::go([&] {
    muxes.wait();
    out.close();
  });
  std::vector<bool> seen(n);
  for (int v : out) {
    EXPECT_FALSE(seen[static_cast<std::size_t>(v)]) << v << " came twice";
    seen[static_cast<std::size_t>(v)] = true;
  }
  EXPECT_EQ(std::accumulate(seen.begin(), seen.end(), 0), n);
  sender.join();
}

// [fifo] With room for all, and among those that wait.
TEST(go_programs, first_in_first_out) {
  channel<int> buffered(10);
  for (int i = 0; i < 10; ++i)
    buffered.send(i);
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(buffered.recv(), i);
  holds([] {
    constexpr int n = 10;
    channel<int> c, order(n);
    for (int i = 0; i < n; ++i) {
      runnel::go([=] { order.send(*c.recv() * 100 + i); });
      runnel::sleep_for(1ms);
    }
    for (int i = 0; i < n; ++i)
      c.send(i);
    std::vector<int> got;
    for (int i = 0; i < n; ++i)
      got.push_back(*order.recv());
    std::sort(got.begin(), got.end());
    for (int i = 0; i < n; ++i)
      EXPECT_EQ(got[static_cast<std::size_t>(i)], i * 100 + i);
  });
}

// [goroutines] A long chain, each link waiting for the one before.
TEST(go_programs, a_chain_of_ten_thousand) {
  channel<int> first;
  channel<int> right = first;
  for (int i = 0; i < 10'000; ++i) {
    channel<int> left;
    runnel::go([=, in = right] { left.send(*in.recv() + 1); });
    right = left;
  }
  runnel::go([=] { first.send(0); });
  EXPECT_EQ(right.recv(), 10'000);
}

// [nonblock] For several element types: try again until a partner has arrived, then it succeeds.
template <class T> void tries(T value) {
  holds([value] {
    for (std::size_t cap : {0U, 1U}) {
      channel<T> c(cap);
      EXPECT_FALSE(c.try_recv());
      auto receives = runnel::spawn([=] { return *c.recv() == value; });
      while (c.try_send(value) != runnel::send_status::sent)
        runnel::yield();
      EXPECT_TRUE(receives.join());
      auto sends = runnel::spawn([=] { c.send(value); });
      for (;;) {
        if (auto r = c.try_recv()) {
          EXPECT_EQ(*r, value);
          break;
        }
        runnel::yield();
      }
      sends.join();
      EXPECT_FALSE(c.try_recv());
    }
  });
}
TEST(go_programs, tries_of_several_types) {
  tries(std::int32_t{123});
  tries(std::int64_t{123456});
  tries(true);
  tries(std::string("hello, and long enough not to be short"));
}

// [powser1, powser2] Power series as processes that compute coefficients on demand, in rationals.
struct rational {
  long num, den;
  friend bool operator==(const rational&, const rational&) = default;
};
rational reduced(long n, long d) {
  const long g = std::gcd(n, d);
  return d < 0 ? rational{-n / g, -d / g} : rational{n / g, d / g};
}
rational operator+(rational a, rational b) {
  return reduced(a.num * b.den + b.num * a.den, a.den * b.den);
}
rational operator*(rational a, rational b) { return reduced(a.num * b.num, a.den * b.den); }

// A series is a place to ask and a place to be answered. All processes end with the context.
struct series {
  channel<void> ask;
  channel<rational> answer;
};
rational get(const runnel::context& ctx, const series& s) {
  auto out = runnel::on_send(s.ask);
  if (runnel::select(out, runnel::on_recv(ctx.done())) == out) {
    auto in = runnel::on_recv(s.answer);
    if (runnel::select(in, runnel::on_recv(ctx.done())) == in && in)
      return *in;
  }
  return {0, 1};
}
template <class F> series process(runnel::group& g, F next) {
  series s;
  g.go([=, ctx = g.ctx()]() mutable {
    for (;;) {
      auto in = runnel::on_recv(s.ask);
      if (!(runnel::select(in, runnel::on_recv(ctx.done())) == in))
        return;
      auto out = runnel::on_send(s.answer, next(ctx));
      if (!(runnel::select(out, runnel::on_recv(ctx.done())) == out))
        return;
    }
  });
  return s;
}
series constant(runnel::group& g, rational r) {
  return process(g, [r](const runnel::context&) { return r; });
}
series sum_of(runnel::group& g, series a, series b) {
  return process(g, [=](const runnel::context& ctx) { return get(ctx, a) + get(ctx, b); });
}
series scaled_by_index(runnel::group& g, series a) { // x d/dx
  return process(g, [=, n = 0L](const runnel::context& ctx) mutable {
    return get(ctx, a) * rational{n++, 1};
  });
}
// The Cauchy product, from all that was read of both.
series product_of(runnel::group& g, series a, series b) {
  return process(g, [=, x = std::vector<rational>(),
                     y = std::vector<rational>()](const runnel::context& ctx) mutable {
    x.push_back(get(ctx, a));
    y.push_back(get(ctx, b));
    rational s{0, 1};
    for (std::size_t i = 0; i < x.size(); ++i)
      s = s + x[i] * y[y.size() - 1 - i];
    return s;
  });
}
TEST(go_programs, power_series) {
  holds(
      [] {
        auto [ctx, cancel] = runnel::with_cancel(runnel::context::background());
        runnel::group g(ctx);
        auto ones = [&] { return constant(g, {1, 1}); }; // 1/(1-x)
        auto twos = sum_of(g, ones(), ones());
        auto squares = product_of(g, ones(), ones()); // 1, 2, 3, ...
        auto weighted = scaled_by_index(g, constant(g, {1, 3}));
        for (long i = 0; i < 6; ++i) {
          EXPECT_EQ(get(ctx, twos), (rational{2, 1}));
          EXPECT_EQ(get(ctx, squares), (rational{i + 1, 1}));
          EXPECT_EQ(get(ctx, weighted), reduced(i, 3));
        }
        cancel();
        g.wait();
      },
      20);
}

// [select] Cases on nil channels, some of them only sometimes: each shift goes once to each side.
TEST(go_programs, cases_that_come_and_go) {
  holds([] {
    for (std::size_t cap : {0U, 3U}) {
      channel<unsigned> x(cap), y(cap);
      auto party = [](channel<unsigned> in, channel<unsigned> out) {
        unsigned sent = 0, got = 0;
        for (unsigned i = 1; sent < 3 || got < 3;) {
          auto a = runnel::on_send(sent < 3 ? out : channel<unsigned>(nullptr), i);
          auto b = runnel::on_recv(got < 3 ? in : channel<unsigned>(nullptr));
          if (runnel::select(a, b) == a) {
            ++sent;
            i <<= 1;
          } else {
            EXPECT_EQ(*b, 1U << got++);
          }
        }
      };
      auto other = runnel::spawn([=] { party(x, y); });
      party(y, x);
      other.join();
    }
  });
}

// [select2] A select in a loop keeps nothing: one that left something would leave 20,000. Workers
// take stacks by the dozen, so that some more of them prove nothing.
TEST(go_programs, selects_leave_nothing_behind) {
  channel<int> c, never;
  auto sender = runnel::spawn([=] {
    for (int i = 0; i < 20'000; ++i)
      c.send(i);
    c.close();
  });
  const auto before = runnel::snapshot().stacks;
  for (int i = 0;; ++i) {
    auto in = runnel::on_recv(c), other = runnel::on_recv(never);
    runnel::select(in, other);
    if (!in)
      break;
    ASSERT_EQ(*in, i);
  }
  sender.join();
  EXPECT_LE(runnel::snapshot().stacks, before + 1'000);
  EXPECT_EQ(never.try_send(1), runnel::send_status::would_block); // no waiter is left there
}

// [select3] What blocks for ever and what never does.
TEST(go_programs, what_blocks_for_ever) {
  blocks([] { channel<int>(nullptr).send(7); });
  blocks([] { channel<int>(nullptr).recv(); });
  blocks([] { runnel::select(runnel::on_recv(channel<int>(nullptr))); });
  blocks([] { runnel::select(runnel::on_send(channel<int>(nullptr), 7)); });
  blocks([] {
    runnel::select(runnel::on_recv(channel<int>(nullptr)),
                   runnel::on_send(channel<int>(nullptr), 7));
  });
  blocks([] { runnel::select(); });
  blocks([] { channel<int>().send(7); });
  blocks([] { channel<int>().recv(); });
  blocks([] {
    channel<int> full(1);
    full.send(1);
    full.send(2);
  });
  holds([] {
    channel<int> nil(nullptr), closed, buffered(1);
    closed.close();
    EXPECT_FALSE(closed.recv());
    EXPECT_THROW(closed.send(7), runnel::send_on_closed);
    buffered.send(1);
    EXPECT_EQ(buffered.recv(), 1);
    auto none = runnel::otherwise();
    EXPECT_TRUE(runnel::select(runnel::on_recv(nil), runnel::on_send(nil, 7), none) == none);
    EXPECT_THROW(runnel::select(runnel::on_send(closed, 7)), runnel::send_on_closed);
    auto in = runnel::on_recv(closed);
    runnel::select(in, runnel::on_recv(nil));
    EXPECT_FALSE(in);
  });
}

// [select4] What is sent and to where is evaluated once a case, before the choice.
TEST(go_programs, operands_are_evaluated_once) {
  int evaluated = 0;
  channel<int> c(1);
  auto which = [&] {
    ++evaluated;
    return c;
  };
  c.send(42);
  auto in = runnel::on_recv(which());
  auto out = runnel::on_send(which(), 1);
  runnel::select(in, out);
  EXPECT_EQ(evaluated, 2);
  EXPECT_EQ(*in, 42);
  EXPECT_EQ(c.size(), 0U);
}

// [select6] A waiter that left the middle of a queue must not take others along.
TEST(go_programs, leaving_the_middle_of_a_queue) {
  holds([] {
    channel<bool> a, b, c;
    channel<bool> done(3);
    auto first = runnel::spawn([=] {
      b.recv();
      done.send(true);
    });
    auto second = runnel::spawn([=] {
      runnel::select(runnel::on_recv(a), runnel::on_recv(b), runnel::on_recv(c));
      done.send(true);
    });
    auto third = runnel::spawn([=] {
      b.recv();
      done.send(true);
    });
    runnel::sleep_for(1ms);
    a.send(true); // the select leaves b, wherever it stands there
    b.send(true);
    b.send(true);
    for (int i = 0; i < 3; ++i)
      done.recv();
    first.join();
    second.join();
    third.join();
  });
}

// [select7] Every way to receive meets every way to send.
TEST(go_programs, every_pair_of_ways_meets) {
  using send_way = void (*)(const channel<int>&);
  using recv_way = int (*)(const channel<int>&);
  const recv_way receives[] = {
      [](const channel<int>& c) { return *c.recv(); },
      [](const channel<int>& c) {
        auto in = runnel::on_recv(c);
        runnel::select(in);
        return *in;
      },
      [](const channel<int>& c) {
        channel<int> never;
        auto in = runnel::on_recv(c), other = runnel::on_recv(never);
        runnel::select(in, other);
        return *in;
      },
      [](const channel<int>& c) { return *c.recv_for(1h); },
  };
  const send_way sends[] = {
      [](const channel<int>& c) { c.send(1); },
      [](const channel<int>& c) { runnel::select(runnel::on_send(c, 1)); },
      [](const channel<int>& c) {
        channel<int> never;
        runnel::select(runnel::on_send(c, 1), runnel::on_send(never, 2));
      },
      [](const channel<int>& c) {
        while (c.try_send(1) != runnel::send_status::sent)
          runnel::yield();
      },
      [](const channel<int>& c) { EXPECT_EQ(c.send_for(1, 1h), runnel::send_status::sent); },
  };
  for (auto receive : receives)
    for (auto send : sends)
      holds(
          [=] {
            channel<int> c;
            runnel::go([=] { send(c); });
            EXPECT_EQ(receive(c), 1);
          },
          40);
}

// [select8, select5] Leaving a loop from within a branch is the caller's affair and works.
TEST(go_programs, break_and_continue_in_branches) {
  channel<int> c(1);
  int rounds = 0;
  for (;;) {
    auto in = runnel::on_recv(c);
    auto none = runnel::otherwise();
    if (auto won = runnel::select(in, none); won == none) {
      c.send(++rounds);
      continue;
    }
    if (*in == 3)
      break;
  }
  EXPECT_EQ(rounds, 3);
}

// [sendstmt] Precedence there; here: a value that is itself a channel, or the result of a receive.
TEST(go_programs, channels_of_channels) {
  holds([] {
    channel<channel<int>> carrier;
    runnel::go([=] {
      channel<int> c(1);
      c.send(5);
      carrier.send(c);
    });
    EXPECT_EQ(carrier.recv()->recv(), 5);
  });
}

// [sieve1, sieve2] The prime sieve, with plain receives and by ranges.
TEST(go_programs, sieves) {
  holds(
      [] {
        auto [ctx, cancel] = runnel::with_cancel(runnel::context::background());
        runnel::group g(ctx);
        auto put = [ctx = g.ctx()](const channel<int>& c, int v) {
          auto out = runnel::on_send(c, v);
          return runnel::select(out, runnel::on_recv(ctx.done())) == out;
        };
        channel<int> from;
        g.go([=] {
          for (int i = 2; put(from, i); ++i) {}
          from.close();
        });
        const int primes[] = {2, 3, 5, 7, 11, 13, 17, 19, 23};
        for (int expected : primes) {
          const int prime = *from.recv();
          EXPECT_EQ(prime, expected);
          channel<int> to;
          g.go([=] {
            for (int v : from)
              if (v % prime != 0 && !put(to, v))
                break;
            for ([[maybe_unused]] int v : from) {}
            to.close();
          });
          from = to;
        }
        cancel();
        for ([[maybe_unused]] int v : from) {}
        g.wait();
      },
      5);
}

// [zerosize] Values of no size have places all the same.
TEST(go_programs, values_without_size) {
  struct nothing {};
  channel<nothing> c(1'000'000);
  EXPECT_EQ(c.capacity(), 1'000'000U);
  for (int i = 0; i < 1000; ++i)
    c.send({});
  EXPECT_EQ(c.size(), 1000U);
  c.close();
  int n = 0;
  for ([[maybe_unused]] auto v : c)
    ++n;
  EXPECT_EQ(n, 1000);
}

} // namespace
