// Values through channels under cancellation, timeouts, closes and ends that go away: each that was
// sent is received once, or was destroyed with its channel.

#include "stress.h"

#include <gtest/gtest.h>
#include <memory>

using namespace std::chrono_literals;
using namespace stress;

namespace {

constexpr std::uint64_t numbered(unsigned party, unsigned i) {
  return std::uint64_t{party} << 32 | i;
}

std::size_t any_capacity(stress::random& rng) {
  return rng.any_of<std::size_t>({0, 0, 1, 2, 7, 64});
}

// Sends in one of all the ways there are. False: not sent.
template <class C>
bool send_somehow(stress::random& rng, const C& c, std::uint64_t v, const runnel::context& ctx) {
  switch (rng.below(5)) {
  case 0:
    return c.try_send(v) == runnel::send_status::sent;
  case 1:
    return c.send_for(v, rng.up_to(300us)) == runnel::send_status::sent;
  case 2: {
    auto out = runnel::on_send(c, v);
    return runnel::select(out, runnel::on_recv(ctx.done())) == out;
  }
  case 3: {
    auto out = runnel::on_send(c, v);
    return runnel::select(out, runnel::on_timeout(rng.up_to(300us))) == out;
  }
  default: {
    auto out = runnel::on_send(c, v);
    return runnel::select(out, runnel::otherwise()) == out;
  }
  }
}

enum class got { value, nothing, closed };

template <class C>
got receive_somehow(stress::random& rng, const C& c, std::uint64_t& v, const runnel::context& ctx) {
  auto from = [&](auto r) {
    if (r)
      v = *r;
    return r ? got::value : r.status() == runnel::recv_status::closed ? got::closed : got::nothing;
  };
  auto of_case = [&](auto& in) {
    if (in)
      v = *in;
    return in ? got::value : got::closed;
  };
  switch (rng.below(5)) {
  case 0:
    return from(c.try_recv());
  case 1:
    return from(c.recv_for(rng.up_to(300us)));
  case 2: {
    auto in = runnel::on_recv(c);
    return runnel::select(in, runnel::on_recv(ctx.done())) == in ? of_case(in) : got::nothing;
  }
  case 3: {
    auto in = runnel::on_recv(c);
    return runnel::select(in, runnel::on_timeout(rng.up_to(300us))) == in ? of_case(in)
                                                                          : got::nothing;
  }
  default:
    if (auto r = c.recv()) {
      v = *r;
      return got::value;
    }
    return got::closed;
  }
}

TEST(stress, cancelled_timed_out_and_closed) {
  rounds("cancelled, timed out and closed", 150, [](stress::random& rng) {
    const unsigned senders = 1 + rng.below(6), receivers = 1 + rng.below(6);
    const unsigned each = 1 + rng.below(300);
    runnel::channel<std::uint64_t> c(any_capacity(rng));
    auto [ctx, cancel] = runnel::with_cancel(runnel::context::background());
    ledger sent, received;
    std::atomic<bool> ordered = true;
    crew sending, receiving;
    for (unsigned p = 0; p < senders; ++p)
      sending.add(rng, [&, c, ctx = ctx, p, mine = rng.fork()]() mutable {
        for (unsigned i = 0; i < each; ++i) {
          const auto v = numbered(p, i);
          while (!send_somehow(mine, c, v, ctx)) {
            if (ctx.err())
              return;
            dawdle(mine);
          }
          sent.add(v);
          dawdle(mine);
        }
      });
    for (unsigned p = 0; p < receivers; ++p)
      receiving.add(rng, [&, c, ctx = ctx, mine = rng.fork()]() mutable {
        std::vector<std::int64_t> last(senders, -1);
        for (;;) {
          std::uint64_t v = 0;
          switch (receive_somehow(mine, c, v, ctx)) {
          case got::value: {
            received.add(v);
            auto& before = last[v >> 32];
            auto now = static_cast<std::int64_t>(v & 0xffff'ffff);
            if (now <= before)
              ordered = false;
            before = now;
            break;
          }
          case got::nothing:
            runnel::yield();
            break;
          case got::closed:
            return;
          }
          dawdle(mine);
        }
      });
    if (rng.one_in(2)) {
      runnel::sleep_for(rng.up_to(2ms));
      cancel();
    }
    sending.wait();
    c.close();
    receiving.wait();
    EXPECT_EQ(sent, received) << sent.count() << " sent, " << received.count() << " received";
    EXPECT_TRUE(ordered) << "one sender's values overtook each other on their way to one receiver";
  });
}

// A close in the middle: a send either went through, and is received, or threw.
TEST(stress, closed_under_the_senders) {
  rounds("closed under the senders", 200, [](stress::random& rng) {
    runnel::channel<std::uint64_t> c(any_capacity(rng));
    ledger sent, received;
    crew all;
    for (unsigned p = 0; p < 4; ++p)
      all.add(rng, [&, c, p, mine = rng.fork()]() mutable {
        try {
          for (unsigned i = 0;; ++i) {
            const auto v = numbered(p, i);
            if (mine.one_in(3)) {
              auto out = runnel::on_send(c, v);
              if (runnel::select(out, runnel::on_timeout(mine.up_to(100us))) == out)
                sent.add(v);
            } else {
              c.send(v);
              sent.add(v);
            }
            dawdle(mine);
          }
        } catch (const runnel::send_on_closed&) {}
      });
    for (unsigned p = 0; p < 3; ++p)
      all.add(rng, [&, c, mine = rng.fork()]() mutable {
        for (auto v : c) {
          received.add(v);
          dawdle(mine);
        }
      });
    all.add(rng, [c, pause = rng.up_to(1ms)] {
      runnel::sleep_for(pause);
      c.close();
    });
    all.wait();
    EXPECT_EQ(sent, received) << sent.count() << " sent, " << received.count() << " received";
  });
}

// A value that cannot be copied and says where it ended.
class cargo {
public:
  cargo(std::uint64_t v, ledger& dropped) : v_(v), dropped_(&dropped) {}
  cargo(cargo&& o) noexcept : v_(o.v_), dropped_(std::exchange(o.dropped_, nullptr)) {}
  cargo& operator=(cargo&&) = delete;
  ~cargo() {
    if (dropped_)
      dropped_->add(v_);
  }
  std::uint64_t unload() noexcept {
    dropped_ = nullptr;
    return v_;
  }

private:
  std::uint64_t v_;
  ledger* dropped_;
};

// Senders and receivers leave when they like; the ends close the channel.
TEST(stress, ends_that_go_away) {
  rounds("ends that go away", 200, [](stress::random& rng) {
    auto ends = runnel::make_channel<cargo>(any_capacity(rng));
    ledger made, received, dropped;
    {
      crew all;
      for (unsigned p = 0; p < 4; ++p)
        all.add(rng, [&, tx = ends.first, p, mine = rng.fork()]() mutable {
          try {
            for (unsigned i = 0, n = mine.below(200); i < n; ++i) {
              const auto v = numbered(p, i);
              made.add(v);
              cargo value(v, dropped);
              if (mine.one_in(2))
                tx.send(std::move(value));
              else
                (void)tx.send_for(std::move(value), mine.up_to(200us));
              dawdle(mine);
            }
          } catch (const runnel::send_on_closed&) {}
          tx = nullptr;
        });
      for (unsigned p = 0; p < 3; ++p)
        all.add(rng, [&, rx = ends.second, mine = rng.fork()]() mutable {
          for (unsigned i = 0, n = mine.below(400); i < n; ++i) {
            auto v = rx.recv();
            if (!v)
              break;
            received.add(v->unload());
            dawdle(mine);
          }
          rx = nullptr;
        });
      ends.first = nullptr;
      ends.second = nullptr;
      all.wait();
    }
    received.add(dropped);
    EXPECT_EQ(made, received) << made.count() << " made, " << received.count()
                              << " received or dropped";
  });
}

} // namespace
