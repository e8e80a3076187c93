// How callables become goroutines: pooled nodes that hold the code until it runs.
#pragma once

#include "runnel/detail/sched.h"

#include <cstddef>
#include <functional>
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
  }

  static void run_and_free(task* t) {
    struct finally {
      go_closure* self;
      ~finally() { destroy_node(self); }
    } guard{static_cast<go_closure*>(t)};
    guard.self->body();
  }
};

template <class F, class... A>
void go_at(std::source_location where, std::uint8_t stack_class, F&& f, A&&... args) {
  auto* c =
      make_node<go_closure<bound_t<F, A...>>>(where, std::forward<F>(f), std::forward<A>(args)...);
  c->stack_class = stack_class;
  start(*c);
}

} // namespace runnel::detail
