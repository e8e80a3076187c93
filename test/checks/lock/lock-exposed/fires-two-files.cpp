//--- queue.h
#pragma once
#include <mutex>
#include <vector>
class Queue {
public:
  void push(int x);
  std::mutex mu; // expect: lock-exposed "'mu' of 'Queue' is a public mutex"
private:
  std::vector<int> items_;
};
extern std::mutex logLock;
void drain(Queue &q);
//--- queue.cpp
#include "queue.h"
void Queue::push(int x) {
  std::lock_guard lock(mu);
  items_.push_back(x);
}
std::mutex logLock; // expect: lock-exposed "'logLock' is a mutex with external linkage"
//--- main.cpp
#include "queue.h"
void drain(Queue &q) {
  std::lock_guard lock(q.mu); // note: "used by 'drain' here"
}
int main() {
  Queue q;
  q.push(1);
  std::lock_guard lock(logLock); // note: "used by 'main' here"
  drain(q);
}
