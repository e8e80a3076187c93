//--- stats.h
#pragma once
#include <mutex>
class Stats {
public:
  void hit();
  void miss();
  int total();
  int hits();

private:
  std::mutex mu_;
  int hits_ = 0;
  int misses_ = 0;
};
//--- write.cpp
#include "stats.h"
void Stats::hit() {
  std::lock_guard lock(mu_);
  ++hits_;
}
void Stats::miss() {
  std::lock_guard lock(mu_);
  ++misses_;
}
//--- read.cpp
#include "stats.h"
int Stats::total() {
  std::lock_guard lock(mu_);
  return hits_ + misses_;
}
int Stats::hits() {
  return hits_; // expect: web-inconsistent-guard "'Stats::hits' reads 'hits_'"
}
