//--- pool.h
#pragma once
#include <mutex>
class Pool {
public:
  void *take();
  void trim();
  void give(void *p);

private:
  std::mutex mu_;
  int free_ = 0;
};
//--- take.cpp
#include "pool.h"
void *Pool::take() {
  std::lock_guard lock(mu_);
  if (free_ == 0)
    trim(); // expect: web-self-deadlock "through 'Pool::trim'"
  return &free_;
}
//--- trim.cpp
#include "pool.h"
static void note(Pool &pool) { pool.give(nullptr); }
void Pool::trim() { note(*this); }
void Pool::give(void *) {
  std::lock_guard lock(mu_); // note: "which locks 'mu_'"
  ++free_;
}
