// How callables become goroutines: pooled nodes that hold the code until it runs.
#pragma once

#include "runnel/detail/sched.h"

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <source_location>
#include <tuple>
#include <type_traits>
#include <utility>

namespace runnel::detail {

/// Objects in pooled nodes. Over-aligned types go to the heap.
template <class N, class... A> N* make_node(A&&... args) {
  void* memory;
  if constexpr (alignof(N) > alignof(std::max_align_t))
    memory = ::operator new(sizeof(N), std::align_val_t{alignof(N)});
  else
    memory = allocate_node(sizeof(N));
  try {
    return ::new (memory) N(std::forward<A>(args)...);
  } catch (...) {
    if constexpr (alignof(N) > alignof(std::max_align_t))
      ::operator delete(memory, std::align_val_t{alignof(N)});
    else
      free_node(memory, sizeof(N));
    throw;
  }
}
template <class N> void destroy_node(N* node) noexcept {
  node->~N();
  if constexpr (alignof(N) > alignof(std::max_align_t))
    ::operator delete(static_cast<void*>(node), std::align_val_t{alignof(N)});
  else
    free_node(node, sizeof(N));
}

/// A callable with its arguments, copied or moved in as std::thread does.
template <class F, class... A> class bound {
public:
  template <class G, class... B>
  explicit bound(G&& f, B&&... args) : f_(std::forward<G>(f)), args_(std::forward<B>(args)...) {}
  decltype(auto) operator()() {
    return std::apply(
        [this](A&... args) -> decltype(auto) {
          return std::invoke(std::move(f_), std::move(args)...);
        },
        args_);
  }

private:
  [[no_unique_address]] F f_;
  [[no_unique_address]] std::tuple<A...> args_;
};
template <class F> class bound<F> {
public:
  template <class G> explicit bound(G&& f) : f_(std::forward<G>(f)) {}
  decltype(auto) operator()() { return std::invoke(std::move(f_)); }

private:
  [[no_unique_address]] F f_;
};
template <class F, class... A> using bound_t = bound<std::decay_t<F>, std::decay_t<A>...>;

/// What `go` starts: runs once, then frees itself.
template <class B> struct go_closure final : closure {
  [[no_unique_address]] B body;

  template <class... A>
  explicit go_closure(std::source_location at, A&&... a) : body(std::forward<A>(a)...) {
    run = run_and_free;
    where = at;
    units = units_of<go_closure>;
  }

  static void run_and_free(task* t) {
    struct finally {
      go_closure* self;
      ~finally() { destroy_node(self); }
    } guard{static_cast<go_closure*>(t)};
    guard.self->body();
  }
};

/// As go_closure, for somebody who waits for the end: `end` is called after what `body` captured
/// has been destroyed. If it takes an exception, it is given the one that escaped `body`, or null.
template <class B, class End> struct ending_closure final : closure {
  static constexpr bool catches = std::is_invocable_v<End&, std::exception_ptr>;
  union {
    B body; ///< ends before `end` is called; the node only afterwards: reports may look into it
  };
  End end;

  template <class F>
  explicit ending_closure(std::source_location at, F&& f, End&& e)
      : body(std::forward<F>(f)), end(std::move(e)) {
    run = run_and_end;
    where = at;
    units = units_of<ending_closure>;
  }
  ~ending_closure() {}

  static void run_and_end(task* t) {
    auto* self = static_cast<ending_closure*>(t);
    struct finally {
      ending_closure* self;
      ~finally() { destroy_node(self); }
    } guard{self};
    if constexpr (catches) {
      std::exception_ptr error;
      try {
        self->run_body();
      } catch (...) { error = std::current_exception(); }
      self->end(std::move(error));
    } else {
      self->run_body();
      self->end();
    }
  }

private:
  void run_body() {
    struct finally {
      B& body;
      ~finally() { std::destroy_at(&body); }
    } guard{body};
    body();
  }
};

template <class F, class End> void go_and_then(std::source_location where, F&& f, End end) {
  start(*make_node<ending_closure<bound_t<F>, End>>(where, std::forward<F>(f), std::move(end)));
}

template <class F, class... A>
void go_at(std::source_location where, std::uint8_t stack_class, F&& f, A&&... args) {
  auto* c =
      make_node<go_closure<bound_t<F, A...>>>(where, std::forward<F>(f), std::forward<A>(args)...);
  c->stack_class = stack_class;
  start(*c);
}

} // namespace runnel::detail
