// runnel/detail/chan.h with its wait queues and lock: rendezvous, buffer, timeouts, trying.
// Nothing is lost, nothing comes twice, nobody sleeps for ever, and no frame is touched late.
#include "protocols/scheduler.h"

#include "runnel/detail/chan.h"

#include <gtest/gtest.h>

namespace runnel::model {
namespace {

using detail::attempt;
using channel = detail::chan<int>;

/// A channel for one execution.
class made {
public:
  explicit made(std::size_t capacity) : c_(channel::make(capacity)) {}
  ~made() { c_->destroy(c_); }
  channel* operator->() const { return c_; }

private:
  actors who_;
  channel* c_;
};

void send(const made& c, int v) { c->send(v); }
int recv(const made& c) {
  std::optional<int> v;
  c->recv(v);
  return v ? *v : -1;
}

void rendezvous() {
  made c(0);
  int before = 0, got = 0;
  in_parallel(
      [&] {
        before = 1;
        send(c, 5);
      },
      [&] {
        got = recv(c);
        RUNNEL_MODEL_REQUIRE(before == 1);
      });
  RUNNEL_MODEL_REQUIRE(got == 5);
}

// A receive from an unbuffered channel happens before the send returns.
void receive_before_send_returns() {
  made c(0);
  int before = 0;
  in_parallel(
      [&] {
        send(c, 5);
        RUNNEL_MODEL_REQUIRE(before == 1);
      },
      [&] {
        before = 1;
        recv(c);
      });
}

void two_senders(std::size_t capacity) {
  made c(capacity);
  int a = 0, b = 0;
  in_parallel([&] { send(c, 1); }, [&] { send(c, 2); },
              [&] {
                a = recv(c);
                b = recv(c);
              });
  RUNNEL_MODEL_REQUIRE(a + b == 3 && a != b);
  observe(a, b);
}

void two_receivers(std::size_t capacity) {
  made c(capacity);
  int a = 0, b = 0;
  in_parallel([&] { a = recv(c); }, [&] { b = recv(c); },
              [&] {
                send(c, 1);
                send(c, 2);
              });
  RUNNEL_MODEL_REQUIRE(a + b == 3 && a != b);
  observe(a, b);
}

// The k-th receive on capacity C happens before the (k+C)-th send returns; values keep order.
void buffered_stream() {
  made c(1);
  int slot = 0;
  in_parallel(
      [&] {
        slot = 1;
        send(c, 1);
        send(c, 2);
        send(c, 3);
      },
      [&] {
        RUNNEL_MODEL_REQUIRE(recv(c) == 1 && slot == 1);
        RUNNEL_MODEL_REQUIRE(recv(c) == 2);
        RUNNEL_MODEL_REQUIRE(recv(c) == 3);
      });
}

void trying() {
  made c(0);
  in_parallel(
      [&] {
        int v = 7;
        if (c->send_now(v) == attempt::done) {
          cover("try_send met a receiver");
        } else {
          cover("try_send met nobody");
          send(c, v);
        }
      },
      [&] { RUNNEL_MODEL_REQUIRE(recv(c) == 7); });
}

// send_now and recv_now may both miss, but agree on what happened.
void trying_both() {
  made c(1);
  int taken = 0;
  attempt sent{};
  std::optional<int> got;
  in_parallel(
      [&] {
        int v = 7;
        sent = c->send_now(v);
      },
      [&] {
        taken = c->recv_now(got) == attempt::done;
        if (taken)
          cover("received");
        RUNNEL_MODEL_REQUIRE(!taken || *got == 7);
      });
  RUNNEL_MODEL_REQUIRE(sent == attempt::done);
  RUNNEL_MODEL_REQUIRE(c->count.load(rlx) == (taken ? 0u : 1u));
}

// A receive that times out takes nothing; one that does not has a value.
void receive_with_timeout() {
  made c(0);
  attempt sent{};
  in_parallel(
      [&] {
        std::optional<int> got;
        const attempt a = c->recv_until(got, clock::time_point{});
        RUNNEL_MODEL_REQUIRE((a == attempt::done) == got.has_value());
        cover(got ? "received" : "timed out");
        if (!got)
          got = recv(c);
        RUNNEL_MODEL_REQUIRE(*got == 7);
      },
      [&] { send(c, 7); });
  (void)sent;
}

void send_with_timeout() {
  made c(0);
  int got = 0;
  attempt a{};
  in_parallel(
      [&] {
        int v = 7;
        a = c->send_until(v, clock::time_point{});
      },
      [&] {
        std::optional<int> v;
        if (c->recv_until(v, clock::time_point{}) == attempt::done)
          got = *v;
      });
  RUNNEL_MODEL_REQUIRE((a == attempt::done) == (got == 7));
  cover(got ? "met" : "missed");
}

// The receiver has taken the first value before the second send: there is room.
void room_is_seen() {
  made c(1);
  gate taken;
  in_parallel(
      [&] {
        send(c, 1);
        taken.park();
        send(c, 2); // must not sleep: nobody receives any more
      },
      [&] {
        RUNNEL_MODEL_REQUIRE(recv(c) == 1);
        taken.unpark();
      });
}

// A receiver gives up; a sender passes it over, and then queues as a receiver itself: the first
// must not unlink what is not linked any more.
void giving_up_leaves_the_others_queued() {
  made c(0);
  in_parallel(
      [&] {
        std::optional<int> got;
        if (c->recv_until(got, clock::time_point{}) != attempt::done) {
          cover("gave up");
          send(c, 9);
        }
      },
      [&] {
        int v = 7;
        if (c->send_now(v) != attempt::done)
          RUNNEL_MODEL_REQUIRE(recv(c) == 9);
      });
}

/// Moves may throw by type, so waiters are held, not claimed, while a value moves.
struct loud {
  int value = 0;
  explicit loud(int v) : value(v) {}
  loud(loud&& o) noexcept(false) : value(o.value) { o.value = -1; }
};

void held_while_moving() {
  const actors who;
  auto* c = detail::chan<loud>::make(0);
  int taken = 0;
  attempt sent{};
  in_parallel(
      [&] {
        std::optional<loud> got;
        const attempt a = c->recv_until(got, clock::time_point{});
        RUNNEL_MODEL_REQUIRE((a == attempt::done) == got.has_value());
        if (got)
          taken = got->value;
      },
      [&] {
        loud v(7);
        sent = c->send_now(v);
        RUNNEL_MODEL_REQUIRE(v.value == (sent == attempt::done ? -1 : 7));
      });
  RUNNEL_MODEL_REQUIRE((taken == 7) == (sent == attempt::done));
  cover(taken ? "moved" : "missed");
  c->destroy(c);
}

const protocol chan{
    .name = "channel",
    .files = {"chan.h", "wait_queue.h"},
    .scenarios =
        {{.name = "rendezvous", .body = rendezvous},
         {.name = "receive before send returns", .body = receive_before_send_returns},
         {.name = "two senders", .body = [] { two_senders(0); }, .heavy = true},
         {.name = "two receivers", .body = [] { two_receivers(0); }, .heavy = true},
         {.name = "two senders, buffer of one", .body = [] { two_senders(1); }, .heavy = true},
         {.name = "two receivers, buffer of one", .body = [] { two_receivers(1); }, .heavy = true},
         {.name = "stream through a buffer of one", .body = buffered_stream},
         {.name = "try_send",
          .body = trying,
          .must_cover = {"try_send met a receiver", "try_send met nobody"}},
         {.name = "try_send and try_recv", .body = trying_both, .must_cover = {"received"}},
         {.name = "room is seen", .body = room_is_seen},
         {.name = "giving up leaves the others queued",
          .body = giving_up_leaves_the_others_queued,
          .must_cover = {"gave up"}},
         {.name = "held while moving",
          .body = held_while_moving,
          .must_cover = {"moved", "missed"}},
         {.name = "receive with timeout",
          .body = receive_with_timeout,
          .must_cover = {"received", "timed out"}},
         {.name = "send with timeout", .body = send_with_timeout, .must_cover = {"met", "missed"}}},
    .exceptions = {{.file = "chan.h",
                    .text = "if (node.queued.load(std::memory_order_acquire)) {",
                    .change = "stale",
                    .because = "saves taking the lock; under it `queued` is read again"}}};

TEST(Channel, Holds) { expect_holds(chan); }
TEST(Channel, EveryBreakageIsCaught) { expect_all_caught(chan); }

} // namespace
} // namespace runnel::model
