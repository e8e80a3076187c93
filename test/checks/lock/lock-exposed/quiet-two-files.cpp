//--- queue.h
#pragma once
#include <memory>
#include <mutex>
// trap: a pimpl, whose mutex only this class can name
class Queue {
public:
  Queue();
  ~Queue();
  void push(int x);
  struct Stats {
    int pushed = 0;
  };

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};
// trap: data without behaviour, locked by whoever shares it
struct Slot {
  std::mutex mu;
  int value = 0;
};
//--- queue.cpp
#include "queue.h"
#include <vector>
struct Queue::Impl {
  std::mutex mu;
  std::vector<int> items;
  void add(int x) {
    std::lock_guard lock(mu);
    items.push_back(x);
  }
};
Queue::Queue() : impl_(std::make_unique<Impl>()) {}
Queue::~Queue() = default;
void Queue::push(int x) { impl_->add(x); }
//--- main.cpp
#include "queue.h"
// trap: a lock of this file, declared so in a namespace without a name
namespace {
std::mutex mainLock;
}
int main() {
  Queue q;
  Slot s;
  std::scoped_lock lock(mainLock, s.mu);
  q.push(s.value);
}
